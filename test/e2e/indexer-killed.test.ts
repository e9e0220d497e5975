/** The indexer is killed under load: what it acknowledged is stored, once, and it is ready again soon. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IngestBatch } from '#contract/batch.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { freePort, startProgram, untilAnswers, untilCollecting, type Program } from '../support/program.ts';
import { aBatch, aLine, aStamp, aWireContainer, postBatch } from '../support/wire.ts';
import { readAllLogs } from '../support/read-logs.ts';

const KILLS = isLongRun ? 100 : 5;
const LINES_PER_BATCH = 500;
const BATCH_EVERY_MS = 100;
const CONTAINERS = 5;

let data: string;
let url: string;
let env: Record<string, string>;
let indexer: Program;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'quaylog-killed-'));
  const listen = `127.0.0.1:${await freePort()}`;
  url = `http://${listen}`;
  env = { QUAYLOG_LISTEN: listen, QUAYLOG_DATA: data };
  indexer = startProgram({ args: ['indexer'], env });
  await untilAnswers(`${url}/healthz`, indexer);
});

afterAll(async () => {
  await indexer?.kill('SIGTERM');
  rmSync(data, { recursive: true, force: true });
});

it(
  `keeps what it acknowledged through ${KILLS} kills at 5,000 lines/s`,
  { timeout: isLongRun ? 3_600_000 : 180_000 },
  async () => {
    const sender = startSender();
    const readyMs: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      await delay(200 + Math.random() * 1_500);
      await indexer.kill();
      const startedAt = performance.now();
      indexer = startProgram({ args: ['indexer'], env });
      await untilCollecting(url, indexer);
      readyMs.push(performance.now() - startedAt);
    }
    const sent = await sender.finish();
    expect(await verdict(sent)).toEqual({ missing: 0, doubled: 0 });
    noteFigure({
      fault: `indexer kill -9 × ${KILLS} at 5,000 lines/s`,
      bar: 'acknowledged lost 0, doubled 0, ready ≤ 5 s each',
      figure: `${sent.toLocaleString('en')} lines: lost 0, doubled 0; ready after ${(Math.max(...readyMs) / 1_000).toFixed(1)} s at most`,
    });
  },
);

/** Sends numbered lines at a steady rate, each batch until it is acknowledged, as a collector does. */
function startSender() {
  const stopping = new AbortController();
  const containers = Array.from({ length: CONTAINERS }, (_, i) => aWireContainer(`sender-${i}`));
  const pending: Promise<void>[] = [];
  let next = 0;
  const makeBatch = (): IngestBatch => {
    const now = Date.now();
    const lines = Array.from({ length: LINES_PER_BATCH }, (_, i) =>
      aLine(next % CONTAINERS, aStamp(now, i), `line ${next++}`),
    );
    return aBatch({ containers, lines });
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      pending.push(untilAcked(makeBatch()));
      await delay(BATCH_EVERY_MS);
    }
  })();
  return {
    /** Resolves with the count when everything is acknowledged. */
    async finish(): Promise<number> {
      stopping.abort();
      await running;
      await Promise.all(pending);
      return next;
    },
  };
}

async function untilAcked(batch: IngestBatch): Promise<void> {
  for (;;) {
    try {
      await postBatch(url, batch);
      return;
    } catch {
      await delay(100);
    }
  }
}

async function verdict(lines: number): Promise<{ missing: number; doubled: number }> {
  const seen = new Uint8Array(lines);
  for (let i = 0; i < CONTAINERS; i++) {
    for (const { message } of await readAllLogs({ get }, `container:sender-${i}`)) {
      const number = Number(message.slice('line '.length));
      seen[number] = (seen[number] ?? 0) + 1;
    }
  }
  return {
    missing: seen.filter(count => count === 0).length,
    doubled: seen.filter(count => count > 1).length,
  };
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(url + path);
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
