/** What every store of logs does. Each implementation passes this suite unchanged. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { stampOfId } from '#indexer/parse/record-id.ts';
import type { QueryNode } from '#indexer/query/query-tree.ts';
import type { FindRecords, LogStore, Selection, StoreBatch } from '#indexer/store/log-store.ts';
import { createMemoryStore } from '#indexer/store/memory-store.ts';
import { aLogRecord, aQueryTree } from '../support/arbitraries.ts';
import { anEvent, aRecord, aSample, at } from '../support/records.ts';

/** A store with a place of its own. `reopen` closes it and opens the same place again; null when nothing outlives it. */
export type StoreUnderTest = {
  store: LogStore;
  reopen: (() => Promise<LogStore>) | null;
  remove: () => Promise<void>;
};

/** Bounds a hang on a busy machine; not a measure of speed. */
const PATIENCE_MS = 60_000;
const ALL: QueryNode = { type: 'all' };
const EVER = { from: '1970-01-01T00:00:00.000000000Z', to: '2105-01-01T00:00:00.000000000Z' };
const batchOf = (part: Partial<StoreBatch>): StoreBatch => ({
  records: [],
  events: [],
  samples: [],
  ...part,
});
const word = (text: string): QueryNode => ({ type: 'is', field: 'message', value: { kind: 'word', text } });
const is = (field: string, text: string): QueryNode => ({
  type: 'is',
  field,
  value: { kind: 'phrase', text },
});
const find = (some: Partial<FindRecords> = {}): FindRecords => ({
  ...EVER,
  query: ALL,
  order: 'desc',
  limit: 1_000,
  countUpTo: 10_000,
  ...some,
});
const idsOf = (records: LogRecord[]): string[] => records.map(record => record.event.id);
const messagesOf = (records: LogRecord[]): string[] => records.map(record => record.message);

export function describeLogStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name}, as a store of logs,`, { timeout: PATIENCE_MS }, () => {
    let under: StoreUnderTest;
    let store: LogStore;
    beforeEach(async () => {
      under = await create();
      ({ store } = under);
    }, PATIENCE_MS);
    afterEach(() => under.remove(), PATIENCE_MS);

    const appendRecords = (...records: LogRecord[]): ReturnType<LogStore['append']> =>
      store.append(batchOf({ records }));
    const selection = (query: QueryNode, range = EVER): Selection => ({ ...range, query });

    describe('appending', () => {
      test('answers what was new, and leaves what was there as it is', async () => {
        const first = aRecord({ message: 'first' });
        const second = aRecord({ ordinal: 1, message: 'second' });
        expect(await appendRecords(first)).toEqual({ ...batchOf({ records: [first] }), duplicates: 0 });
        const again = { ...first, message: 'not the first' };
        expect(await appendRecords(again, second, second)).toEqual({
          ...batchOf({ records: [second] }),
          duplicates: 2,
        });
        expect(messagesOf((await store.findRecords(find())).records)).toEqual(['second', 'first']);
      });

      test('takes an empty batch', async () => {
        expect(await store.append(batchOf({}))).toEqual({ ...batchOf({}), duplicates: 0 });
      });

      test('takes batches at the same time, each record once', async () => {
        const records = Array.from({ length: 200 }, (_, i) => aRecord({ at: at(i % 50), ordinal: i }));
        const answers = await Promise.all(
          [0, 50, 100].map(start => appendRecords(...records.slice(start, start + 100))),
        );
        expect(answers.flatMap(answer => answer.records)).toHaveLength(200);
        expect(answers.reduce((sum, answer) => sum + answer.duplicates, 0)).toBe(100);
        expect((await store.findRecords(find())).total).toEqual({ value: 200, relation: 'eq' });
      });

      test('keeps events and samples apart from records, each once', async () => {
        const batch = batchOf({ records: [aRecord()], events: [anEvent()], samples: [aSample()] });
        expect(await store.append(batch)).toEqual({ ...batch, duplicates: 0 });
        expect(await store.append(batch)).toEqual({ ...batchOf({}), duplicates: 3 });
      });
    });

    describe('keeps verbatim', () => {
      const texts: [string, string][] = [
        ['an empty message', ''],
        ['NUL and escapes', 'a\u0000b \u001b[31mred\u001b[0m \u0007'],
        ['lone surrogates', 'half \ud83d of \udc00 one'],
        ['beyond the BMP, and combining marks', '😀 e\u0301 𝒳 \u{10ffff} \ufeff'],
        ['HTML', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
        ['quotes and backslashes', `'";--\\ DROP TABLE records`],
        ['many lines', 'Traceback\n  File "x"\r\n\tat y'],
        ['a megabyte', 'x y '.repeat(2 ** 18)],
      ];
      test.each(texts)('%s in message, names and fields', async (_, text) => {
        const record = aRecord({
          message: text,
          container: { name: text, labels: { [text]: text } },
          app: { [text]: text, nested: { list: [text, 1, null, true] } },
          event: { original: text },
          error: { message: text },
        });
        const plain = aRecord({ ordinal: 1, message: text });
        await appendRecords(record, plain);
        const { records } = await store.findRecords(find({ order: 'asc' }));
        expect(records).toEqual([record, plain]);
      });

      test('keys that mean something to JavaScript', async () => {
        const app = JSON.parse(
          '{"__proto__":{"admin":true},"constructor":1,"toString":{"__proto__":2}}',
        ) as Record<string, unknown>;
        const record = aRecord({ app, container: { labels: JSON.parse('{"__proto__":"x"}') as never } });
        await appendRecords(record);
        const [stored] = (await store.findRecords(find())).records;
        // By its JSON: a matcher that walks `__proto__` proves nothing.
        expect(JSON.stringify(stored?.app)).toBe(JSON.stringify(record.app));
        expect(JSON.stringify(stored?.container.labels)).toBe('{"__proto__":"x"}');
        expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
      });

      test('every optional part of a record', async () => {
        const record = aRecord({
          log: { level: 'warn', level_source: 'json', logger: 'x', truncated: true, original_bytes: 9 },
          compose: { project: 'shop', service: 'web' },
          service: { name: 'web', version: '1' },
          event: { original: '{}', created: '2026-11-22T10:00:00.000000000Z' },
          http: { request: { method: 'GET' }, response: { status_code: 200, body: { bytes: 3 } } },
          url: { path: '/' },
          source: { ip: '10.0.0.1' },
          process: { pid: 1 },
          trace: { id: 't' },
          span: { id: 's' },
        });
        await appendRecords(record);
        expect((await store.findRecords(find())).records).toEqual([record]);
      });

      test('a stamp that the id cannot carry', async () => {
        const records = ['1960-01-01T00:00:00.000000001Z', '2200-01-01T00:00:00.000000001Z'].map(stamp =>
          aRecord({ at: stamp }),
        );
        await appendRecords(...records);
        const range = { from: EVER.from, to: '9999-01-01T00:00:00.000000000Z' };
        const query = is('event.id', records[0]!.event.id);
        expect((await store.findRecords(find({ ...range, query }))).records).toEqual([records[0]]);
      });
    });

    describe('order', () => {
      test('is that of ids: stamp, then stream, then ordinal, whatever came first', async () => {
        const records = [
          aRecord({ at: at(2), ordinal: 1 }),
          aRecord({ at: at(2), ordinal: 0 }),
          aRecord({ at: at(2), log: { iostream: 'stderr' } }),
          aRecord({ at: at(1, 999_999_999) }),
          aRecord({ at: at(2, 1) }),
          aRecord({ at: at(-1) }),
        ];
        await appendRecords(...records.slice(0, 3));
        await appendRecords(...records.slice(3));
        const ascending = idsOf(records).sort();
        expect(idsOf((await store.findRecords(find({ order: 'asc' }))).records)).toEqual(ascending);
        expect(idsOf((await store.findRecords(find())).records)).toEqual(ascending.toReversed());
      });

      test('holds across hours, days and far years', async () => {
        const stamps = [
          '2026-11-22T09:59:59.999999999Z',
          '2026-11-22T10:00:00.000000000Z',
          '2026-11-22T10:59:59.999999999Z',
          '2026-11-22T11:00:00.000000000Z',
          '2026-11-23T00:00:00.000000000Z',
          '1970-01-01T00:00:00.000000001Z',
          '2100-12-31T23:59:59.000000000Z',
        ];
        await appendRecords(...stamps.map(stamp => aRecord({ at: stamp })));
        const { records } = await store.findRecords(find({ order: 'asc' }));
        expect(records.map(record => record['@timestamp'])).toEqual(stamps.toSorted());
      });

      test('a range takes its first stamp in and its last one not', async () => {
        const records = [0, 1, 2, 3].map(second => aRecord({ at: at(second) }));
        await appendRecords(...records);
        const page = await store.findRecords(find({ from: at(1), to: at(3), order: 'asc' }));
        expect(idsOf(page.records)).toEqual(idsOf(records.slice(1, 3)));
        expect(page.total).toEqual({ value: 2, relation: 'eq' });
      });

      test('an empty or turned round range has nothing', async () => {
        await appendRecords(aRecord({ at: at(1) }));
        for (const range of [
          { from: at(1), to: at(1) },
          { from: at(2), to: at(0) },
        ]) {
          expect(await store.findRecords(find(range))).toEqual({
            records: [],
            total: { value: 0, relation: 'eq' },
          });
        }
      });
    });

    describe('paging', () => {
      const pages = async (order: 'asc' | 'desc', between: () => Promise<unknown>): Promise<LogRecord[]> => {
        const all: LogRecord[] = [];
        for (;;) {
          const after = all.at(-1)?.event.id;
          const { records } = await store.findRecords(find({ order, limit: 7, ...(after && { after }) }));
          all.push(...records);
          if (records.length < 7) return all;
          await between();
        }
      };

      test.each(['asc', 'desc'] as const)('%s has neither gap nor double', async order => {
        const records = Array.from({ length: 60 }, (_, i) =>
          aRecord({ at: at(Math.floor(i / 5) * 600), ordinal: i % 5 }),
        );
        await appendRecords(...records);
        const expected = order === 'asc' ? idsOf(records) : idsOf(records).toReversed();
        expect(idsOf(await pages(order, () => Promise.resolve()))).toEqual(expected);
      });

      test('goes on as if nothing happened while newer records arrive', async () => {
        const records = Array.from({ length: 40 }, (_, i) => aRecord({ at: at(i * 200) }));
        await appendRecords(...records);
        let later = 10_000;
        const seen = await pages('desc', () => appendRecords(aRecord({ at: at(later++) })));
        expect(idsOf(seen)).toEqual(idsOf(records).toReversed());
      });

      test('the total is of the whole range, exact up to the limit asked for', async () => {
        await appendRecords(
          ...Array.from({ length: 10 }, (_, i) => aRecord({ at: at(i), message: 'one two' })),
        );
        const first = await store.findRecords(find({ limit: 3 }));
        const after = first.records.at(-1)!.event.id;
        expect(first.total).toEqual({ value: 10, relation: 'eq' });
        for (const query of [ALL, word('two')]) {
          const page = (countUpTo: number): ReturnType<LogStore['findRecords']> =>
            store.findRecords(find({ query, limit: 3, after, countUpTo }));
          expect((await page(10)).total).toEqual({ value: 10, relation: 'eq' });
          expect((await page(9)).total).toEqual({ value: 9, relation: 'gte' });
          expect((await page(0)).total).toEqual({ value: 0, relation: 'gte' });
        }
      });

      test('reads around a record: the same container, before and after, near first', async () => {
        const records = Array.from({ length: 30 }, (_, i) =>
          aRecord({ at: at(i * 300), container: { id: i % 3 === 0 ? 'a'.repeat(64) : 'b'.repeat(64) } }),
        );
        await appendRecords(...records.toReversed());
        const query = is('container.id', 'a'.repeat(64));
        const around = (order: 'asc' | 'desc'): ReturnType<LogStore['findRecords']> =>
          store.findRecords(find({ query, order, limit: 2, after: records[15]!.event.id, countUpTo: 0 }));
        expect(idsOf((await around('desc')).records)).toEqual(idsOf([records[12]!, records[9]!]));
        expect(idsOf((await around('asc')).records)).toEqual(idsOf([records[18]!, records[21]!]));
      });

      test('finds one record by its id', async () => {
        const records = [0, 1, 2].map(second => aRecord({ at: at(second) }));
        await appendRecords(...records);
        const query: QueryNode = { type: 'and', nodes: [is('event.id', records[1]!.event.id), word('line')] };
        expect((await store.findRecords(find({ query }))).records).toEqual([records[1]]);
      });
    });

    describe('histogram', () => {
      const cases: [string, { from: string; to: string }, number, { intervalMs: number; count: number }][] = [
        ['a quarter of an hour', { from: at(0), to: at(900) }, 90, { intervalMs: 10_000, count: 90 }],
        [
          'one that begins within a bucket',
          { from: at(5), to: at(905) },
          90,
          { intervalMs: 20_000, count: 46 },
        ],
        ['a second', { from: at(0), to: at(1) }, 100, { intervalMs: 1_000, count: 1 }],
        ['a day', { from: at(0), to: at(86_400) }, 100, { intervalMs: 900_000, count: 96 }],
        ['one bucket', { from: at(0), to: at(3_600) }, 1, { intervalMs: 3_600_000, count: 1 }],
        ['an empty range', { from: at(5), to: at(5) }, 100, { intervalMs: 1_000, count: 0 }],
        ['a nanosecond into the next', { from: at(0), to: at(10, 1) }, 11, { intervalMs: 1_000, count: 11 }],
      ];
      test.each(cases)('buckets of a calm length cover %s', async (_, range, buckets, expected) => {
        const histogram = await store.histogram({ ...range, query: ALL, buckets });
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

    test('an abandoned question rejects with the reason', async () => {
      await appendRecords(aRecord());
      const signal = AbortSignal.abort(new Error('gone'));
      await expect(async () => store.findRecords(find(), signal)).rejects.toThrow('gone');
      await expect(async () => store.histogram({ ...selection(ALL), buckets: 1 }, signal)).rejects.toThrow(
        'gone',
      );
    });

    test('everything is there after it was closed and opened again', async () => {
      if (!under.reopen) return;
      const batch = batchOf({
        records: Array.from({ length: 20 }, (_, i) => aRecord({ at: at(i * 600), ordinal: i })),
        events: [anEvent()],
        samples: [aSample()],
      });
      await store.append(batch);
      store = await under.reopen();
      expect(await store.append(batch)).toMatchObject({ duplicates: 22 });
      const more = aRecord({ at: at(1), ordinal: 99 });
      expect(await appendRecords(more)).toMatchObject({ records: [more], duplicates: 0 });
      expect((await store.findRecords(find())).records).toHaveLength(21);
      expect(await store.findEvents({ ...EVER, order: 'asc', limit: 9 })).toEqual(batch.events);
      expect(await store.findSamples({ ...EVER, perContainer: 9 })).toEqual(batch.samples);
    });

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

    test('the stamp of a record is that of its id', () => {
      const record = aRecord({ at: at(5, 7) });
      expect(stampOfId(record.event.id)).toBe(record['@timestamp']);
    });
  });
}
