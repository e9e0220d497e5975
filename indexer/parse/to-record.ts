/** A batch as it came over the wire → records, events and samples as they are stored. Pure. */
import type { IngestBatch, WireContainer, WireEvent, WireLine } from '#contract/batch.ts';
import { LINE_PARTIAL, LINE_TRUNCATED } from '#contract/constants.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { ContainerRef, Host, LogMeta, LogRecord, Stream } from '#contract/log-record.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import type { Parsed } from './parsed.ts';
import { parseRecord } from './parse-record.ts';
import { createStreamKey, recordId } from './record-id.ts';

/** Throws `bad_batch` only for a line that names a container the batch does not have; no text makes it throw. */
export function recordsOf(batch: IngestBatch): LogRecord[] {
  const origins = originsOf(batch);
  return batch.lines.map(line => toRecord(line, originAt(origins, line[0])));
}

/** As `recordsOf`, for the life-cycle events of the batch. */
export function eventsOf(batch: IngestBatch): ContainerEvent[] {
  const origins = originsOf(batch);
  return batch.events.map(event => toEvent(event, originAt(origins, event.container)));
}

/** As `recordsOf`, for the samples of the batch. */
export function samplesOf(batch: IngestBatch): MetricSample[] {
  const origins = originsOf(batch);
  return batch.samples.map(sample => {
    const { container: index, at, ...reading } = sample;
    const { container, host } = originAt(origins, index);
    return { '@timestamp': at, container: { id: container.id, name: container.name }, host, ...reading };
  });
}

/** What all records of one container in one batch share: the same objects, not copies. */
type Origin = {
  container: ContainerRef;
  host: Host;
  compose: LogRecord['compose'];
  service: LogRecord['service'];
  parse: WireContainer['parse'];
  keys: Map<string, Buffer>;
};

function originsOf(batch: IngestBatch): Origin[] {
  const host: Host = { id: batch.host.id, name: batch.host.name };
  return batch.containers.map(wire => ({
    container: { id: wire.id, name: wire.name, image: wire.image, labels: wire.labels },
    host,
    compose: wire.compose,
    service: serviceOf(wire),
    parse: wire.parse,
    keys: keysOf(host.id, wire.id),
  }));
}

/** Containers whose keys are remembered: the same come with every batch. */
const MAX_REMEMBERED = 4_096;
const remembered = new Map<string, Map<string, Buffer>>();

/** By stream or kind of event; filled as they are asked for. */
function keysOf(hostId: string, containerId: string): Map<string, Buffer> {
  const name = `${hostId.length} ${hostId}${containerId}`;
  let keys = remembered.get(name);
  if (!keys) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, (keys = new Map<string, Buffer>()));
  }
  return keys;
}

function originAt(origins: Origin[], index: number): Origin {
  const origin = origins[index];
  if (origin === undefined) throw new QuaylogError('bad_batch', `no container ${index} in the batch`);
  return origin;
}

/** The collector has read the labels that name it. */
function serviceOf({ service, compose }: WireContainer): LogRecord['service'] {
  const name = service?.name ?? compose?.service;
  const version = service?.version;
  if (name === undefined && version === undefined) return undefined;
  return { ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }) };
}

function idOf(origin: Origin, kind: string, place: { stamp: string; ordinal: number }): string {
  let key = origin.keys.get(kind);
  if (key === undefined) {
    key = createStreamKey(origin.host.id, origin.container.id, kind);
    origin.keys.set(kind, key);
  }
  return recordId(key, place.stamp, place.ordinal);
}

function toRecord(line: WireLine, origin: Origin): LogRecord {
  const [, streamNumber, stamp, ordinal, text, flags, bytes] = line;
  const stream: Stream = streamNumber === 2 ? 'stderr' : 'stdout';
  const parsed = parseRecord(text.toWellFormed(), origin.parse);
  const log: LogMeta = { iostream: stream };
  const id = idOf(origin, stream, { stamp, ordinal });
  const record: LogRecord = {
    '@timestamp': stamp,
    message: parsed.message,
    log,
    container: origin.container,
    host: origin.host,
    event: { id, dataset: 'docker.logs' },
  };
  if (parsed.level !== undefined) log.level = parsed.level;
  if (parsed.level !== undefined && parsed.levelSource !== undefined) log.level_source = parsed.levelSource;
  if (parsed.logger !== undefined) log.logger = parsed.logger;
  if ((flags & LINE_PARTIAL) !== 0) log.partial = true;
  if ((flags & LINE_TRUNCATED) !== 0) {
    log.truncated = true;
    log.original_bytes = bytes;
  }
  if (parsed.created !== undefined) record.event.created = parsed.created;
  if (parsed.original !== undefined) record.event.original = parsed.original;
  if (origin.compose !== undefined) record.compose = origin.compose;
  if (origin.service !== undefined) record.service = origin.service;
  copyBlocks(parsed, record);
  return record;
}

function copyBlocks(parsed: Parsed, record: LogRecord): void {
  if (parsed.error !== undefined) record.error = parsed.error;
  if (parsed.http !== undefined) record.http = parsed.http;
  if (parsed.url !== undefined) record.url = parsed.url;
  if (parsed.source !== undefined) record.source = parsed.source;
  if (parsed.process !== undefined) record.process = parsed.process;
  if (parsed.trace !== undefined) record.trace = parsed.trace;
  if (parsed.span !== undefined) record.span = parsed.span;
  if (parsed.app !== undefined) record.app = parsed.app;
}

/** ECS has no category for containers; they are processes. The type says what an action does to one. */
const TYPE_OF_ACTION: Partial<Record<string, string>> = {
  create: 'creation',
  start: 'start',
  die: 'end',
  stop: 'end',
  destroy: 'deletion',
  remove: 'deletion',
  oom: 'error',
  'log-gap': 'error',
  health_status: 'info',
};

function toEvent(wire: WireEvent, origin: Origin): ContainerEvent {
  const { at, ordinal, action } = wire;
  const event: ContainerEvent = {
    '@timestamp': at,
    event: {
      id: idOf(origin, `event:${action}`, { stamp: at, ordinal }),
      kind: 'event',
      category: ['process'],
      type: [TYPE_OF_ACTION[action] ?? 'change'],
      dataset: 'docker.events',
      action,
    },
    container: origin.container,
    host: origin.host,
  };
  const reason = wire.gap?.reason ?? (wire.evidence?.error || undefined);
  if (wire.reconciled !== undefined) event.event.reconciled = true;
  if (reason !== undefined) event.event.reason = reason;
  if (origin.compose !== undefined) event.compose = origin.compose;
  if (wire.exitCode !== undefined) event.process = { exit_code: wire.exitCode };
  if (wire.signal !== undefined) event.process = { ...event.process, signal: wire.signal };
  if (wire.health !== undefined) event.health = { status: wire.health };
  if (wire.renamedFrom !== undefined) event.rename = { from: wire.renamedFrom };
  if (wire.gap !== undefined) event.gap = wire.gap;
  if (wire.evidence !== undefined) event.evidence = wire.evidence;
  return event;
}
