import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { shareParts } from './share-parts.ts';

export type RecordRow = { kind: 'record'; id: string; record: LogRecord };
export type EventRow = { kind: 'event'; id: string; event: ContainerEvent };
/** Lines that are stored but were not sent to us: between `from` and `to` (stamps), `count` of them. */
export type SkippedRow = { kind: 'skipped'; id: string; count: number; from: string; to: string };

/** One line of the list. Rows sort by id: ids of records and events begin with their time. */
export type LogRow = RecordRow | EventRow | SkippedRow;

export const recordRow = (record: LogRecord): RecordRow => ({
  kind: 'record',
  id: record.event.id,
  record: shareParts(record),
});
export const eventRow = (event: ContainerEvent): EventRow => ({ kind: 'event', id: event.event.id, event });
/** Stands just before the record that came after the hole. */
export const skippedRow = (count: number, from: string, before: LogRecord): SkippedRow => ({
  kind: 'skipped',
  id: justBefore(before.event.id),
  count,
  from,
  to: before['@timestamp'],
});

/** Sorts before `id` and after every id that is before it: `~` comes after all characters of ids. */
const justBefore = (id: string): string =>
  `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}~`;

/** The engine stamp of a row. */
export function stampOf(row: LogRow): string {
  if (row.kind === 'record') return row.record['@timestamp'];
  return row.kind === 'event' ? row.event['@timestamp'] : row.to;
}

/** How many lines rows stand for: each record is one, a hole as many as were skipped, an event none. */
export const linesIn = (rows: readonly LogRow[]): number =>
  rows.reduce(
    (lines, row) => lines + (row.kind === 'record' ? 1 : row.kind === 'skipped' ? row.count : 0),
    0,
  );
