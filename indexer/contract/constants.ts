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
