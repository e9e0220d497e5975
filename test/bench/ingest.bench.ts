/** The whole indexer in a process of its own: HTTP, validation, parsing, store, fsync, ack. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { IngestBatch } from '#contract/batch.ts';
import { freePort, startProgram, untilAnswers } from '../support/program.ts';
import { aBatch, aLine, aStamp, aWireContainer } from '../support/wire.ts';
import { cpuSecondsOf } from './process-cost.ts';
import { percentiles, perSecond, type Row } from './row.ts';

/** Those with which the program gets warm, and those that are measured. */
const WARM_UP = 100;
const BATCHES = 300;
const LINES_PER_BATCH = 1_000;
const IN_FLIGHT = 2;
const ASK_EVERY_MS = 10;
const STARTED_MS = Date.now();

export async function benchIngest(): Promise<Row[]> {
  const data = mkdtempSync(join(tmpdir(), 'quaylog-bench-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const indexer = startProgram({ args: ['indexer'], env: { QUAYLOG_LISTEN: listen, QUAYLOG_DATA: data } });
  try {
    await untilAnswers(`http://${listen}/healthz`, indexer);
    const bodies = Array.from({ length: WARM_UP + BATCHES }, (_, i) => JSON.stringify(variedBatch(i)));
    await sendAll(listen, bodies.slice(0, WARM_UP));
    const before = cpuSecondsOf(indexer.pid);
    const startedAt = performance.now();
    const asking = new AbortController();
    const waits = askOnAndOn(`http://${listen}/healthz`, asking.signal);
    await sendAll(listen, bodies.slice(WARM_UP));
    const ms = performance.now() - startedAt;
    const cpuSeconds = cpuSecondsOf(indexer.pid) - before;
    asking.abort();
    const records = BATCHES * LINES_PER_BATCH;
    return [
      { what: `records, 30 % JSON, batches of ${LINES_PER_BATCH}`, value: perSecond(records, ms) },
      { what: 'indexer CPU per record', value: `${((cpuSeconds / records) * 1e6).toFixed(1)} µs` },
      { what: 'an answer of /healthz meanwhile', value: `p99 ${percentiles(await waits).p99.toFixed(1)} ms` },
    ];
  } finally {
    await indexer.kill('SIGTERM');
    rmSync(data, { recursive: true, force: true });
  }
}

/** Sends them in their order, some at once. */
async function sendAll(listen: string, bodies: readonly string[]): Promise<void> {
  const left = bodies.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const body of left) await send(listen, body);
    }),
  );
}

async function send(listen: string, body: string): Promise<void> {
  const response = await fetch(`http://${listen}/api/v1/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (!response.ok) throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

/** How long each answer took: above all how long the event loop was busy with other things. */
async function askOnAndOn(url: string, signal: AbortSignal): Promise<number[]> {
  const waits: number[] = [];
  while (!signal.aborted) {
    const startedAt = performance.now();
    await (await fetch(url)).arrayBuffer();
    waits.push(performance.now() - startedAt);
    await delay(ASK_EVERY_MS);
  }
  return waits;
}

function variedBatch(number: number): IngestBatch {
  const containers = Array.from({ length: 40 }, (_, i) => aWireContainer(`app-${i}`));
  const base = STARTED_MS - (WARM_UP + BATCHES) * 1_000 + number * 1_000;
  const lines = Array.from({ length: LINES_PER_BATCH }, (_, i) =>
    aLine(i % 40, aStamp(base + i, number), text(number * 1_000 + i)),
  );
  return aBatch({ containers, lines });
}

function text(n: number): string {
  const user = (n * 7_919) % 10_007;
  if (n % 10 < 3) {
    const record = {
      level: n % 50 === 0 ? 50 : 30,
      time: n,
      pid: 7,
      hostname: 'a',
      msg: `order ${n} placed`,
      user: `u${user}`,
      ms: n % 997,
    };
    return JSON.stringify(record);
  }
  return n % 2 === 0
    ? `10.0.${n % 256}.${user % 256} - - [22/Nov/2026:10:41:07 +0000] "GET /api/orders/${n} HTTP/1.1" ${n % 97 === 0 ? 502 : 200} ${user}`
    : `INFO worker-${n % 13} finished job ${n} for tenant ${user} in ${n % 4_001} ms`;
}
