/** The wire from collector to indexer. Host and containers are named once; lines refer to containers by index. */
import { Type, type Static } from 'typebox';
import { BATCH_VERSION, PARSE_MODES, SPOOL_POLICIES } from './constants.ts';
import { ContainerSnapshot } from './container.ts';
import { Evidence, Gap } from './container-event.ts';
import { Compose, Host, Image } from './log-record.ts';
import { Reading } from './metric-sample.ts';
import { Labels, Nullable, Stamp } from './schema.ts';

export const WireContainer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  image: Image,
  labels: Labels,
  compose: Type.Optional(Compose),
  /** How its labels want its lines read. `none`: the text as it is. Absent: whatever fits (`auto`). */
  parse: Type.Optional(Type.Enum([...PARSE_MODES])),
  /** Name and version of what it runs, where its labels say so. */
  service: Type.Optional(
    Type.Object({ name: Type.Optional(Type.String()), version: Type.Optional(Type.String()) }),
  ),
});
export type WireContainer = Static<typeof WireContainer>;

/**
 * `[container index, 1 stdout | 2 stderr, engine stamp, ordinal in the run of equal stamps, text, flags, original bytes]`.
 * A joined stack trace is one line whose text holds `\n`; stamp and ordinal are those of its first line.
 */
export const WireLine = Type.Tuple([
  Type.Integer({ minimum: 0 }),
  Type.Union([Type.Literal(1), Type.Literal(2)]),
  Stamp,
  Type.Integer({ minimum: 0, maximum: 16_777_215 }),
  Type.String(),
  Type.Integer({ minimum: 0, maximum: 3 }),
  Type.Integer({ minimum: 0 }),
]);
export type WireLine = Static<typeof WireLine>;

/** `ordinal` tells apart equal actions at equal stamps. `signal` and `exitCode` as the engine's attributes give them. */
export const WireEvent = Type.Object({
  container: Type.Integer({ minimum: 0 }),
  at: Stamp,
  ordinal: Type.Integer({ minimum: 0 }),
  action: Type.String(),
  exitCode: Type.Optional(Type.Integer()),
  signal: Type.Optional(Type.Integer()),
  health: Type.Optional(Type.String()),
  renamedFrom: Type.Optional(Type.String()),
  reconciled: Type.Optional(Type.Literal(true)),
  gap: Type.Optional(Gap),
  evidence: Type.Optional(Evidence),
});
export type WireEvent = Static<typeof WireEvent>;

export const WireSample = Type.Intersect([
  Type.Object({ container: Type.Integer({ minimum: 0 }), at: Stamp }),
  Reading,
]);
export type WireSample = Static<typeof WireSample>;

/**
 * Totals since the collector started, for the identity
 * read = skipped (taken before) + joined to another + excluded by a label + acked + refused + dropped by policy + in flight.
 */
export const CollectorCounters = Type.Object({
  linesRead: Type.Integer(),
  linesJoined: Type.Integer(),
  linesSkippedAsAcked: Type.Integer(),
  linesAcked: Type.Integer(),
  linesInFlight: Type.Integer(),
  linesRefused: Type.Integer(),
  /** Left out because a label or setting of the operator says so. */
  linesExcluded: Type.Integer(),
  /** Thrown away by the spool's policy; each time a gap event says how many. */
  linesDropped: Type.Integer(),
  gaps: Type.Integer(),
  engineErrorFrames: Type.Integer(),
  reopens: Type.Integer(),
  eventsRead: Type.Integer(),
  samplesRead: Type.Integer(),
});
export type CollectorCounters = Static<typeof CollectorCounters>;

/** The collector's queue on disk. `damagedBytes`: set aside because they did not check. */
export const SpoolStatus = Type.Object({
  bytes: Type.Integer(),
  limitBytes: Type.Integer(),
  policy: Type.Enum([...SPOOL_POLICIES]),
  damagedBytes: Type.Integer(),
});
export type SpoolStatus = Static<typeof SpoolStatus>;

/** An empty batch is the heartbeat (every 5 s when nothing else is sent). */
export const IngestBatch = Type.Object({
  version: Type.Literal(BATCH_VERSION),
  /** `<collector id>-<epoch>-<seq>`; a retry carries the same id. */
  id: Type.String({ minLength: 1, maxLength: 200 }),
  collector: Type.Object({
    id: Type.String(),
    version: Type.String(),
    startedAt: Type.String(),
    sentAt: Type.String(),
    counters: CollectorCounters,
    spool: Type.Optional(SpoolStatus),
    /** Age of the oldest line that was read and is not acked; 0 when there is none. */
    lagMs: Type.Optional(Type.Number()),
  }),
  host: Type.Intersect([
    Host,
    Type.Object({ engineVersion: Type.String(), cpus: Type.Integer(), memoryBytes: Type.Integer() }),
  ]),
  containers: Type.Array(WireContainer),
  lines: Type.Array(WireLine),
  events: Type.Array(WireEvent),
  samples: Type.Array(WireSample),
  snapshots: Type.Array(ContainerSnapshot),
  /** Set when the collector has just listed every container of its engine: ids not in it are gone. */
  inventory: Type.Optional(Type.Array(Type.String())),
});
export type IngestBatch = Static<typeof IngestBatch>;

/** Sent only when the batch is durable. `watched`: container ids people look at now, to be sampled each second. */
export const IngestAck = Type.Object({
  batchId: Type.String(),
  stored: Type.Integer(),
  duplicates: Type.Integer(),
  watched: Type.Array(Type.String()),
  /** How many batches this collector may have on their way at once; 0 is not sent: busy indexers answer 503 with Retry-After. */
  credit: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 })),
});
export type IngestAck = Static<typeof IngestAck>;

export const HostStatus = Type.Object({
  id: Type.String(),
  name: Type.String(),
  engineVersion: Type.String(),
  cpus: Type.Integer(),
  memoryBytes: Type.Integer(),
  collector: Type.Object({ id: Type.String(), version: Type.String(), startedAt: Type.String() }),
  lastSeenAt: Type.String(),
  /** Newest heartbeat is fresh (≤ 15 s). */
  connected: Type.Boolean(),
  clockSkewMs: Nullable(Type.Number()),
  counters: CollectorCounters,
  spool: Type.Optional(SpoolStatus),
  lagMs: Type.Optional(Type.Number()),
});
export type HostStatus = Static<typeof HostStatus>;
export const HostList = Type.Object({ hosts: Type.Array(HostStatus) });
export type HostList = Static<typeof HostList>;
