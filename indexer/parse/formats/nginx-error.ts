import { levelOfWord } from '../level.ts';
import type { Parsed } from '../parsed.ts';
import { sourceOf } from '../read-http.ts';
import { readRequest } from './access-log.ts';
import type { Format } from './format.ts';

/** `2026/11/22 10:41:07 [error] 7#7: *12 open() failed, client: 10.0.0.3, server: _, request: "GET / HTTP/1.1"`. */
const ERROR_LINE = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(\w{4,6})\] (\d+)#\d+: /;
const CLIENT = /, client: ([^\s,]{3,60})/;
const REQUEST = /, request: "([^"]*)"/;

export const nginxError: Format = text => {
  const match = ERROR_LINE.exec(text);
  if (match === null) return null;
  const [, word = '', pid] = match;
  const parsed: Parsed = {
    message: text,
    level: levelOfWord(word),
    levelSource: 'text',
    process: { pid: Number(pid) },
  };
  const client = CLIENT.exec(text)?.[1];
  if (client !== undefined) parsed.source = sourceOf(client);
  const request = REQUEST.exec(text)?.[1];
  if (request !== undefined) readRequest(parsed, request);
  return parsed;
};
