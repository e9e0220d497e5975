import { createdOf } from '../app-time.ts';
import { levelOfWord } from '../level.ts';
import type { Parsed } from '../parsed.ts';
import type { Format } from './format.ts';

/** MySQL: `2026-11-22T10:41:07.123456Z 0 [Warning] [MY-010068] [Server] …`; MariaDB: `2026-11-22 10:41:07 0 [Note] …`. */
const LINE =
  /^(\d{4}-\d\d-\d\d[T ][ \d]\d:\d\d:\d\d(?:\.\d{6})?(?:Z|[+-]\d\d:\d\d)?) (\d{1,20}) \[(System|Note|Warning|ERROR)\](?: \[(MY-\d{6})\] \[(\w{1,40})\])?/;

export const mysql: Format = text => {
  const match = LINE.exec(text);
  if (match === null) return null;
  const [, time, thread, word = '', code, logger] = match;
  const parsed: Parsed = {
    message: text,
    created: createdOf(time),
    level: levelOfWord(word),
    levelSource: 'text',
    app: { thread: Number(thread) },
  };
  if (code !== undefined) parsed.app = { ...parsed.app, code };
  if (logger !== undefined) parsed.logger = logger;
  return parsed;
};
