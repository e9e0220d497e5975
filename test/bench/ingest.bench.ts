/** The whole indexer in a process of its own: HTTP, validation, parsing, store, fsync, ack. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, startProgram, untilAnswers } from '../support/program.ts';
import { LINES_PER_BATCH, manyBatches, sendBatches } from './batches.ts';
import { cpuSecondsOf } from './process-cost.ts';
import { percentiles, perSecond, type Row } from './row.ts';

/** Those with which the program gets warm, and those that are measured. */
const WARM_UP = 100;
const BATCHES = 300;
const IN_FLIGHT = 2;
const ASK_EVERY_MS = 10;

export async function benchIngest(): Promise<Row[]> {
  const data = mkdtempSync(join(tmpdir(), 'quaylog-bench-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const indexer = startProgram({ args: ['indexer'], env: { QUAYLOG_LISTEN: listen, QUAYLOG_DATA: data } });
  try {
    await untilAnswers(`http://${listen}/healthz`, indexer);
    const bodies = manyBatches(WARM_UP + BATCHES).map(batch => JSON.stringify(batch));
    await sendBatches(listen, bodies.slice(0, WARM_UP), IN_FLIGHT);
    const before = cpuSecondsOf(indexer.pid);
    const startedAt = performance.now();
    const asking = new AbortController();
    const waits = askOnAndOn(`http://${listen}/healthz`, asking.signal);
    await sendBatches(listen, bodies.slice(WARM_UP), IN_FLIGHT);
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
