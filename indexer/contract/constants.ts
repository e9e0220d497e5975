/** What both ends of a wire agree on, apart from the schemas: collector and terminal start without the schema library. */

export const BATCH_VERSION = 1;

/** Bits of `WireLine[5]`. */
export const LINE_PARTIAL = 1;
export const LINE_TRUNCATED = 2;

export const DEFAULT_FROM = 'now-15m';
export const DEFAULT_TO = 'now';
export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 1_000;

export const CONTAINER_STATES = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
  'removed',
] as const;

export const PARSE_MODES = ['auto', 'json', 'logfmt', 'none'] as const;

/** What a full spool does: hold the readers (the engine's own log is the buffer), or drop and say so. */
export const SPOOL_POLICIES = ['block', 'drop-oldest', 'drop-debug-first'] as const;
export type SpoolPolicy = (typeof SPOOL_POLICIES)[number];

export const LOG_SOURCES = ['api', 'file', 'attach'] as const;

/** Why lines are missing, and how people are told. */
export const GAP_REASONS = {
  rotated: 'the engine rotated its log away before it was read',
  removed: 'the container was removed before its log was read',
  'non-blocking':
    'the container logs in non-blocking mode, where the engine drops what it cannot keep up with',
  'engine-error': 'the engine could not read its own log',
  'not-attached': 'the engine keeps no log of the container, and nothing was attached to it meanwhile',
  'attach-dropped':
    'the engine keeps no log of the container, and its lines came faster than they could be taken',
  'spool-full': 'the collector dropped lines because its spool was full',
  'spool-damaged': 'part of the spool was damaged on disk and set aside',
  'events-missed': 'the engine forgot events before they were read',
} as const;
export type GapReason = keyof typeof GAP_REASONS;
