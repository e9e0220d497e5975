/**
 * The embedded store with varied records of a week: what writing and packing cost, what questions cost while more comes in, what
 * an indexer takes that has it all on disk. `QUAYLOG_BENCH_RECORDS` (1,000,000) and `QUAYLOG_BENCH_DAYS` (7) say how many.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createEmbeddedStore, type EmbeddedStoreOptions } from '#indexer/store/embedded-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, startProgram, untilAnswers } from '../support/program.ts';
import { rssBytesOf } from './process-cost.ts';
import { percentiles, type Row } from './row.ts';
import { benchQuestions, type Span } from './store-questions.ts';
import { variedBatches } from './varied-records.ts';

const HOUR_MS = 3_600_000;
const CONTAINERS = 40;
/** Records a second that come in while questions are asked. */
const MEANWHILE = 5_000;

export async function benchStore(): Promise<Row[]> {
  const count = Number(process.env['QUAYLOG_BENCH_RECORDS'] ?? 1_000_000);
  const days = Number(process.env['QUAYLOG_BENCH_DAYS'] ?? 7);
  const endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const span = { startMs: endMs - days * 24 * HOUR_MS, endMs };
  const data = mkdtempSync(join(tmpdir(), 'quaylog-bench-'));
  const dir = join(data, 'logs');
  mkdirSync(dir);
  try {
    return [
      { what: 'records, days', value: `${count.toLocaleString('en')}, ${days}` },
      ...(await benchWriting(dir, count, span)),
      ...(await benchPacking(dir, count)),
      ...(await benchAsking(dir, span)),
      ...(await benchIndexer(data)),
    ];
  } finally {
    rmSync(data, { recursive: true });
  }
}

const open = (dir: string, options: Partial<EmbeddedStoreOptions> = {}): Promise<LogStore> =>
  createEmbeddedStore({
    dir,
    retentionAgeMs: 'all',
    retentionBytes: Infinity,
    now: () => new Date(),
    log: { info: () => undefined, warn: console.error, error: console.error },
    ...options,
  });

/** Nothing is packed meanwhile, so that each is measured by itself. */
async function benchWriting(dir: string, count: number, { startMs, endMs }: Span): Promise<Row[]> {
  const store = await open(dir, { packIdleMs: Infinity });
  const waits: number[] = [];
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  let cpuUs = 0;
  for (const records of variedBatches({
    count,
    containers: CONTAINERS,
    startMs,
    lengthMs: endMs - startMs,
  })) {
    const before = process.cpuUsage();
    const startedAt = performance.now();
    stalls.enable();
    await store.append({ records, events: [], samples: [] });
    stalls.disable();
    waits.push(performance.now() - startedAt);
    const { user, system } = process.cpuUsage(before);
    cpuUs += user + system;
  }
  await store.close();
  const rate = (some: number[]): number => (some.length * 1e6) / some.reduce((sum, ms) => sum + ms, 0);
  const tenth = Math.ceil(waits.length / 10);
  const { p50, p95 } = percentiles(waits);
  return [
    { what: 'append, batches of 1,000, each synced', value: `${Math.round(rate(waits))} records/s` },
    {
      what: 'append, the last tenth',
      value: `${Math.round(rate(waits.slice(-tenth)))} records/s`,
      ratio: `${((100 * rate(waits.slice(-tenth))) / rate(waits.slice(0, tenth))).toFixed(0)} % of the first tenth`,
    },
    { what: 'append, CPU of all threads', value: `${(cpuUs / count).toFixed(1)} µs/record` },
    { what: 'append, one batch', value: `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms` },
    { what: 'event loop late while appending', value: `p99 ${(stalls.percentile(99) / 1e6).toFixed(1)} ms` },
    { what: 'on disk, live', value: `${(sizeOf(dir) / count).toFixed(1)} bytes/record` },
  ];
}

async function benchPacking(dir: string, count: number): Promise<Row[]> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const later = (): Date => new Date(Date.now() + 2 * HOUR_MS);
  const store = await open(dir, { packIdleMs: 0, now: later });
  await eventually(() => readdirSync(dir).every(name => !name.endsWith('.db')), {
    what: 'all hours are packed',
    withinMs: HOUR_MS,
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  await store.close();
  const { user, system } = process.cpuUsage(before);
  return [
    {
      what: 'packing',
      value: `${((user + system) / count).toFixed(1)} µs/record CPU, ${Math.round(count / seconds)} records/s`,
    },
    { what: 'on disk, packed', value: `${(sizeOf(dir) / count).toFixed(1)} bytes/record` },
  ];
}

async function benchAsking(dir: string, span: Span): Promise<Row[]> {
  const store = await open(dir);
  const ending = new AbortController();
  const writing = keepWriting(store, span.endMs, ending.signal);
  try {
    return await benchQuestions(store, span);
  } finally {
    ending.abort();
    await writing;
    await store.close();
  }
}

async function keepWriting(store: LogStore, startMs: number, signal: AbortSignal): Promise<void> {
  const batches = variedBatches({
    count: 100e6,
    containers: CONTAINERS,
    startMs,
    lengthMs: (1e8 / MEANWHILE) * 1_000,
  });
  let due = performance.now();
  for (const records of batches) {
    if (signal.aborted) return;
    await store.append({ records, events: [], samples: [] });
    due += (records.length / MEANWHILE) * 1_000;
    await delay(Math.max(0, due - performance.now()));
  }
}

/** An indexer of its own on these files: killed, started again, asked. */
async function benchIndexer(data: string): Promise<Row[]> {
  const listen = `127.0.0.1:${await freePort()}`;
  const start = async () => {
    const program = startProgram({
      args: ['indexer'],
      env: { QUAYLOG_LISTEN: listen, QUAYLOG_DATA: data, QUAYLOG_RETENTION_AGE: 'all' },
    });
    await untilAnswers(`http://${listen}/healthz`, program);
    return program;
  };
  const killed = await start();
  await killed.kill('SIGKILL');
  const opening = performance.now();
  await (await open(join(data, 'logs'))).close();
  const openMs = performance.now() - opening;
  const indexer = await start();
  for (const path of [
    'logs?from=now-30d&limit=100',
    'logs/histogram?from=now-30d',
    'logs?from=now-30d&q=zanzibar',
  ])
    await (await fetch(`http://${listen}/api/v1/${path}`)).arrayBuffer();
  const rss = rssBytesOf(indexer.pid);
  await indexer.kill('SIGTERM');
  return [
    { what: 'open and close after kill -9', value: `${Math.round(openMs)} ms` },
    { what: 'indexer RSS after questions over all', value: `${Math.round(rss / 2 ** 20)} MiB` },
  ];
}

function sizeOf(dir: string): number {
  return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
}
