/** A page of records of one hour, and how many match: segments in the order of time, no further than both need. */
import type { HourReader } from '../hours/hour-reader.ts';
import type { QueryPlan } from './plan-query.ts';
import {
  countMatches,
  firstMatches,
  isOutside,
  querySegment,
  type Found,
  type IdBounds,
} from './segment-query.ts';
import { NANOSECONDS } from '../segment/record-columns.ts';
import { openSegment } from '../hours/unreadable.ts';

/** Adds up matches until they are enough. */
export interface MatchCount {
  isWanted: () => boolean;
  add: (matches: number) => void;
}

/** `limit` 0: only count. */
export type PageQuery = {
  plan: QueryPlan;
  bounds: IdBounds;
  order: 'asc' | 'desc';
  limit: number;
  count: MatchCount;
};

/**
 * The first `limit` matches of one hour in `order`. Yields after each segment, so that other queries get their turn.
 */
export function* findInHour(
  hour: HourReader,
  { plan, bounds, order, limit, count }: PageQuery,
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
    const isBeyond = limit === 0 || (worst && sign * (nearEnd(ref) - atOfId(worst, startSeconds)) > 0);
    if (isBeyond && !count.isWanted()) break;
    const found = openSegment(ref, segment => {
      const query = querySegment(segment, { plan, bounds, startSeconds });
      if (query && count.isWanted()) count.add(countMatches(query));
      return query && !isBeyond ? firstMatches(query, { order, limit, worst }) : [];
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
