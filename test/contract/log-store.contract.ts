/** What every store of logs does. Each implementation passes this suite unchanged. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { QueryNode } from '#indexer/query/query-tree.ts';
import type { LogStore, Selection } from '#indexer/store/log-store.ts';
import { anEvent, aRecord, aSample, at } from '../support/records.ts';
import { describeSameAnswers } from './log-store-answers.contract.ts';
import { describeCounting } from './log-store-counting.contract.ts';
import { ALL, batchOf, EVER, find, is, PATIENCE_MS, word, type StoreUnderTest } from './store-under-test.ts';

const idsOf = (records: LogRecord[]): string[] => records.map(record => record.event.id);
const messagesOf = (records: LogRecord[]): string[] => records.map(record => record.message);

export function describeLogStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describeCounting(name, create);
  describeSameAnswers(name, create);

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
  });
}
