/** The records of one file that a query can match: the parts of SQL they share, region by region. */
import type { SQLInputValue } from 'node:sqlite';
import type { LogRecord } from '#contract/log-record.ts';
import { checksumOfRecord, verify } from './checksum.ts';
import { DamagedError, SPAN_BITS } from './hour-file.ts';
import type { HourReader, Snapshot } from './hour-reader.ts';
import type { Group, HourPlan, QueryPlan } from './plan-query.ts';
import { decodeRecord, decodeWithoutRest } from './record-row.ts';
import type { Region } from './regions.ts';
import type { Words } from './superset.ts';

/** low ≤ id < high, as bytes; a bound may be longer than an id, to stand just beyond one. */
export type IdBounds = { low: Uint8Array; high: Uint8Array };

/** One query put to one file. */
export type HourQuery = { reader: HourReader; snapshot: Snapshot; query: QueryPlan; plan: HourPlan };

/** A superset of so few records is looked at as one region. */
const FEW = 4_000;
const ENDS = { low: new Uint8Array(0), high: new Uint8Array(21).fill(255) };

export function createHourQuery(reader: HourReader, query: QueryPlan): HourQuery {
  const snapshot = reader.snapshot();
  return { reader, snapshot, query, plan: query.forHour(snapshot.samples) };
}

export const canMatch = ({ plan, snapshot }: HourQuery): boolean =>
  plan.groups.length > 0 && snapshot.lastN > 0;

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
  const words = leadOf(plan);
  if (!words) return false;
  const [row] = reader.rows(
    `SELECT count(*) FROM (SELECT 1 FROM fts WHERE fts MATCH ? LIMIT ${FEW})`,
    words.match,
  );
  return Number(row?.[0]) < FEW;
}

/** The words by which the index can lead to the candidates. */
function leadOf({ groups: [only, ...others] }: HourPlan): Words | null {
  const words = only?.superset.words;
  return words && !words.isNegated && others.length === 0 ? words : null;
}

/** SQL and the parameters of its question marks, in their order. */
export type Clause = { sql: string; parameters: SQLInputValue[] };

/**
 * `FROM … WHERE …` for the candidates of one region within bounds. The record is `r`; its text is `t`, there only when a
 * condition needs it, or `withTexts`.
 */
export function candidates(
  { plan }: HourQuery,
  { region, bounds, withTexts = false }: { region: Region; bounds: IdBounds; withTexts?: boolean },
): Clause {
  const lead = leadOf(plan);
  const conditions = [
    lead
      ? clause('fts MATCH ? AND fts.rowid BETWEEN ? AND ?', lead.match, ...rowids(region))
      : clause('r.n BETWEEN ? AND ?', ...rowids(region)),
  ];
  const [only, ...others] = plan.groups;
  if (only && others.length === 0) {
    if (plan.kinds !== 'all') conditions.push(ofKinds(plan.kinds));
    conditions.push(...textConditions(only, region, lead));
  } else {
    conditions.push(
      joinClauses(
        plan.groups.map(group => groupCondition(group, region)),
        ' OR ',
      ),
    );
  }
  if (Buffer.compare(bounds.low, region.low) > 0) conditions.push(clause('r.id >= ?', bounds.low));
  if (Buffer.compare(bounds.high, region.high) <= 0) conditions.push(clause('r.id < ?', bounds.high));
  const { sql, parameters } = joinClauses(conditions, ' AND ');
  const needsTexts = withTexts || plan.groups.some(group => group.superset.text);
  // CROSS JOIN: the index leads, whatever SQLite thinks of it.
  const from = lead ? 'fts CROSS JOIN records AS r ON r.n = fts.rowid' : 'records AS r';
  return {
    sql: `FROM ${from} ${needsTexts ? 'CROSS JOIN texts AS t ON t.n = r.n' : ''} WHERE ${sql}`,
    parameters,
  };
}

function groupCondition(group: Group, region: Region): Clause {
  return joinClauses([ofKinds(group.kinds), ...textConditions(group, region, null)], ' AND ');
}

function textConditions({ superset }: Group, region: Region, lead: Words | null): Clause[] {
  const { words, text } = superset;
  const conditions: Clause[] = [];
  if (words && words !== lead) {
    const sql = `r.n ${words.isNegated ? 'NOT IN' : 'IN'} (SELECT rowid FROM fts WHERE fts MATCH ? AND rowid BETWEEN ? AND ?)`;
    conditions.push(clause(sql, words.match, ...rowids(region)));
  }
  if (text) conditions.push(text);
  return conditions;
}

const clause = (sql: string, ...parameters: SQLInputValue[]): Clause => ({ sql, parameters });
const ofKinds = (kinds: readonly number[]): Clause => clause(`r.kind IN (${kinds.join()})`);
/** Numbers are bound as REAL, which FTS5 does not take for a rowid; big integers are bound as INTEGER. */
const rowids = ({ first, last }: Region): [bigint, bigint] => [BigInt(first), BigInt(last)];

const joinClauses = (clauses: readonly Clause[], operator: string): Clause => ({
  sql: `(${clauses.map(({ sql }) => sql).join(operator)})`,
  parameters: clauses.flatMap(({ parameters }) => parameters),
});

export type RecordKey = { n: number; id: Uint8Array; kind: number };

/** The whole record of a row, checked. */
export function readRecord(hour: HourQuery, key: RecordKey): LogRecord {
  const { template, text, checksum } = textOf(hour, key);
  verify(checksum, checksumOfRecord({ ...text, kind: key.kind }), `record ${key.n}`);
  return decodeRecord(template, text);
}

/** Whether a candidate matches; only asked when the superset is not exact. */
export function isMatch(hour: HourQuery, key: RecordKey): boolean {
  const { template, text } = textOf(hour, key);
  return hour.query.matches((hour.query.needsRest ? decodeRecord : decodeWithoutRest)(template, text));
}

function textOf({ reader, snapshot }: HourQuery, { n, id, kind }: RecordKey) {
  const [row] = reader.rows('SELECT message, rest, checksum FROM texts WHERE n = ?', n);
  const template = snapshot.templates.get(kind);
  if (!row || !template || id.length !== 20) throw new DamagedError(`record ${n} is incomplete`);
  return { template, text: { id, message: String(row[0]), rest: String(row[1]) }, checksum: row[2] };
}
