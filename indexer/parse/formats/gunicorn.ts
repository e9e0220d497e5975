import { createdOf } from '../app-time.ts';
import { levelOfWord } from '../level.ts';
import type { Format } from './format.ts';

/** `[2026-11-22 10:41:07 +0000] [7] [INFO] Booting worker with pid: 9`; its access log is the common one. */
const LINE = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})\] \[(\d{1,10})\] \[([A-Z]{4,8})\] /;

export const gunicorn: Format = text => {
  const match = LINE.exec(text);
  if (match === null) return null;
  const [, time, pid, word = ''] = match;
  return {
    message: text,
    created: createdOf(time),
    level: levelOfWord(word),
    levelSource: 'text',
    process: { pid: Number(pid) },
  };
};
