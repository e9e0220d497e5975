/** A page of records of one hour: segments in the order of time, no further than the page needs. */
import type { HourReader } from './hour-reader.ts';
import type { QueryPlan } from './plan-query.ts';
import { firstMatches, isOutside, querySegment, type Found, type IdBounds } from './segment-query.ts';
import { NANOSECONDS } from './record-columns.ts';
import { openSegment } from './unreadable.ts';

export type PageOrder = { order: 'asc' | 'desc'; limit: number };

/**
 * The first `limit` matches of one hour in `order`. Yields after each segment, so that other queries get their turn.
 */
export function* findInHour(
  hour: HourReader,
  plan: QueryPlan,
  { bounds, order, limit }: PageOrder & { bounds: IdBounds },
): Generator<undefined, Found[]> {
  const { startSeconds } = hour;
  const sign = order === 'asc' ? 1 : -1;
  const compare = (a: Found, b: Found): number => sign * Buffer.compare(a.id, b.id);
  // By the end that comes first: once a page is full, a segment that begins beyond its last record cannot add to it.
  const nearEnd = ({ low, high }: { low: number; high: number }): number => (order === 'asc' ? low : high);
  const segments = hour
    .segments()
    .filter(segment => !isOutside(segment, bounds, startSeconds))
    .sort((a, b) => sign * (nearEnd(a) - nearEnd(b)));
  let page: Found[] = [];
  for (const ref of segments) {
    const worst = page.length === limit ? page.at(-1)?.id : undefined;
    if (worst && sign * (nearEnd(ref) - atOfId(worst, startSeconds)) > 0) break;
    const found = openSegment(ref, segment => {
      const query = querySegment(segment, { plan, bounds, startSeconds });
      return query ? firstMatches(query, { order, limit, worst }) : [];
    });
    if (found.length > 0) page = [...page, ...found].sort(compare).slice(0, limit);
    yield;
  }
  return page;
}

function atOfId(id: Uint8Array, startSeconds: number): number {
  const view = new DataView(id.buffer, id.byteOffset);
  return (view.getUint32(0) - startSeconds) * NANOSECONDS + view.getUint32(4);
}
