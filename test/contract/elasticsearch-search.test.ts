/** What questions to Elasticsearch do beyond answering: when data is missing, when people go away, when there is a lot. */
import type { Client } from '@elastic/elasticsearch';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QueryNode } from '#indexer/query/query-tree.ts';
import { connect } from '#indexer/store/elasticsearch/server/connect.ts';
import { createSearch } from '#indexer/store/elasticsearch/ask/search.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { ELASTICSEARCH_VERSIONS, whyNoElasticsearch } from '../support/elasticsearch-home.ts';
import { newPrefix, openTestStore, removeIndices } from '../support/elasticsearch-store.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import { eventually } from '../support/eventually.ts';
import { aRecord, aSample, at } from '../support/records.ts';
import { ALL, batchOf, EVER, find, PATIENCE_MS, word } from './store-under-test.ts';

/** No index knows punctuation: each record is put to the matcher. */
const DASHES = word('--');

describe.each(ELASTICSEARCH_VERSIONS)('Elasticsearch %s', { timeout: PATIENCE_MS }, version => {
  const why = whyNoElasticsearch(version);
  let url: string;
  let client: Client;
  let store: LogStore;
  let prefix: string;
  beforeAll(async () => {
    if (why !== null) return;
    url = await sharedElasticsearch(version);
    client = await connect({ urls: [url], user: '', password: '', apiKey: '', ca: '' });
  }, ELASTICSEARCH_PATIENCE_MS);
  afterAll(() => client?.close());
  beforeEach(async context => {
    if (why !== null) return context.skip(why);
    prefix = newPrefix();
    store = await openTestStore(url, prefix);
  });
  afterEach(async () => {
    await store?.close();
    await removeIndices(url, prefix);
  });

  const appendMany = async (count: number, message: (i: number) => string): Promise<void> => {
    const records = Array.from({ length: count }, (_, i) =>
      aRecord({ at: at(i % 600, i), message: message(i) }),
    );
    await store.append(batchOf({ records }));
  };

  test('without any index there is nothing, of every kind', async () => {
    expect(await store.findRecords(find())).toEqual({ records: [], total: { value: 0, relation: 'eq' } });
    expect(await store.facets({ ...EVER, query: ALL, field: 'log.level', limit: 5 })).toEqual({
      field: 'log.level',
      values: [],
      missing: 0,
    });
    const hour = { from: at(0), to: at(3_600) };
    const { buckets } = await store.histogram({ ...hour, query: ALL, buckets: 60 });
    expect(buckets.map(({ total }) => total)).toEqual(Array(60).fill(0));
    expect(await store.findEvents({ ...hour, order: 'asc', limit: 5 })).toEqual([]);
    expect(await store.findSamples({ ...hour, perContainer: 5 })).toEqual([]);
  });

  test('a shard that no node holds is an error, not fewer records', async () => {
    await appendMany(3, () => 'here');
    const index = `${prefix}-logs-2026.11.21`;
    const settings = { 'index.routing.allocation.require._name': 'nobody' };
    await client.indices.create({ index, settings, wait_for_active_shards: 0, timeout: '1s' });
    const failed = { code: 'store_failed' };
    const days = { from: at(-86_400), to: at(86_400) };
    await expect(store.findRecords(find(days))).rejects.toMatchObject(failed);
    await expect(store.histogram({ ...days, query: ALL, buckets: 9 })).rejects.toMatchObject(failed);
    await expect(store.facets({ ...days, query: ALL, field: 'log.level', limit: 9 })).rejects.toMatchObject(
      failed,
    );
    // Who does not ask about that day has a whole answer.
    expect((await store.findRecords(find({ from: at(0), to: at(600) }))).records).toHaveLength(3);
  });

  test('reads on until the page is full, whatever the matcher turns down', async () => {
    await appendMany(3_000, i => (i % 1_000 === 7 ? 'a -- b' : 'a b'));
    const page = await store.findRecords(find({ query: DASHES, limit: 2, order: 'asc' }));
    expect(page.records.map(({ message }) => message)).toEqual(['a -- b', 'a -- b']);
    expect(page.total).toEqual({ value: 3, relation: 'eq' });
    const { values } = await store.facets({ ...EVER, query: DASHES, field: 'message', limit: 9 });
    expect(values).toEqual([{ value: 'a -- b', count: 3 }]);
    await untilViewsAreClosed(client);
  });

  test('who goes away ends the reading, and leaves no view open', async () => {
    await appendMany(2_000, () => 'a b');
    await store.findRecords(find({ limit: 1 }));
    for (const afterMs of [0, 3, 10, 30, 60]) {
      const signal = AbortSignal.timeout(afterMs);
      const outcome = await store
        .findRecords(find({ query: DASHES }), signal)
        .catch((error: unknown) => error);
      // The reason of the signal, unless the answer was there before.
      if (outcome instanceof Error) expect(outcome).toBe(signal.reason);
    }
    await untilViewsAreClosed(client);
  });

  test('a question that takes too long says so', async () => {
    await appendMany(2_000, () => 'a b');
    const search = createSearch({
      client,
      address: url,
      prefix,
      capabilities: { flattened: true, matchOnlyText: false, pointInTime: true },
      refresh: () => Promise.resolve(),
      patienceMs: 1,
    });
    await expect(search.findRecords(find({ query: DASHES }))).rejects.toMatchObject({ code: 'timeout' });
  });

  test('without flattened fields answers are the same, by reading', async () => {
    const users = ['bob', 'ann', 'bob'];
    const records = users.map((user, i) => aRecord({ at: at(i), app: { user, n: i } }));
    await store.append(batchOf({ records }));
    await store.findRecords(find());
    const search = createSearch({
      client,
      address: url,
      prefix,
      capabilities: { flattened: false, matchOnlyText: false, pointInTime: true },
      refresh: () => Promise.resolve(),
    });
    const query: QueryNode = { type: 'is', field: 'app.user', value: { kind: 'word', text: 'bob' } };
    expect((await search.findRecords(find({ query, order: 'asc' }))).records).toEqual([
      records[0],
      records[2],
    ]);
    expect(await search.facets({ ...EVER, query: ALL, field: 'app.user', limit: 9 })).toMatchObject({
      values: [
        { value: 'bob', count: 2 },
        { value: 'ann', count: 1 },
      ],
    });
  });

  test('a very long line is stored, found by its last word, and whole', async () => {
    // The server refuses, for want of memory, what takes a fortieth of its heap: here 12 MB with its tokens.
    const length = 4 * 2 ** 20;
    const text = `${'lorem ipsum '.repeat(length / 12).slice(0, length - 9)} zanzibar`;
    const token = 'x'.repeat(length);
    await store.append(batchOf({ records: [aRecord({ message: text })] }));
    await store.append(batchOf({ records: [aRecord({ ordinal: 1, message: token })] }));
    const [found] = (await store.findRecords(find({ query: word('zanzibar') }))).records;
    expect(found?.message === text).toBe(true);
    const [alike] = (await store.findRecords(find({ query: word(token) }))).records;
    expect(alike?.message === token).toBe(true);
    expect((await store.findRecords(find({ query: word(token.slice(1)) }))).records).toEqual([]);
  });

  test(
    'samples beyond what one answer of the server holds are thinned the same',
    { timeout: 60_000 },
    async () => {
      const samples = Array.from({ length: 10_500 }, (_, i) => aSample({ at: at(i), pids: i }));
      await store.append(batchOf({ samples }));
      const kept = await store.findSamples({ ...EVER, perContainer: 10 });
      expect(kept.map(({ pids }) => pids)).toEqual([
        0, 1167, 2333, 3500, 4666, 5833, 6999, 8166, 9332, 10_499,
      ]);
      expect(await store.findSamples({ ...EVER, perContainer: 20_000 })).toEqual(samples);
    },
  );
});

/** Sooner than by themselves, after a minute. */
const untilViewsAreClosed = (client: Client): Promise<unknown> =>
  eventually(async () => (await openViews(client)) === 0, { what: 'all views are closed', withinMs: 30_000 });

async function openViews(client: Client): Promise<number> {
  const stats = await client.transport.request<{
    nodes: Record<string, { indices: { search: { open_contexts: number } } }>;
  }>({ method: 'GET', path: '/_nodes/stats/indices/search' });
  return Object.values(stats.nodes).reduce((sum, node) => sum + node.indices.search.open_contexts, 0);
}
