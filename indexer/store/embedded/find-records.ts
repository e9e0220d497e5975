/** A page of records: files and spans in the order of time, no further than the page needs. */
import type { LogRecord } from '#contract/log-record.ts';
import {
  candidates,
  canMatch,
  isMatch,
  readRecord,
  regionsOf,
  type HourQuery,
  type IdBounds,
  type RecordKey,
} from './hour-query.ts';
import { joinGrowing, type Region } from './regions.ts';

export type PageOrder = { order: 'asc' | 'desc'; limit: number };

/**
 * The first `limit` matches of one file in `order`. Yields after each piece of work, so that other queries get their
 * turn.
 */
export function* findInHour(
  hour: HourQuery,
  bounds: IdBounds,
  { order, limit }: PageOrder,
): Generator<undefined, LogRecord[]> {
  if (!canMatch(hour) || limit === 0) return [];
  const sign = order === 'asc' ? 1 : -1;
  const compare = (a: RecordKey, b: RecordKey): number => sign * Buffer.compare(a.id, b.id);
  // By the end that comes first: once a page is full, a span that begins beyond its last record cannot add to it.
  const nearEnd = (region: Region): Uint8Array => (order === 'asc' ? region.low : region.high);
  const spans = regionsOf(hour, bounds).sort((a, b) => sign * Buffer.compare(nearEnd(a), nearEnd(b)));
  let page: RecordKey[] = [];
  for (const region of joinGrowing(spans)) {
    const worst = page.length === limit ? page.at(-1) : undefined;
    if (worst && sign * Buffer.compare(nearEnd(region), worst.id) > 0) break;
    const found = firstOfRegion(hour, region, { bounds, order, limit });
    page = page.length === 0 ? found : [...page, ...found].sort(compare).slice(0, limit);
    yield;
  }
  return page.map(row => readRecord(hour, row));
}

function firstOfRegion(
  hour: HourQuery,
  region: Region,
  { bounds, order, limit }: PageOrder & { bounds: IdBounds },
): RecordKey[] {
  const { sql, parameters } = candidates(hour, { region, bounds });
  const { isExact } = hour.plan;
  const rows = hour.reader.rows(
    `SELECT r.n, r.id, r.kind ${sql} ORDER BY r.id ${order} ${isExact ? `LIMIT ${limit}` : ''}`,
    ...parameters,
  ) as [number, Uint8Array, number][];
  const found: RecordKey[] = [];
  for (const [n, id, kind] of rows) {
    if (found.length === limit) break;
    if (isExact || isMatch(hour, { n, id, kind })) found.push({ n, id, kind });
  }
  return found;
}
