import { levelOfWord } from '../level.ts';
import type { Parsed } from '../parsed.ts';
import { sourceOf } from '../read-http.ts';
import type { Format } from './format.ts';

/** `[Sun Nov 22 10:41:07.123456 2026] [core:error] [pid 7:tid 9] [client 10.0.0.3:41234] AH00126: …`; the last two may lack. */
const ERROR_LINE =
  /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{6})? \d{4}\] \[(?:(\w{1,40}):)?(\w{4,6})\d?\](?: \[pid (\d+)(?::tid \d+)?\])?(?: \[client ([^\]]{3,60})\])?/;

export const apacheError: Format = text => {
  const match = ERROR_LINE.exec(text);
  if (match === null) return null;
  const [, module, word = '', pid, client] = match;
  const parsed: Parsed = { message: text, level: levelOfWord(word), levelSource: 'text' };
  if (module !== undefined) parsed.logger = module;
  if (pid !== undefined) parsed.process = { pid: Number(pid) };
  if (client !== undefined) parsed.source = sourceOf(client);
  return parsed;
};
