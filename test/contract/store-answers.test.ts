/**
 * Random questions about one large batch of random records, awkward ones among them: every store answers as the memory
 * store does, record by record, count by count. With QUAYLOG_TEST_FAULTS=long by the ten thousand, with a new seed each time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedStore } from '#indexer/store/embedded-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { createMemoryStore } from '#indexer/store/memory-store.ts';
import { anyLogRecord } from '../support/awkward.ts';
import { ELASTICSEARCH_VERSIONS, whyNoElasticsearch } from '../support/elasticsearch-home.ts';
import { newPrefix, openTestStore, removeIndices } from '../support/elasticsearch-store.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import { anyQuestion, expectSameAnswers } from '../support/questions.ts';
import { batchOf, EVER } from './store-under-test.ts';

const isLong = process.env['QUAYLOG_TEST_FAULTS'] === 'long';
const seed = isLong ? Date.now() % 2 ** 31 : 20_261_122;
const RECORDS = 1_000;
const QUESTIONS = isLong ? 10_000 : 80;
const timeout = isLong ? 7_200_000 : 120_000;

const aRange = fc.option(
  fc.tuple(fc.nat(12), fc.nat(12), fc.constantFrom(0, 1, 123_456_789)).map(([from, length, ns]) => ({
    from: `2026-11-22T10:41:${String(from).padStart(2, '0')}.000000000Z`,
    to: `2026-11-22T10:41:${String(from + length).padStart(2, '0')}.${String(ns).padStart(9, '0')}Z`,
  })),
  { nil: EVER },
);
type Opened = { store: LogStore; remove: () => Promise<void> };

type Candidate = { name: string; why: string | null; open: () => Promise<Opened> };

const STORES: Candidate[] = [
  { name: 'the embedded store', why: null, open: openEmbedded },
  ...ELASTICSEARCH_VERSIONS.map(version => ({
    name: `Elasticsearch ${version}`,
    why: whyNoElasticsearch(version),
    open: () => openElasticsearch(version),
  })),
];

describe.each(STORES)('$name', { timeout }, ({ why, open }) => {
  const reference = createMemoryStore();
  let opened: Opened | undefined;
  beforeAll(async () => {
    if (why !== null) return;
    opened = await open();
    const batch = batchOf({ records: fc.sample(anyLogRecord(), { numRuns: RECORDS, seed }) });
    expect(await opened.store.append(batch)).toEqual(await reference.append(batch));
  }, ELASTICSEARCH_PATIENCE_MS);
  afterAll(() => opened?.remove());

  test.skipIf(why !== null)(why ?? 'answers any question as the memory store does', async () => {
    const { store } = opened!;
    await fc.assert(
      fc.asyncProperty(anyQuestion(aRange), question => expectSameAnswers(store, reference, question)),
      { numRuns: QUESTIONS, seed, endOnFailure: isLong },
    );
  });
});

async function openEmbedded(): Promise<Opened> {
  const dir = await mkdtemp(join(tmpdir(), 'quaylog-answers-'));
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const store = await createEmbeddedStore({
    dir,
    retentionAgeMs: 'all',
    retentionBytes: Infinity,
    now: () => new Date('2026-11-22T11:00:00Z'),
    log: quiet,
  });
  return {
    store,
    async remove() {
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}

async function openElasticsearch(version: (typeof ELASTICSEARCH_VERSIONS)[number]): Promise<Opened> {
  const url = await sharedElasticsearch(version);
  const prefix = newPrefix();
  const store = await openTestStore(url, prefix);
  return {
    store,
    async remove() {
      await store.close();
      await removeIndices(url, prefix);
    },
  };
}
