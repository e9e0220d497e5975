/**
 * The collector against its ceilings: one container's lines, read plainly and discarded (from the engine's `/logs`, and from the
 * engine's own file), and collected to the ack of a receiver that discards. Then how late a line arrives, and what being there costs.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { startProgram, type Program } from '../support/program.ts';
import { startDiscardingReceiver, type DiscardingReceiver } from './discarding-receiver.ts';
import { cpuSecondsOf, rssBytesOf } from './process-cost.ts';
import { percentiles, perSecond, type Row } from './row.ts';

const LINES = 500_000;
const LINE_BYTES = 200;
const QUIET_CONTAINERS = 100;
const LATENCY_LINES = 1_000;

type Source = 'api' | 'file';
const SOURCES: readonly Source[] = ['api', 'file'];

export async function benchCollector(): Promise<Row[]> {
  const engine = await startTestEngine();
  try {
    await importBusybox(engine);
    const id = await printLines(engine);
    const rows: Row[] = [];
    for (const source of SOURCES) {
      const plain = source === 'api' ? () => plainRead(engine, id) : () => plainFile(engine, id);
      rows.push(...(await throughput(engine, source, Math.min(await plain(), await plain()))));
    }
    await engine.docker(['rm', id]);
    for (const source of SOURCES) rows.push(await latency(engine, source));
    for (const source of SOURCES) rows.push(...(await presence(engine, source)));
    return rows;
  } finally {
    await engine.stop();
  }
}

async function throughput(engine: TestEngine, source: Source, plainMs: number): Promise<Row[]> {
  const collected = await collect(engine, source);
  const what = source === 'api' ? '/logs' : 'the log file';
  return [
    {
      what: `plain read of ${what}, ${LINES.toLocaleString('en')} lines of ${LINE_BYTES} B, discarded`,
      value: perSecond(LINES, plainMs),
      ratio: '1 (reference)',
    },
    {
      what: `collector (${source}), same lines, to the ack`,
      value: perSecond(LINES, collected.ms),
      ratio: `${(plainMs / collected.ms).toFixed(2)} × plain read`,
    },
    {
      what: `collector (${source}), per second of its processor time`,
      value: perSecond(LINES, collected.cpuSeconds * 1_000),
    },
    {
      what: `collector (${source}), CPU per million lines`,
      value: `${((collected.cpuSeconds / LINES) * 1e6).toFixed(1)} s`,
    },
    { what: `collector (${source}), RSS at the end`, value: mebibytes(collected.rssBytes) },
  ];
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

async function printLines(engine: TestEngine): Promise<string> {
  const line = 'x'.repeat(LINE_BYTES - 1);
  const command = `yes ${line} | head -n ${LINES}`;
  const id = await engine.docker([
    'run',
    '-d',
    '--name',
    'bench',
    'quaylog-test/busybox',
    'sh',
    '-c',
    command,
  ]);
  await engine.docker(['wait', id]);
  return id;
}

/** Milliseconds to read it all. */
function plainRead(engine: TestEngine, id: string): Promise<number> {
  const startedAt = performance.now();
  const path = `/containers/${id}/logs?stdout=1&stderr=1&timestamps=1&follow=0`;
  return new Promise((done, fail) => {
    const call = request({ socketPath: engine.socket, path }, response => {
      response.on('data', () => undefined);
      response.on('end', () => done(performance.now() - startedAt));
    });
    call.on('error', fail).end();
  });
}

/** Milliseconds to read it all and make text of it. */
async function plainFile(engine: TestEngine, id: string): Promise<number> {
  const fd = openSync(await engine.docker(['inspect', '-f', '{{.LogPath}}', id]), 'r');
  const buffer = Buffer.allocUnsafe(256 * 1024);
  const startedAt = performance.now();
  let lines = 0;
  for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) {
    const text = buffer.toString('latin1', 0, count);
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  }
  const ms = performance.now() - startedAt;
  closeSync(fd);
  if (lines !== LINES) throw new Error(`the file has ${lines} lines`);
  return ms;
}

type Collected = { ms: number; cpuSeconds: number; rssBytes: number };

const collect = (engine: TestEngine, source: Source): Promise<Collected> =>
  withCollector(engine, source, async (collector, receiver) => {
    const firstAt = await eventually(receiver.firstAt, { what: 'the first batch', everyMs: 5 });
    const before = cpuSecondsOf(collector.pid);
    await eventually(() => receiver.lines() >= LINES, { what: 'all lines', withinMs: 120_000, everyMs: 10 });
    const ms = performance.now() - firstAt;
    return { ms, cpuSeconds: cpuSecondsOf(collector.pid) - before, rssBytes: rssBytesOf(collector.pid) };
  });

/** From the moment a line is printed to its arrival. */
function latency(engine: TestEngine, source: Source): Promise<Row> {
  return withCollector(engine, source, async (_, receiver) => {
    // `date` of busybox knows no fractions of a second: /proc/uptime has hundredths, so the engine's stamp stands for the print.
    const print = `i=0; while [ $i -lt ${LATENCY_LINES} ]; do i=$((i+1)); echo line $i; usleep 10000; done`;
    const id = await engine.docker(['run', '-d', 'quaylog-test/busybox', 'sh', '-c', print]);
    await eventually(() => receiver.lines() >= LATENCY_LINES, { what: 'all lines', withinMs: 120_000 });
    await engine.docker(['rm', '-f', id]);
    const { p50, p99 } = percentiles(receiver.latenciesMs().slice(100));
    return {
      what: `collector (${source}), 100 lines/s: engine's stamp → receiver`,
      value: `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    };
  });
}

/** What it takes to listen to quiet containers. */
function presence(engine: TestEngine, source: Source): Promise<Row[]> {
  return withCollector(engine, source, async collector => {
    await delay(5_000);
    const idleRss = rssBytesOf(collector.pid);
    const print = 'while :; do echo a line a second; sleep 1; done';
    const ids: string[] = [];
    for (let i = 0; i < QUIET_CONTAINERS; i++)
      ids.push(await engine.docker(['run', '-d', 'quaylog-test/busybox', 'sh', '-c', print]));
    await delay(5_000);
    const [before, startedAt] = [cpuSecondsOf(collector.pid), performance.now()];
    await delay(20_000);
    const share = (cpuSecondsOf(collector.pid) - before) / ((performance.now() - startedAt) / 1_000);
    const rss = rssBytesOf(collector.pid);
    await engine.docker(['rm', '-f', ...ids]);
    return [
      { what: `collector (${source}), idle: RSS`, value: mebibytes(idleRss) },
      {
        what: `collector (${source}), ${QUIET_CONTAINERS} containers × 1 line/s`,
        value: `${(share * 100).toFixed(1)} % of a core, RSS ${mebibytes(rss)}`,
      },
    ];
  });
}

async function withCollector<T>(
  engine: TestEngine,
  source: Source,
  use: (collector: Program, receiver: DiscardingReceiver) => Promise<T>,
): Promise<T> {
  const data = mkdtempSync(join(tmpdir(), 'quaylog-bench-'));
  const receiver = await startDiscardingReceiver(LINE_BYTES);
  const collector = startProgram({
    args: ['collector'],
    env: {
      DOCKER_HOST: engine.dockerHost,
      QUAYLOG_DATA: data,
      QUAYLOG_INDEXER_URL: receiver.url,
      QUAYLOG_SOURCE: source,
      QUAYLOG_COMPRESSION: 'none',
    },
  });
  try {
    return await use(collector, receiver);
  } finally {
    await collector.kill('SIGTERM');
    receiver.close();
    rmSync(data, { recursive: true, force: true });
  }
}
