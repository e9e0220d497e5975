/**
 * The embedded store with varied records of a week: what writing and packing cost, what questions cost while more comes in, what
 * an indexer takes that has it all on disk. `QUAYLOG_BENCH_RECORDS` (1,000,000) and `QUAYLOG_BENCH_DAYS` (7) say how many.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogRecord } from '#contract/log-record.ts';
import { createEmbeddedStore, type EmbeddedStoreOptions } from '#indexer/store/embedded-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { bundle } from '../../deploy/bundle.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, startProgram, untilAnswers } from '../support/program.ts';
import { rssBytesOf } from './process-cost.ts';
import { percentiles, type Row } from './row.ts';
import { benchQuestions, type Span } from './store-questions.ts';
import { variedBatches, type VariedOptions } from './varied-records.ts';

const HOUR_MS = 3_600_000;
const CONTAINERS = 40;
/** Records a second that come in while questions are asked. */
const MEANWHILE = 5_000;
/** Records of an hour at hand; before them those with which the programs get warm. */
const LIVE = 300_000;
const WARM_UP = 100_000;
const LATE = 'live, each tenth line late by up to five minutes';

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
      ...(await benchLive('live, within one hour', { perSecond: 60_000, lateEvery: 100 })),
      ...(await benchLive(LATE, { perSecond: MEANWHILE, latePercent: 10 })),
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

type Lateness = { perSecond: number } & Pick<VariedOptions, 'lateEvery' | 'latePercent'>;

/** As an indexer sees it that has been running: batches of now, some of them or of their lines late. */
async function benchLive(what: string, { perSecond, ...late }: Lateness): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'quaylog-bench-'));
  const startMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS / 2;
  const batches = variedBatches({
    count: WARM_UP + LIVE,
    containers: CONTAINERS,
    startMs,
    lengthMs: ((WARM_UP + LIVE) / perSecond) * 1_000,
    ...late,
  });
  const store = await open(dir, { packIdleMs: Infinity });
  try {
    await appendAll(store, batches, WARM_UP);
    const done = await appendAll(store, batches, LIVE);
    return rowsOfWriting(`${what}: append`, done);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true });
  }
}

/** History of many days at once. Nothing is packed meanwhile, so that each is measured by itself. */
async function benchWriting(dir: string, count: number, { startMs, endMs }: Span): Promise<Row[]> {
  const store = await open(dir, { packIdleMs: Infinity });
  const batches = variedBatches({ count, containers: CONTAINERS, startMs, lengthMs: endMs - startMs });
  const done = await appendAll(store, batches, count);
  await store.close();
  const { waits } = done;
  const tenth = Math.ceil(waits.length / 10);
  return [
    ...rowsOfWriting('history of all days: append', done),
    {
      what: 'history of all days: append, the last tenth',
      value: `${rateOf(waits.slice(-tenth))} records/s`,
      ratio: `${((100 * rateOf(waits.slice(-tenth))) / rateOf(waits.slice(0, tenth))).toFixed(0)} % of the first tenth`,
    },
    { what: 'on disk, live', value: `${(sizeOf(dir) / count).toFixed(1)} bytes/record` },
  ];
}

type Writing = { waits: number[]; cpuUs: number; stallMs: number };

/** Appends the next `count` records; what is made of records between the appends is not measured. */
async function appendAll(store: LogStore, batches: Iterator<LogRecord[]>, count: number): Promise<Writing> {
  const waits: number[] = [];
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  let cpuUs = 0;
  for (let left = count; left > 0; left -= 1_000) {
    const records = batches.next().value as LogRecord[];
    const before = process.cpuUsage();
    const startedAt = performance.now();
    stalls.enable();
    await store.append({ records, events: [], samples: [] });
    stalls.disable();
    waits.push(performance.now() - startedAt);
    const { user, system } = process.cpuUsage(before);
    cpuUs += user + system;
  }
  return { waits, cpuUs, stallMs: stalls.percentile(99) / 1e6 };
}

const rateOf = (waits: readonly number[]): number =>
  Math.round((waits.length * 1e6) / waits.reduce((sum, ms) => sum + ms, 0));

function rowsOfWriting(what: string, { waits, cpuUs, stallMs }: Writing): Row[] {
  const { p50, p95 } = percentiles(waits);
  return [
    { what: `${what}, batches of 1,000, each synced`, value: `${rateOf(waits)} records/s` },
    { what: `${what}, CPU of all threads`, value: `${(cpuUs / waits.length / 1_000).toFixed(1)} µs/record` },
    { what: `${what}, one batch`, value: `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms` },
    { what: `${what}, event loop late meanwhile`, value: `p99 ${stallMs.toFixed(1)} ms` },
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

/** An indexer of its own on these files, as the image runs it: killed, started again, asked. */
async function benchIndexer(data: string): Promise<Row[]> {
  const dist = join(data, 'dist');
  await bundle(dist);
  const listen = `127.0.0.1:${await freePort()}`;
  const start = async () => {
    const program = startProgram({
      file: join(dist, 'quaylog.js'),
      args: ['indexer'],
      env: {
        NODE_OPTIONS: '--max-semi-space-size=16',
        QUAYLOG_LISTEN: listen,
        QUAYLOG_DATA: data,
        QUAYLOG_RETENTION_AGE: 'all',
      },
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
