/** What a real Elasticsearch, a real network and real documents do to the store: nothing is lost, nothing is doubled. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import {
  ELASTICSEARCH_PATIENCE_MS,
  startElasticsearch,
  type TestElasticsearch,
} from '../support/elasticsearch.ts';
import {
  startElasticsearchProxy,
  type BulkFault,
  type ElasticsearchProxy,
} from '../support/elasticsearch-proxy.ts';
import { newPrefix, openTestStore } from '../support/elasticsearch-store.ts';
import { eventually } from '../support/eventually.ts';
import { startProgram } from '../support/program.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { aRecord, at } from '../support/records.ts';
import { ALL, batchOf, find } from './store-under-test.ts';

const RECORDS = isLongRun ? 100_000 : 1_000;
const BATCH = 100;
const WRITERS = 4;
const MAX_BYTES = 200_000;
/** How long it stays away once it was killed. */
const AWAY_MS = isLongRun ? 600_000 : 0;

describe(
  'Elasticsearch behind a bad network',
  { timeout: ELASTICSEARCH_PATIENCE_MS + (isLongRun ? 2_400_000 : 0) },
  () => {
    let node: TestElasticsearch;
    let proxy: ElasticsearchProxy;
    const seeded = randomNumbers(20_261_122);
    beforeAll(async () => {
      node = await startElasticsearch({ version: '8.19' });
      proxy = await startElasticsearchProxy(node.url, { isTaken: () => seeded() < 0.5, maxBytes: MAX_BYTES });
    }, ELASTICSEARCH_PATIENCE_MS);
    afterAll(async () => {
      await proxy?.close();
      await node?.stop();
    });

    const put = async (path: string, body: object): Promise<void> => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(node.url + path, { method: 'PUT', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`PUT ${path}: ${await answer.text()}`);
    };
    /** Somebody's own mapping, which refuses traces that are no numbers: by themselves indices of logs refuse next to nothing. */
    const putPoison = (prefix: string) =>
      put(`/_component_template/${prefix}@custom`, {
        template: {
          mappings: {
            properties: { trace: { properties: { id: { type: 'long', ignore_malformed: false } } } },
          },
        },
      });

    test('half of all documents pushed back, answers lost, 1 % refused, one too large, the node killed', async () => {
      const prefix = newPrefix();
      await putPoison(prefix);
      const store = await openTestStore(proxy.url, prefix);
      const records = someRecords(RECORDS);
      const bad = records.filter(isBad).map(({ event }) => event.id);
      const good = records.filter(record => !isBad(record)).map(({ event }) => event.id);
      let turn = 0;
      proxy.decide(() => faultOfTurn(turn++));

      let rejections = 0;
      const killed = kill(() => turn > 20, node);
      await appendAll(store, records, () => rejections++);
      await killed;

      proxy.decide(() => 'pass');
      await eventually(() => store.trouble!() === null, { what: 'the store is ready', withinMs: 60_000 });
      expect(await idsOf(store)).toEqual(good.toSorted());
      const letters = await store.deadLetters!.list(1_000);
      expect(letters.total).toBe(bad.length);
      const refusedIds = letters.letters.map(({ id }) => id.split('/')[1]);
      if (!isLongRun) expect(refusedIds.toSorted()).toEqual(bad.toSorted());
      expect(letters.letters.every(({ type, reason }) => type !== '' && reason !== '')).toBe(true);
      expect(proxy.counts.pushedBack).toBeGreaterThan(RECORDS / 10);
      expect(proxy.counts.cut).toBeGreaterThan(0);
      expect(proxy.counts.tooLarge).toBeGreaterThan(0);
      noteFigure({
        fault: `Elasticsearch: half of all documents answered 429, every 7th answer lost, every 11th request 503, its process killed once${isLongRun ? ' and away for 10 minutes' : ''}; ${RECORDS} records`,
        bar: 'lost 0, doubled 0; good 100 % stored, bad 100 % dead letters',
        figure: `lost 0, doubled 0; ${good.length} of ${good.length} good stored, ${letters.total} of ${bad.length} bad dead letters; ${proxy.counts.pushedBack} push backs, ${proxy.counts.cut} answers lost, ${rejections} appends sent again`,
      });

      // Somebody mends the mapping; what is too large stays so for this proxy.
      await put(`/${prefix}-logs-2026.11.22/_mapping`, {
        properties: { trace: { properties: { id: { type: 'long', ignore_malformed: true } } } },
      });
      const replayed = await store.deadLetters!.replay();
      expect(replayed).toEqual({ stored: bad.length - 1, refused: 1 });
      expect(await idsOf(store)).toHaveLength(RECORDS - 1);
      expect((await store.deadLetters!.list(9)).total).toBe(1);
      await store.close();

      const ask = (url: string, ...args: string[]) => askDeadLetters({ url, prefix }, args);
      expect(await ask(proxy.url)).toMatchObject({
        code: 0,
        said: expect.stringContaining('1 dead letter.') as string,
      });
      expect(await ask(proxy.url, '--replay')).toEqual({
        code: 1,
        said: '0 stored; 1 refused once more, they stay\n',
      });
      expect(await ask(node.url, '--replay')).toEqual({ code: 0, said: '1 stored\n' });
      expect(await ask(node.url)).toEqual({ code: 0, said: 'No dead letters.\n' });
      expect(await ask(node.url, 'some-id')).toMatchObject({ code: 2 });
    });

    test('a node that is away is named, and back in use when it is back', async () => {
      const store = await openTestStore(proxy.url, newPrefix());
      const record = aRecord();
      proxy.answerAll(503);
      await expect(store.append(batchOf({ records: [record] }))).rejects.toMatchObject({
        code: 'store_failed',
      });
      expect(store.trouble!()).toMatch(/answered 503.*goes on trying/);
      await expect(store.findRecords(find())).rejects.toMatchObject({ code: 'store_failed' });
      proxy.answerAll(401);
      await eventually(() => /QUAYLOG_ELASTICSEARCH_USER/.test(store.trouble!() ?? ''), {
        what: 'who we are is refused',
      });
      proxy.answerAll(null);
      await eventually(() => store.trouble!() === null, { what: 'the store is ready' });
      expect(await store.append(batchOf({ records: [record] }))).toMatchObject({ records: [record] });
      await store.close();
    });

    test('a full disk and a read-only index keep everything at the sender until somebody lifts the block', async () => {
      const prefix = newPrefix();
      const store = await openTestStore(proxy.url, prefix);
      await store.append(batchOf({ records: [aRecord()] }));
      const block = (name: string, isOn: boolean) =>
        put(`/${prefix}-logs-2026.11.22/_settings`, { [`index.blocks.${name}`]: isOn ? true : null });
      const record = aRecord({ ordinal: 1 });
      const again = () => store.append(batchOf({ records: [record] }));
      await block('read_only_allow_delete', true);
      await expect(again()).rejects.toMatchObject({
        code: 'store_full',
        hint: expect.stringMatching(/Free disk space/) as string,
      });
      await block('read_only_allow_delete', false);
      await block('write', true);
      await expect(again()).rejects.toMatchObject({
        code: 'store_failed',
        hint: expect.stringMatching(/Lift the block/) as string,
      });
      await block('write', false);
      expect(await again()).toMatchObject({ records: [record], duplicates: 0 });
      await store.close();
    });

    test('a cluster that somebody made read-only takes nothing, says so, and goes on when the block is lifted', async () => {
      const prefix = newPrefix();
      const store = await openTestStore(node.url, prefix);
      const record = aRecord();
      const again = () => store.append(batchOf({ records: [record] }));
      const block = (isOn: boolean | null) =>
        put('/_cluster/settings', { persistent: { 'cluster.blocks.read_only': isOn } });
      await block(true);
      await expect(again()).rejects.toMatchObject({
        code: 'store_failed',
        message: expect.stringMatching(/FORBIDDEN\/6\/cluster read-only/) as string,
      });
      const late = await openTestStore(node.url, prefix);
      await eventually(() => /cluster read-only.*lift the block/.test(late.trouble!() ?? ''), {
        what: 'who starts now says why it cannot',
      });
      await block(null);
      await eventually(() => [late, store].every(one => one.trouble!() === null), { what: 'both can' });
      expect(await again()).toMatchObject({ records: [record], duplicates: 0 });
      await Promise.all([store.close(), late.close()]);
    });
  },
);

/** Twenty to the second; 1 % that the mapping refuses, and one too large. */
function someRecords(count: number): LogRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const parts = { at: at(Math.floor(i / 20)), ordinal: i % 20, app: { i } };
    if (i === 150) return aRecord({ ...parts, message: 'too large '.repeat(MAX_BYTES / 5) });
    return aRecord({ ...parts, message: `line ${i}`, ...(i % 100 === 99 && { trace: { id: 'no number' } }) });
  });
}
const isBad = (record: LogRecord): boolean => record.trace !== undefined || record.message.length > MAX_BYTES;

function faultOfTurn(turn: number): BulkFault {
  if (turn % 11 === 10) return 503;
  return turn % 7 === 6 ? 'cut' : 'push back';
}

/** As collectors do: some at a time, each again until it is acknowledged. */
async function appendAll(store: LogStore, records: LogRecord[], onRejected: () => void): Promise<void> {
  const batches = Array.from({ length: records.length / BATCH }, (_, i) =>
    records.slice(i * BATCH, (i + 1) * BATCH),
  );
  const write = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const mine = batch;
      await eventually(
        () =>
          store.append(batchOf({ records: mine })).then(
            () => true,
            () => (onRejected(), false),
          ),
        { what: 'the batch is acknowledged', withinMs: 240_000 + AWAY_MS, everyMs: 200 },
      );
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

async function kill(isTime: () => boolean, node: TestElasticsearch): Promise<void> {
  await eventually(isTime, { what: 'writing is under way', withinMs: 120_000, everyMs: 5 });
  await node.kill9();
  await delay(AWAY_MS);
  await node.restart();
}

/** In order: what is there twice is here twice. */
async function idsOf(store: LogStore): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const after = ids.at(-1);
    const { records } = await store.findRecords(
      find({ query: ALL, order: 'asc', limit: 1_000, countUpTo: 0, ...(after !== undefined && { after }) }),
    );
    ids.push(...records.map(({ event }) => event.id));
    if (records.length < 1_000) return ids;
  }
}

/** Of a linear congruence: the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** `quaylog dead-letters` on this store, as an operator calls it. */
async function askDeadLetters(
  { url, prefix }: { url: string; prefix: string },
  args: string[],
): Promise<{ code: number | null; said: string }> {
  const program = startProgram({
    args: ['dead-letters', ...args],
    env: {
      QUAYLOG_STORE: 'elasticsearch',
      QUAYLOG_ELASTICSEARCH_URL: url,
      QUAYLOG_ELASTICSEARCH_PREFIX: prefix,
    },
  });
  return { code: await program.exitCode(), said: program.output() };
}
