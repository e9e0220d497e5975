/** Builders: a valid document with what matters to a test said in it. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { createStreamKey, recordId } from '#indexer/parse/record-id.ts';

const START_MS = Date.parse('2026-11-22T10:00:00Z');
const CONTAINER = { id: 'c'.repeat(64), name: 'web-1', image: { name: 'nginx' }, labels: {} };
const HOST = { id: 'engine-1', name: 'alpha' };

/** The stamp `seconds` and `nanoseconds` after 2026-11-22T10:00:00Z. */
export function at(seconds: number, nanoseconds = 0): string {
  const whole = seconds + Math.floor(nanoseconds / 1e9);
  const second = new Date(START_MS + whole * 1_000).toISOString().slice(0, 19);
  return `${second}.${String(nanoseconds % 1e9).padStart(9, '0')}Z`;
}

type Place = { at?: string; ordinal?: number };
type RecordParts = Place & {
  log?: Partial<LogRecord['log']>;
  container?: Partial<LogRecord['container']>;
  event?: Partial<LogRecord['event']>;
} & Partial<Omit<LogRecord, '@timestamp' | 'log' | 'container' | 'event'>>;

/** A log record with the id that its parts give it. */
export function aRecord({
  at: stamp = at(0),
  ordinal = 0,
  log,
  container,
  event,
  ...rest
}: RecordParts = {}): LogRecord {
  const ref = { ...CONTAINER, ...container };
  const meta = { iostream: 'stdout' as const, ...log };
  const key = createStreamKey(HOST.id, ref.id, meta.iostream);
  return {
    '@timestamp': stamp,
    message: 'a line',
    log: meta,
    container: ref,
    host: HOST,
    event: { id: recordId(key, stamp, ordinal), dataset: 'docker.logs', ...event },
    ...rest,
  };
}

type EventParts = Place & { action?: string; container?: Partial<ContainerEvent['container']> } & Partial<
    Omit<ContainerEvent, '@timestamp' | 'event' | 'container'>
  >;

export function anEvent({
  at: stamp = at(0),
  ordinal = 0,
  action = 'start',
  container,
  ...rest
}: EventParts = {}): ContainerEvent {
  const ref = { ...CONTAINER, ...container };
  return {
    '@timestamp': stamp,
    event: {
      id: recordId(createStreamKey(HOST.id, ref.id, `event:${action}`), stamp, ordinal),
      kind: 'event',
      category: ['process'],
      type: ['info'],
      dataset: 'docker.events',
      action,
    },
    container: ref,
    host: HOST,
    ...rest,
  };
}

export function aSample({
  at: stamp = at(0),
  ...rest
}: { at?: string } & Partial<Omit<MetricSample, '@timestamp'>> = {}): MetricSample {
  return {
    '@timestamp': stamp,
    container: { id: CONTAINER.id, name: CONTAINER.name },
    host: HOST,
    cpuPercent: 12.5,
    memoryBytes: 1_000_000,
    memoryLimitBytes: 16_000_000,
    networkRxBytes: 1,
    networkTxBytes: 2,
    blockReadBytes: 3,
    blockWriteBytes: 4,
    pids: 5,
    ...rest,
  };
}
