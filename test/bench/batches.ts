/** Batches as a collector sends them, and their way into an indexer: what the benchmarks of ingest share. */
import type { IngestBatch } from '#contract/batch.ts';
import { aBatch, aLine, aStamp, aWireContainer } from '../support/wire.ts';

export const LINES_PER_BATCH = 1_000;
/** All of them are of one collector: one that has started anew is written down, with every batch that says so. */
const STARTED_AT = new Date().toISOString();

/** Each of 1,000 lines, 30 % JSON, of 40 containers; the last is of now. */
export function manyBatches(count: number): IngestBatch[] {
  const firstMs = Date.now() - count * 1_000;
  return Array.from({ length: count }, (_, i) => variedBatch(i, firstMs));
}

/** Sends them in their order, so many at once. Rejects when one is not taken. */
export async function sendBatches(
  listen: string,
  bodies: readonly string[],
  inFlight: number,
): Promise<void> {
  const left = bodies.values();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
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

function variedBatch(number: number, firstMs: number): IngestBatch {
  const containers = Array.from({ length: 40 }, (_, i) => aWireContainer(`app-${i}`));
  const base = firstMs + number * 1_000;
  const lines = Array.from({ length: LINES_PER_BATCH }, (_, i) =>
    aLine(i % 40, aStamp(base + i, number), text(number * 1_000 + i)),
  );
  const batch = aBatch({ containers, lines });
  return { ...batch, collector: { ...batch.collector, startedAt: STARTED_AT } };
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
