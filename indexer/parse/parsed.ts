import type { Level, LevelSource, LogRecord } from '#contract/log-record.ts';

/** The part of a record that is inside the block of ECS field `K`. */
type Block<K extends keyof LogRecord> = NonNullable<LogRecord[K]>;

/** What can be read out of one line. Everything but `message` is present only when the line says it. */
export type Parsed = {
  message: string;
  level?: Level | undefined;
  levelSource?: LevelSource | undefined;
  logger?: string | undefined;
  /** When the application says it happened: RFC 3339 with a zone. */
  created?: string | undefined;
  error?: Block<'error'> | undefined;
  http?: Block<'http'> | undefined;
  url?: Block<'url'> | undefined;
  source?: Block<'source'> | undefined;
  process?: Block<'process'> | undefined;
  trace?: Block<'trace'> | undefined;
  span?: Block<'span'> | undefined;
  app?: Block<'app'> | undefined;
  /** The text as it came, when `message` is not it. */
  original?: string | undefined;
};
