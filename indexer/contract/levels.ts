/** Words of a log record, apart from the schemas: the threads of the store start without the schema library. */

/** The levels of Quaylog, least to most severe; every convention is mapped onto them (parse/level.ts). */
export const LEVELS = ['trace', 'debug', 'info', 'notice', 'warn', 'error', 'fatal'] as const;

export const STREAMS = ['stdout', 'stderr'] as const;
