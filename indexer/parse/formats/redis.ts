import type { Level } from '#contract/log-record.ts';
import type { Format } from './format.ts';

/** `1:M 22 Nov 2026 10:41:07.123 * Ready to accept connections`: process, role (master, replica, child, sentinel), sign. */
const LINE = /^(\d{1,10}):([XCSM]) \d\d [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{3})? ([.*#-]) /;
const LEVEL_OF: Partial<Record<string, Level>> = { '.': 'debug', '-': 'debug', '*': 'notice', '#': 'warn' };

export const redis: Format = text => {
  const match = LINE.exec(text);
  if (match === null) return null;
  const [, pid, role, sign = ''] = match;
  return {
    message: text,
    level: LEVEL_OF[sign],
    levelSource: 'text',
    process: { pid: Number(pid) },
    app: { role },
  };
};
