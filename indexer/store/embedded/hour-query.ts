/** The records of one file that a query can match: the parts of SQL they share, region by region. */
import type { SQLInputValue } from 'node:sqlite';
import type { LogRecord } from '#contract/log-record.ts';
import { DamagedError, SPAN_BITS } from './hour-file.ts';
import type { HourReader, Snapshot } from './hour-reader.ts';
import type { HourPlan, QueryPlan } from './plan-query.ts';
import { decodeRecord, decodeWithoutRest } from './record-row.ts';

/** low ≤ id < high, as bytes; a bound may be longer than an id, to stand just beyond one. */
export type IdBounds = { low: Uint8Array; high: Uint8Array };

/** One query put to one file. */
export type HourQuery = { reader: HourReader; snapshot: Snapshot; query: QueryPlan; plan: HourPlan };

/** A run of records in order of arrival, and the ids between which they are. */
export type Region = { first: number; last: number; low: Uint8Array; high: Uint8Array };

/** A superset of so few records is looked at as one region. */
const FEW = 4_000;
const ENDS = { low: new Uint8Array(0), high: new Uint8Array(21).fill(255) };

export function createHourQuery(reader: HourReader, query: QueryPlan): HourQuery {
  const snapshot = reader.snapshot();
  return { reader, snapshot, query, plan: query.forHour(snapshot.samples) };
}

export const canMatch = ({ plan, snapshot }: HourQuery): boolean =>
  plan.kinds.length > 0 && snapshot.lastN > 0;

/** All of the file when the words in question are rare, else span by span. */
export function regionsOf(hour: HourQuery, bounds: IdBounds): Region[] {
  return isRare(hour) ? [{ first: 1, last: hour.snapshot.lastN, ...ENDS }] : spansOf(hour, bounds);
}

/** The spans that can hold a match, in order of arrival. */
export function spansOf({ reader, snapshot, plan }: HourQuery, bounds: IdBounds): Region[] {
  const wanted = plan.kinds === 'all' ? undefined : new Set(plan.kinds);
  const rows = reader.rows(
    'SELECT span, low, high, kinds FROM spans WHERE low < ? AND high >= ?',
    bounds.high,
    bounds.low,
  ) as [number, Uint8Array, Uint8Array, string][];
  return rows
    .filter(([, , , kinds]) => !wanted || (JSON.parse(kinds) as number[]).some(kind => wanted.has(kind)))
    .map(([span, low, high]) => ({
      first: (span << SPAN_BITS) + 1,
      last: Math.min((span + 1) << SPAN_BITS, snapshot.lastN),
      low,
      high,
    }));
}

function isRare({ reader, snapshot, plan }: HourQuery): boolean {
  if (snapshot.lastN <= FEW) return true;
  const { words } = plan.superset;
  if (!words || words.isNegated) return false;
  const [row] = reader.rows(
    `SELECT count(*) FROM (SELECT 1 FROM fts WHERE fts MATCH ? LIMIT ${FEW})`,
    words.match,
  );
  return Number(row?.[0]) < FEW;
}

/**
 * `FROM … WHERE …` with its parameters, for the candidates of one region within bounds. The record is `r`; its text is
 * `t`, there only when a condition needs it.
 */
export function candidates(
  { plan }: HourQuery,
  region: Region,
  bounds: IdBounds,
): { sql: string; parameters: SQLInputValue[] } {
  const { words, text } = plan.superset;
  const where: string[] = [];
  const parameters: SQLInputValue[] = [];
  const add = (sql: string, ...values: SQLInputValue[]): void => {
    where.push(sql);
    parameters.push(...values);
  };
  // Numbers are bound as REAL, which FTS5 does not take for a rowid; big integers are bound as INTEGER.
  const [first, last] = [BigInt(region.first), BigInt(region.last)];
  let from = 'records AS r';
  if (words && !words.isNegated) {
    // CROSS JOIN: the index leads, whatever SQLite thinks of it.
    from = 'fts CROSS JOIN records AS r ON r.n = fts.rowid';
    add('fts MATCH ? AND fts.rowid BETWEEN ? AND ?', words.match, first, last);
  } else {
    add('r.n BETWEEN ? AND ?', first, last);
  }
  if (words?.isNegated) {
    add(
      'r.n NOT IN (SELECT rowid FROM fts WHERE fts MATCH ? AND rowid BETWEEN ? AND ?)',
      words.match,
      first,
      last,
    );
  }
  if (plan.kinds !== 'all') add(`r.kind IN (${plan.kinds.join()})`);
  if (Buffer.compare(bounds.low, region.low) > 0) add('r.id >= ?', bounds.low);
  if (Buffer.compare(bounds.high, region.high) <= 0) add('r.id < ?', bounds.high);
  if (text) {
    from += ' CROSS JOIN texts AS t ON t.n = r.n';
    add(text.sql, ...text.parameters);
  }
  return { sql: `FROM ${from} WHERE ${where.join(' AND ')}`, parameters };
}

export type RecordKey = { n: number; id: Uint8Array; kind: number };

/** The whole record of a row. */
export function readRecord(hour: HourQuery, row: RecordKey): LogRecord {
  return decode(hour, row, decodeRecord);
}

/** Whether a candidate matches; only asked when the superset is not exact. */
export function isMatch(hour: HourQuery, row: RecordKey): boolean {
  return hour.query.matches(decode(hour, row, hour.query.needsRest ? decodeRecord : decodeWithoutRest));
}

function decode(
  { reader, snapshot }: HourQuery,
  { n, id, kind }: RecordKey,
  decoder: typeof decodeRecord,
): LogRecord {
  const [row] = reader.rows('SELECT message, rest FROM texts WHERE n = ?', n);
  const template = snapshot.templates.get(kind);
  if (!row || !template) throw new DamagedError(`record ${n} of ${reader.hour} is incomplete`);
  return decoder(template, { id, message: String(row[0]), rest: String(row[1]) });
}
