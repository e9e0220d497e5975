/** A record as a row, and back. What a row does not hold in a column of its own stands in `rest`. */
import { LEVELS, STREAMS } from '#contract/levels.ts';
import type { LevelSource, LogRecord } from '#contract/log-record.ts';
import { bytesOfId, epochMsOf, HOUR_MS, idOfBytes, nanosecondsOf, secondsOf } from './id-bytes.ts';

/** Codes in the files: never reorder. */
const LEVEL_SOURCES: readonly LevelSource[] = ['json', 'logfmt', 'text', 'status', 'trace'];

/** Where records come from; stored once per file. */
export type Source = Pick<LogRecord, 'container' | 'host' | 'compose'>;
/** What is left of a record's kind beside its source: indexes into STREAMS, LEVELS and LEVEL_SOURCES. */
export type KindCodes = { stream: number; level: number | null; levelSource: number | null };
export type RecordRow = { id: Uint8Array; ms: number; at: number; message: string; rest: string };
/** A record of a kind without what is its own: the message, the id and the rest are to be filled in. */
export type RecordTemplate = Source & { log: LogRecord['log'] };

export const sourceOf = ({ container, host, compose }: LogRecord): Source => ({
  container,
  host,
  ...(compose && { compose }),
});

export function kindCodesOf({ log }: LogRecord): KindCodes {
  return {
    stream: STREAMS.indexOf(log.iostream),
    level: log.level === undefined ? null : LEVELS.indexOf(log.level),
    levelSource: log.level_source === undefined ? null : LEVEL_SOURCES.indexOf(log.level_source),
  };
}

/**
 * The row of a record. A message that UTF-8 cannot hold (lone surrogates) is kept verbatim in `rest`, whose JSON escapes
 * them, beside a readable copy in `message`. The stamp is read from the id; where it differs, `rest` has it.
 */
export function encodeRecord(record: LogRecord): RecordRow {
  const id = bytesOfId(record.event.id);
  const ms = epochMsOf(id);
  const isClean = record.message.isWellFormed();
  return {
    id,
    ms,
    at: ms % HOUR_MS,
    message: isClean ? record.message : record.message.toWellFormed(),
    rest: encodeRest(record, id, isClean),
  };
}

export function templateOf(source: Source, codes: KindCodes): RecordTemplate {
  const level = codes.level === null ? undefined : LEVELS[codes.level];
  const levelSource = codes.levelSource === null ? undefined : LEVEL_SOURCES[codes.levelSource];
  return {
    ...source,
    log: {
      iostream: STREAMS[codes.stream] ?? 'stdout',
      ...(level && { level }),
      ...(levelSource && { level_source: levelSource }),
    },
  };
}

/** The record of a row, verbatim as it was appended. */
export function decodeRecord(template: RecordTemplate, row: Omit<RecordRow, 'ms' | 'at'>): LogRecord {
  const record: LogRecord = {
    '@timestamp': stampOfBytes(row.id),
    message: row.message,
    ...template,
    event: { id: idOfBytes(row.id), dataset: 'docker.logs' },
  };
  if (row.rest === '') return record;
  const rest = JSON.parse(row.rest) as Partial<LogRecord>;
  return {
    ...record,
    ...rest,
    log: { ...record.log, ...rest.log },
    event: { ...record.event, ...rest.event },
  };
}

/** Enough of a record for a query that asks about nothing in `rest`. */
export function decodeWithoutRest(
  template: RecordTemplate,
  row: { id: Uint8Array; message: string; rest: string },
): LogRecord {
  // encodeRest puts a message of its own first.
  return decodeRecord(template, row.rest.startsWith('{"message"') ? row : { ...row, rest: '' });
}

/** What `encodeRest` leaves out, because columns, source or kind hold it. */
const HELD = new Set(['@timestamp', 'message', 'log', 'container', 'host', 'compose', 'event']);
const LOG_HELD = new Set(['iostream', 'level', 'level_source']);
const EVENT_HELD = new Set(['id', 'dataset']);

function encodeRest(record: LogRecord, id: Uint8Array, isClean: boolean): string {
  const rest: Record<string, unknown> = {};
  if (!isClean) rest['message'] = record.message;
  if (record['@timestamp'] !== stampOfBytes(id)) rest['@timestamp'] = record['@timestamp'];
  copyOthers(record.log, LOG_HELD, () => (rest['log'] ??= {}) as Record<string, unknown>);
  copyOthers(record.event, EVENT_HELD, () => (rest['event'] ??= {}) as Record<string, unknown>);
  copyOthers(record, HELD, () => rest);
  for (const _ in rest) return JSON.stringify(rest);
  return '';
}

/** Copies what columns do not hold; `target` is made only when there is something. */
function copyOthers(from: object, held: ReadonlySet<string>, target: () => Record<string, unknown>): void {
  for (const key in from) if (!held.has(key)) target()[key] = (from as Record<string, unknown>)[key];
}

// Records come second after second: the date of one second is worth remembering.
const last = { seconds: -1, text: '' };

function stampOfBytes(id: Uint8Array): string {
  const seconds = secondsOf(id);
  if (seconds !== last.seconds) {
    last.text = new Date(seconds * 1_000).toISOString().slice(0, 20);
    last.seconds = seconds;
  }
  return `${last.text}${String(nanosecondsOf(id)).padStart(9, '0')}Z`;
}
