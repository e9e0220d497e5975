/** Builds batches as a collector sends them, for tests and benchmarks that do not need an engine. */
import type { CollectorCounters, IngestAck, IngestBatch, WireContainer, WireLine } from '#contract/batch.ts';
import type { ContainerSnapshot } from '#contract/container.ts';

const NO_COUNTS: CollectorCounters = {
  linesRead: 0,
  linesJoined: 0,
  linesSkippedAsAcked: 0,
  linesAcked: 0,
  linesInFlight: 0,
  linesRefused: 0,
  linesExcluded: 0,
  linesDropped: 0,
  gaps: 0,
  engineErrorFrames: 0,
  reopens: 0,
  eventsRead: 0,
  samplesRead: 0,
};

let sequence = 0;

export function aBatch(parts: Partial<IngestBatch> = {}): IngestBatch {
  sequence += 1;
  const now = new Date().toISOString();
  return {
    version: 1,
    id: `test-${process.pid}-${sequence}`,
    collector: { id: 'test', version: '0.0.0', startedAt: now, sentAt: now, counters: NO_COUNTS },
    host: { id: 'ENGINE:TEST', name: 'testhost', engineVersion: '20.10.24', cpus: 2, memoryBytes: 2 ** 34 },
    containers: [],
    lines: [],
    events: [],
    samples: [],
    snapshots: [],
    ...parts,
  };
}

export const aWireContainer = (name: string, labels: Record<string, string> = {}): WireContainer => ({
  id: Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64),
  name,
  image: { name: 'test/app', tag: '1' },
  labels,
});

/** `ms` since the epoch plus `ns` as an engine stamp. */
export const aStamp = (ms: number, ns = 0): string =>
  `${new Date(ms).toISOString().slice(0, 23)}${String(ns).padStart(6, '0')}Z`;

export const aLine = (container: number, stamp: string, text: string): WireLine => [
  container,
  1,
  stamp,
  0,
  text,
  0,
  Buffer.byteLength(text),
];

export function aSnapshot(
  container: WireContainer,
  parts: Partial<ContainerSnapshot> = {},
): ContainerSnapshot {
  const now = new Date().toISOString();
  return {
    id: container.id,
    name: container.name,
    image: `${container.image.name}:${container.image.tag ?? 'latest'}`,
    state: 'running',
    health: 'none',
    exitCode: null,
    oomKilled: false,
    restartCount: 0,
    restartPolicy: 'no',
    createdAt: now,
    startedAt: now,
    finishedAt: null,
    memoryLimitBytes: null,
    labels: container.labels,
    compose: null,
    tty: false,
    logDriver: 'json-file',
    collected: true,
    collectedReason: 'every container is collected',
    observedAt: now,
    ...parts,
  };
}

/** Posts a batch and answers the ack; rejects with the body on an error status. */
export async function postBatch(url: string, batch: IngestBatch): Promise<IngestAck> {
  const response = await fetch(`${url}/api/v1/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(batch),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`ingest answered ${response.status}: ${body}`);
  return JSON.parse(body) as IngestAck;
}
