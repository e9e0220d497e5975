/** Random questions about random records, answered as the memory store does; a part of log-store.contract.ts. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogStore } from '#indexer/store/log-store.ts';
import { createMemoryStore } from '#indexer/store/memory-store.ts';
import { aLogRecord, aQueryTree } from '../support/arbitraries.ts';
import { batchOf, EVER, PATIENCE_MS, type StoreUnderTest } from './store-under-test.ts';

export function describeSameAnswers(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name}, as a store of logs,`, { timeout: PATIENCE_MS }, () => {
    let store: LogStore;
    let under: StoreUnderTest;
    beforeEach(async () => {
      under = await create();
      ({ store } = under);
    }, PATIENCE_MS);
    afterEach(() => under.remove(), PATIENCE_MS);

    describe('against the memory store', () => {
      const FIELDS = ['log.level', 'container.name', 'app.user', 'message', 'http.response.status_code'];

      test('answers random questions about random records alike', { timeout: 120_000 }, async () => {
        const batches = fc.sample(fc.array(aLogRecord(), { minLength: 1, maxLength: 100 }), {
          numRuns: 12,
          seed: 20_261_122,
        });
        const reference = createMemoryStore();
        for (const records of batches) {
          const batch = batchOf({ records });
          expect(await store.append(batch)).toEqual(await reference.append(batch));
        }
        const aRange = fc.option(
          fc.tuple(fc.nat(12), fc.nat(12), fc.constantFrom(0, 1, 123_456_789)).map(([from, length, ns]) => ({
            from: `2026-11-22T10:41:${String(from).padStart(2, '0')}.000000000Z`,
            to: `2026-11-22T10:41:${String(from + length).padStart(2, '0')}.${String(ns).padStart(9, '0')}Z`,
          })),
          { nil: EVER },
        );
        const anAsk = fc.record({
          query: aQueryTree(),
          range: aRange,
          order: fc.constantFrom('asc' as const, 'desc' as const),
          limit: fc.constantFrom(1, 10, 1_000),
          countUpTo: fc.constantFrom(0, 5, 10_000),
          buckets: fc.constantFrom(1, 12, 100),
          field: fc.constantFrom(...FIELDS),
        });
        await fc.assert(
          fc.asyncProperty(anAsk, async ({ query, range, order, limit, countUpTo, buckets, field }) => {
            const ask = { ...range, query, order, limit, countUpTo };
            const [page, expected] = await Promise.all([store.findRecords(ask), reference.findRecords(ask)]);
            expect(page).toEqual(expected);
            const last = expected.records.at(-1)?.event.id;
            if (last !== undefined) {
              const next = { ...ask, after: last };
              expect(await store.findRecords(next)).toEqual(await reference.findRecords(next));
            }
            const bars = { ...range, query, buckets };
            expect(await store.histogram(bars)).toEqual(await reference.histogram(bars));
            const counted = { ...range, query, field, limit: 20 };
            expect(await store.facets(counted)).toEqual(await reference.facets(counted));
          }),
          { numRuns: 250, seed: 7 },
        );
      });
    });
  });
}
