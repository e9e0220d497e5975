/** Histograms, facets, events and samples of every store; a part of log-store.contract.ts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { QueryNode } from '#indexer/query/query-tree.ts';
import type { LogStore, Selection } from '#indexer/store/log-store.ts';
import { anEvent, aRecord, aSample, at } from '../support/records.ts';
import { ALL, batchOf, EVER, find, is, PATIENCE_MS, word, type StoreUnderTest } from './store-under-test.ts';

export function describeCounting(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name}, as a store of logs,`, { timeout: PATIENCE_MS }, () => {
    let store: LogStore;
    let under: StoreUnderTest;
    beforeEach(async () => {
      under = await create();
      ({ store } = under);
    }, PATIENCE_MS);
    afterEach(() => under.remove(), PATIENCE_MS);

    const appendRecords = (...records: LogRecord[]): ReturnType<LogStore['append']> =>
      store.append(batchOf({ records }));
    const selection = (query: QueryNode, range = EVER): Selection => ({ ...range, query });

    describe('histogram', () => {
      const cases: [
        string,
        { from: string; to: string; buckets: number },
        { intervalMs: number; count: number },
      ][] = [
        [
          'a quarter of an hour',
          { from: at(0), to: at(900), buckets: 90 },
          { intervalMs: 10_000, count: 90 },
        ],
        [
          'one that begins within a bucket',
          { from: at(5), to: at(905), buckets: 90 },
          { intervalMs: 20_000, count: 46 },
        ],
        ['a second', { from: at(0), to: at(1), buckets: 100 }, { intervalMs: 1_000, count: 1 }],
        ['a day', { from: at(0), to: at(86_400), buckets: 100 }, { intervalMs: 900_000, count: 96 }],
        ['one bucket', { from: at(0), to: at(3_600), buckets: 1 }, { intervalMs: 3_600_000, count: 1 }],
        ['an empty range', { from: at(5), to: at(5), buckets: 100 }, { intervalMs: 1_000, count: 0 }],
        [
          'a nanosecond into the next',
          { from: at(0), to: at(10, 1), buckets: 11 },
          { intervalMs: 1_000, count: 11 },
        ],
      ];
      test.each(cases)('buckets of a calm length cover %s', async (_, asked, expected) => {
        const histogram = await store.histogram({ ...asked, query: ALL });
        expect({ intervalMs: histogram.intervalMs, count: histogram.buckets.length }).toEqual(expected);
        for (const [i, bucket] of histogram.buckets.entries()) {
          expect(Date.parse(bucket.from) % histogram.intervalMs).toBe(0);
          expect(Date.parse(bucket.from)).toBe(
            Date.parse(histogram.buckets[0]!.from) + i * histogram.intervalMs,
          );
        }
      });

      test('counts by level, records without one as none, empty buckets as empty', async () => {
        await appendRecords(
          aRecord({ at: at(0), log: { level: 'error' } }),
          aRecord({ at: at(0), ordinal: 1, log: { level: 'error' } }),
          aRecord({ at: at(1) }),
          aRecord({ at: at(25), log: { level: 'info' } }),
        );
        const { buckets } = await store.histogram({ from: at(0), to: at(30), query: ALL, buckets: 3 });
        expect(buckets.map(({ total, byLevel }) => ({ total, byLevel }))).toEqual([
          { total: 3, byLevel: { error: 2, none: 1 } },
          { total: 0, byLevel: {} },
          { total: 1, byLevel: { info: 1 } },
        ]);
      });

      test('sums to the total, wherever the range cuts', async () => {
        const records = Array.from({ length: 300 }, (_, i) =>
          aRecord({
            at: at(i * 37, i * 1_000_003),
            message: i % 3 === 0 ? 'tick' : 'tock',
            log: { level: i % 2 === 0 ? 'info' : 'warn' },
          }),
        );
        await appendRecords(...records);
        const queries = [ALL, word('tick'), is('log.level', 'warn'), { type: 'not', node: word('tick') }];
        const ranges = [EVER, { from: at(3, 5), to: at(7_333, 1) }, { from: at(7_200), to: at(7_215) }];
        for (const query of queries as QueryNode[]) {
          for (const range of ranges) {
            const { total } = await store.findRecords(find({ ...range, query, limit: 1 }));
            for (const buckets of [1, 20, 500]) {
              const histogram = await store.histogram({ ...range, query, buckets });
              const sum = histogram.buckets.reduce((n, bucket) => n + bucket.total, 0);
              expect(sum).toBe(total.value);
            }
          }
        }
      });
    });

    describe('facets', () => {
      test('count values, most frequent first, ties by value, and what is missing', async () => {
        const users = ['bob', 'ann', 'bob', 'cid', undefined];
        await appendRecords(
          ...users.map((user, i) => aRecord({ at: at(i), ...(user && { app: { user } }) })),
        );
        expect(await store.facets({ ...selection(ALL), field: 'app.user', limit: 2 })).toEqual({
          field: 'app.user',
          values: [
            { value: 'bob', count: 2 },
            { value: 'ann', count: 1 },
          ],
          missing: 1,
        });
      });

      test('each value of a list counts, once a record', async () => {
        await appendRecords(aRecord({ app: { tags: ['a', 'b', 'a', 1] } }));
        const { values } = await store.facets({ ...selection(ALL), field: 'app.tags', limit: 9 });
        expect(values).toEqual(['1', 'a', 'b'].map(value => ({ value, count: 1 })));
      });

      test('follow query and range', async () => {
        await appendRecords(
          aRecord({ at: at(0), message: 'boom', container: { name: 'web' }, log: { level: 'error' } }),
          aRecord({ at: at(5_000), message: 'boom', container: { name: 'api' } }),
          aRecord({ at: at(9_000), message: 'calm', container: { name: 'api' } }),
        );
        const facets = await store.facets({
          ...selection(word('boom'), { from: at(1), to: at(9_999) }),
          field: 'container.name',
          limit: 5,
        });
        expect(facets.values).toEqual([{ value: 'api', count: 1 }]);
        const levels = await store.facets({ ...selection(ALL), field: 'log.level', limit: 5 });
        expect(levels).toMatchObject({ values: [{ value: 'error', count: 1 }], missing: 2 });
      });
    });

    describe('events and samples', () => {
      test('events come by range, container and action, in both orders', async () => {
        const events = [
          anEvent({ at: at(0), action: 'start', container: { id: 'a' } }),
          anEvent({ at: at(4_000), action: 'oom', container: { id: 'a' } }),
          anEvent({ at: at(4_001), action: 'die', container: { id: 'a' }, process: { exit_code: 137 } }),
          anEvent({ at: at(4_002), action: 'die', container: { id: 'b' } }),
        ];
        await store.append(batchOf({ events: events.toReversed() }));
        const ask = { ...EVER, order: 'asc' as const, limit: 10 };
        expect(await store.findEvents(ask)).toEqual(events);
        expect(await store.findEvents({ ...ask, order: 'desc', limit: 2 })).toEqual([events[3], events[2]]);
        expect(await store.findEvents({ ...ask, containerIds: ['a'], actions: ['die', 'oom'] })).toEqual(
          events.slice(1, 3),
        );
        expect(await store.findEvents({ ...ask, containerIds: [] })).toEqual([]);
        expect(await store.findEvents({ ...ask, from: at(4_000), to: at(4_002) })).toEqual(
          events.slice(1, 3),
        );
      });

      test('samples come oldest first; a second one of the same moment is a duplicate', async () => {
        const samples = [0, 10, 4_000].map(second => aSample({ at: at(second), memoryLimitBytes: null }));
        const other = aSample({ at: at(10), container: { id: 'other', name: 'other' } });
        await store.append(batchOf({ samples: [...samples.toReversed(), other] }));
        const again = await store.append(batchOf({ samples: [{ ...samples[0]!, pids: 99 }] }));
        expect(again).toEqual({ ...batchOf({}), duplicates: 1 });
        const found = await store.findSamples({ ...EVER, perContainer: 10 });
        expect(found).toHaveLength(4);
        expect(found.filter(({ container }) => container.id !== 'other')).toEqual(samples);
        const ids = [other.container.id];
        expect(await store.findSamples({ ...EVER, containerIds: ids, perContainer: 10 })).toEqual([other]);
      });

      test('keeps the name a container had at each sample', async () => {
        const container = (name: string): { id: string; name: string } => ({ id: 'x', name });
        const samples = ['old', 'new', 'old'].map((name, i) =>
          aSample({ at: at(i), container: container(name) }),
        );
        await store.append(batchOf({ samples }));
        expect(await store.findSamples({ ...EVER, perContainer: 9 })).toEqual(samples);
      });

      test.each([1, 2, 3, 7, 10, 99])(
        'thins a series to %i samples, evenly, its last among them',
        async keep => {
          const samples = Array.from({ length: 25 }, (_, i) => aSample({ at: at(i * 600), pids: i }));
          await store.append(batchOf({ samples }));
          const kept = (await store.findSamples({ ...EVER, perContainer: keep })).map(({ pids }) => pids);
          expect(kept).toHaveLength(Math.min(keep, 25));
          expect(kept.at(-1)).toBe(24);
          if (keep > 1) expect(kept[0]).toBe(0);
          const steps = kept.slice(1).map((pids, i) => pids - kept[i]!);
          expect(Math.max(0, ...steps) - Math.min(25, ...steps)).toBeLessThanOrEqual(1);
        },
      );
    });
  });
}
