/** Random questions to two stores, and whether both answer alike: record by record, count by count. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { QueryNode } from '#indexer/query/query-tree.ts';
import type { LogStore, TimeRange } from '#indexer/store/log-store.ts';
import { anyQueryTree } from './awkward.ts';

const FIELDS = [
  ...['log.level', 'container.name', 'app.user', 'message', 'http.response.status_code', 'event.created'],
  ...['container.labels.user', 'app.a*c', 'app.', 'source.ip', 'url.original', 'log.original_bytes', 'app'],
];

export type AnyQuestion = {
  query: QueryNode;
  range: TimeRange;
  order: 'asc' | 'desc';
  limit: number;
  countUpTo: number;
  buckets: number;
  field: string;
};

export const anyQuestion = (range: fc.Arbitrary<TimeRange>): fc.Arbitrary<AnyQuestion> =>
  fc.record({
    query: anyQueryTree(),
    range,
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.constantFrom(1, 10, 1_000),
    countUpTo: fc.constantFrom(0, 5, 10_000),
    buckets: fc.constantFrom(1, 12, 100),
    field: fc.constantFrom(...FIELDS),
  });

/** A page, the page after it, a histogram and the values of a field. */
export async function expectSameAnswers(
  store: LogStore,
  reference: LogStore,
  { query, range, order, limit, countUpTo, buckets, field }: AnyQuestion,
): Promise<void> {
  const ask = { ...range, query, order, limit, countUpTo };
  const page = await reference.findRecords(ask);
  expect(await store.findRecords(ask)).toEqual(page);
  const after = page.records.at(-1)?.event.id;
  if (after !== undefined) {
    const next = { ...ask, after };
    expect(await store.findRecords(next)).toEqual(await reference.findRecords(next));
  }
  const bars = { ...range, query, buckets };
  expect(await store.histogram(bars)).toEqual(await reference.histogram(bars));
  const counted = { ...range, query, field, limit: 20 };
  expect(await store.facets(counted)).toEqual(await reference.facets(counted));
}
