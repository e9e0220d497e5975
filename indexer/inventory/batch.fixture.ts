/** Batches for tests of the inventory. */
import type { IngestBatch, WireEvent } from '#contract/batch.ts';
import type { ContainerSnapshot } from '#contract/container.ts';

export const ID = 'a'.repeat(64);
export const at = (second: number, fraction = '000000000') =>
  `2026-11-22T10:00:${String(second).padStart(2, '0')}.${fraction}Z`;

const counters = {
  linesRead: 1,
  linesJoined: 0,
  linesSkippedAsAcked: 0,
  linesAcked: 1,
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

export const aSnapshot = (over: Partial<ContainerSnapshot> = {}): ContainerSnapshot => ({
  id: ID,
  name: 'web-1',
  image: 'shop/web:1',
  state: 'running',
  health: 'none',
  exitCode: null,
  oomKilled: false,
  restartCount: 0,
  restartPolicy: 'always',
  createdAt: at(0),
  startedAt: at(1),
  finishedAt: null,
  memoryLimitBytes: null,
  labels: {},
  compose: null,
  tty: false,
  logDriver: 'json-file',
  collected: true,
  collectedReason: 'default',
  observedAt: at(2),
  ...over,
});

export type BatchParts = Partial<Pick<IngestBatch, 'containers' | 'events' | 'snapshots' | 'inventory'>> & {
  sentAt?: string;
  startedAt?: string;
};
export const aBatch = ({ sentAt = at(10), startedAt = at(0), ...parts }: BatchParts = {}): IngestBatch => ({
  version: 1,
  id: 'batch',
  collector: { id: 'c', version: '1', startedAt, sentAt, counters },
  host: { id: 'h1', name: 'quay', engineVersion: '29', cpus: 2, memoryBytes: 1 },
  containers: [{ id: ID, name: 'web-1', image: { name: 'shop/web', tag: '1' }, labels: {} }],
  lines: [],
  events: [],
  samples: [],
  snapshots: [],
  ...parts,
});
export const anEvent = (action: string, stamp: string, over: Partial<WireEvent> = {}): WireEvent => ({
  container: 0,
  at: stamp,
  ordinal: 0,
  action,
  ...over,
});
