/** The embedded store at a million varied records over a day: what writing costs, what questions cost. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { QueryNode, Value } from '#indexer/query/query-tree.ts';
import { createEmbeddedStore } from '#indexer/store/embedded-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import type { Row } from './row.ts';
import { COMMON_WORD, RARE_PART, RARE_WORD, variedBatches } from './varied-records.ts';

const START_MS = Date.parse('2026-11-21T12:00:00Z');
const DAY_MS = 24 * 3_600_000;
const ROUNDS = 15;

/** `count`: records to write; fewer for a quick look. */
export async function benchStore(count = 1_000_000): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'quaylog-bench-'));
  const open = (): Promise<LogStore> =>
    createEmbeddedStore({
      dir,
      retentionAgeMs: 'all',
      retentionBytes: Infinity,
      now: () => new Date(START_MS + DAY_MS),
      log: { info: () => undefined, warn: console.error, error: console.error },
    });
  let store = await open();
  try {
    const rows = await benchWriting(store, count);
    await store.close();
    rows.push({ what: 'on disk', value: `${Math.round((await sizeOf(dir)) / count)} bytes/record` });
    const startedAt = performance.now();
    store = await open();
    rows.push({ what: 'open again', value: `${Math.round(performance.now() - startedAt)} ms` });
    return [...rows, ...(await benchQuestions(store))];
  } finally {
    await store.close();
    await rm(dir, { recursive: true });
  }
}

async function benchWriting(store: LogStore, count: number): Promise<Row[]> {
  const waits: number[] = [];
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  let cpuUs = 0;
  let referenceUs = 0;
  for (const records of variedBatches({ count, containers: 40, startMs: START_MS, lengthMs: DAY_MS })) {
    referenceUs += await cpuOf(() => JSON.stringify(records));
    const startedAt = performance.now();
    stalls.enable();
    cpuUs += await cpuOf(() => store.append({ records, events: [], samples: [] }));
    stalls.disable();
    waits.push(performance.now() - startedAt);
  }
  const seconds = waits.reduce((sum, ms) => sum + ms, 0) / 1_000;
  const late = (percent: number): string => `${(stalls.percentile(percent) / 1e6).toFixed(1)} ms`;
  return [
    { what: 'append, batches of 1,000, synced', value: `${Math.round(count / seconds)} records/s` },
    {
      what: 'append, CPU of all threads',
      value: `${(cpuUs / count).toFixed(1)} µs/record`,
      ratio: `${(cpuUs / referenceUs).toFixed(1)} × JSON.stringify of the same`,
    },
    { what: 'append, one batch', value: quantiles(waits) },
    { what: 'event loop late while appending', value: `p50 ${late(50)}, p99 ${late(99)}` },
  ];
}

/** Microseconds of CPU, of all threads. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function benchQuestions(store: LogStore): Promise<Row[]> {
  const range = { from: '2026-11-21T12:00:00.000000000Z', to: '2026-11-22T12:00:10.000000000Z' };
  const quarter = { from: '2026-11-22T11:45:03.000000000Z', to: '2026-11-22T12:00:03.000000000Z' };
  const all: QueryNode = { type: 'all' };
  const common = word(COMMON_WORD);
  const rarePart = is('message', { kind: 'wildcard', pattern: `*${RARE_PART}*` });
  const mixed: QueryNode = {
    type: 'and',
    nodes: [is('container.name', { kind: 'wildcard', pattern: 'shop-api*' }), level('error'), word('order')],
  };
  const newest = (query: QueryNode) => (): Promise<unknown> =>
    store.findRecords({ ...range, query, order: 'desc', limit: 100, countUpTo: 10_000 });
  const bars =
    (query: QueryNode, within = range) =>
    (): Promise<unknown> =>
      store.histogram({ ...within, query, buckets: 90 });
  const values =
    (field: string, query: QueryNode = all) =>
    (): Promise<unknown> =>
      store.facets({ ...range, query, field, limit: 10 });
  const questions: [string, () => Promise<unknown>][] = [
    ['newest 100', newest(all)],
    ['newest 100 of a common word', newest(common)],
    ['newest 100 of a rare word', newest(word(RARE_WORD))],
    ['newest 100 of container, level and word', newest(mixed)],
    ['newest 100 of a field of the application', newest(is('app.user', { kind: 'word', text: 'u4242' }))],
    ['newest 100 of a rare part of a word (full scan)', newest(rarePart)],
    ['histogram of a day', bars(all)],
    ['histogram of a quarter of an hour', bars(all, quarter)],
    ['histogram of a day, one level', bars(level('error'))],
    ['histogram of a day with a common word', bars(common)],
    ['facet of containers', values('container.name')],
    ['facet of levels with a common word', values('log.level', common)],
    ['facet of a field of the application', values('app.user')],
  ];
  const rows: Row[] = [];
  for (const [what, ask] of questions) {
    const cpu = process.cpuUsage();
    const waits: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = performance.now();
      await ask();
      waits.push(performance.now() - startedAt);
    }
    const { user, system } = process.cpuUsage(cpu);
    rows.push({
      what,
      value: `${quantiles(waits)}, CPU ${((user + system) / 1_000 / ROUNDS).toFixed(1)} ms`,
    });
  }
  return rows;
}

const is = (field: string, value: Value): QueryNode => ({ type: 'is', field, value });
const word = (text: string): QueryNode => is('message', { kind: 'word', text });
const level = (text: string): QueryNode => is('log.level', { kind: 'word', text });

function quantiles(waits: readonly number[]): string {
  const sorted = waits.toSorted((a, b) => a - b);
  const quantile = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(1);
  return `p50 ${quantile(0.5)} ms, p95 ${quantile(0.95)} ms`;
}

async function sizeOf(dir: string): Promise<number> {
  const names = await readdir(dir);
  const sizes = await Promise.all(names.map(async name => (await stat(join(dir, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
