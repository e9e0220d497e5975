/** Random questions about many random records, answered by real Elasticsearch and by the embedded store as by the memory store. */
import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { connect } from '#indexer/store/elasticsearch/connect.ts';
import { toDocument } from '#indexer/store/elasticsearch/document.ts';
import { indexName } from '#indexer/store/elasticsearch/index-names.ts';
import { mappingOf } from '#indexer/store/elasticsearch/mapping.ts';
import { createSearch, type SearchOfStore } from '#indexer/store/elasticsearch/search.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { createMemoryStore } from '#indexer/store/memory-store.ts';
import { anyLogRecord, anyQueryTree } from '../support/awkward.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import { batchOf, EVER } from './store-under-test.ts';

const LONG = process.env['QUAYLOG_TEST_FAULTS'] === 'long';
const SEED = LONG ? Date.now() : 20_261_122;
const RECORDS = LONG ? 3_000 : 1_000;
const QUESTIONS = Number(process.env['Q'] ?? (LONG ? 20_000 : 400));
const types = { flattened: true, matchOnlyText: false };

describe('Elasticsearch 9.5', { timeout: LONG ? 3_600_000 : 120_000 }, () => {
  const prefix = `answers-${randomBytes(4).toString('hex')}`;
  const reference: LogStore = createMemoryStore();
  let client: Client;
  let search: SearchOfStore;

  beforeAll(async () => {
    const address = process.env['ES'] ?? (await sharedElasticsearch('9.5'));
    client = await connect({ urls: [address], user: '', password: '', apiKey: '', ca: '' });
    await client.indices.putIndexTemplate({
      name: prefix,
      index_patterns: [`${prefix}-logs-*`],
      priority: 1_000,
      template: { settings: { number_of_replicas: 0 }, mappings: mappingOf('logs', types) },
    });
    search = createSearch({ client, address, prefix, capabilities: types, refresh: () => Promise.resolve() });
    const records = fc.sample(anyLogRecord(), { numRuns: RECORDS, seed: SEED });
    const { records: fresh } = await reference.append(batchOf({ records }));
    await bulk(fresh);
  }, ELASTICSEARCH_PATIENCE_MS);
  afterAll(async () => {
    const names = Object.keys(await client.indices.get({ index: `${prefix}-*` }));
    await client.indices.delete({ index: names });
    await client.indices.deleteIndexTemplate({ name: prefix });
  });

  async function bulk(records: readonly LogRecord[]): Promise<void> {
    const operations = records.flatMap(record => {
      const { id, at, source } = toDocument(record);
      return [{ create: { _index: indexName(prefix, 'logs', at), _id: id } }, source];
    });
    const answer = await client.bulk({ operations, refresh: true });
    const refused = answer.items.filter(item => (item.create?.status ?? 0) !== 201);
    expect(refused).toEqual([]);
  }

  const aRange = fc.option(
    fc.tuple(fc.nat(12), fc.nat(12), fc.constantFrom(0, 1, 123_456_789)).map(([from, length, ns]) => ({
      from: `2026-11-22T10:41:${String(from).padStart(2, '0')}.000000000Z`,
      to: `2026-11-22T10:41:${String(from + length).padStart(2, '0')}.${String(ns).padStart(9, '0')}Z`,
    })),
    { nil: EVER },
  );
  const FIELDS = [
    ...['log.level', 'container.name', 'app.user', 'message', 'http.response.status_code', 'event.created'],
    ...['container.labels.user', 'app.a*c', 'app.', 'source.ip', 'url.original', 'log.original_bytes', 'app'],
  ];
  const anAsk = fc.record({
    query: anyQueryTree(),
    range: aRange,
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.constantFrom(1, 10, 1_000),
    countUpTo: fc.constantFrom(0, 5, 10_000),
    buckets: fc.constantFrom(1, 12, 100),
    field: fc.constantFrom(...FIELDS),
  });

  test('answers as the memory store does', async () => {
    await fc.assert(
      fc.asyncProperty(anAsk, async ({ query, range, order, limit, countUpTo, buckets, field }) => {
        const ask = { ...range, query, order, limit, countUpTo };
        const expected = await reference.findRecords(ask);
        const page = await search.findRecords(ask);
        expect(page.total).toEqual(expected.total);
        expect(page).toEqual(expected);
        const bars = { ...range, query, buckets };
        expect(await search.histogram(bars)).toEqual(await reference.histogram(bars));
        const counted = { ...range, query, field, limit: 20 };
        expect(await search.facets(counted)).toEqual(await reference.facets(counted));
      }),
      { numRuns: QUESTIONS, seed: SEED, endOnFailure: LONG },
    );
  });
});
