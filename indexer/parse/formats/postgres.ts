import type { Level } from '#contract/log-record.ts';
import { createdOf } from '../app-time.ts';
import type { Format } from './format.ts';

/** `2026-11-22 10:41:07.123 UTC [27] LOG:  …`, also with user and database between process and severity. */
const LINE =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})? (?:[A-Z]{3,5}|[+-]\d\d)) \[(\d{1,10})\] (?:[^\s:]{1,130} )?([A-Z]{3,9}[1-5]?): {1,2}/;

/** DETAIL and the like belong to the line before them, which has the level. LOG is what a server has to say in peace. */
const LEVEL_OF: Partial<Record<string, Level>> = {
  PANIC: 'fatal',
  FATAL: 'fatal',
  ERROR: 'error',
  WARNING: 'warn',
  NOTICE: 'notice',
  LOG: 'info',
  INFO: 'info',
  DETAIL: 'info',
  HINT: 'info',
  CONTEXT: 'info',
  STATEMENT: 'info',
  QUERY: 'info',
  LOCATION: 'info',
  DEBUG: 'debug',
};

export const postgres: Format = text => {
  const match = LINE.exec(text);
  if (match === null) return null;
  const [, time, pid, severity = ''] = match;
  const level = LEVEL_OF[severity.replace(/\d$/, '')];
  if (level === undefined) return null;
  return {
    message: text,
    created: createdOf(time),
    level,
    levelSource: 'text',
    process: { pid: Number(pid) },
  };
};
