/** The wire from browser, terminal and curl to the indexer: parameters and answers of every read route. */
import { Type, type Static } from 'typebox';
import { MAX_LIMIT } from './constants.ts';
import { ContainerEvent } from './container-event.ts';
import { LogRecord } from './log-record.ts';
import { MetricSample } from './metric-sample.ts';
import { Nullable } from './schema.ts';

const Range = { from: Type.Optional(Type.String()), to: Type.Optional(Type.String()) };
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT }));

export const LogsParams = Type.Object(
  {
    q: Type.Optional(Type.String({ maxLength: 4_096 })),
    ...Range,
    limit: Limit,
    cursor: Type.Optional(Type.String({ maxLength: 1_024 })),
    order: Type.Optional(Type.Enum(['desc', 'asc'])),
  },
  { additionalProperties: false },
);
export type LogsParams = Static<typeof LogsParams>;

export const Total = Type.Object({ value: Type.Integer(), relation: Type.Enum(['eq', 'gte']) });
export type Total = Static<typeof Total>;

export const LogPage = Type.Object({
  records: Type.Array(LogRecord),
  total: Total,
  cursor: Nullable(Type.String()),
  tookMs: Type.Number(),
});
export type LogPage = Static<typeof LogPage>;

export const HistogramParams = Type.Object(
  {
    q: Type.Optional(Type.String({ maxLength: 4_096 })),
    ...Range,
    buckets: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  },
  { additionalProperties: false },
);

/** `from` of a bucket is an ISO stamp; levels with no records are absent; records without a level count as `none`. */
export const Histogram = Type.Object({
  intervalMs: Type.Integer(),
  buckets: Type.Array(
    Type.Object({
      from: Type.String(),
      total: Type.Integer(),
      byLevel: Type.Record(Type.String(), Type.Integer()),
    }),
  ),
});
export type Histogram = Static<typeof Histogram>;

export const FacetsParams = Type.Object(
  {
    q: Type.Optional(Type.String({ maxLength: 4_096 })),
    ...Range,
    field: Type.String({ maxLength: 256 }),
    limit: Limit,
  },
  { additionalProperties: false },
);
/** `missing`: matching records that do not have the field. */
export const Facets = Type.Object({
  field: Type.String(),
  values: Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() })),
  missing: Type.Integer(),
});
export type Facets = Static<typeof Facets>;

export const FieldList = Type.Object({
  fields: Type.Array(
    Type.Object({
      name: Type.String(),
      alias: Type.Optional(Type.String()),
      type: Type.Enum(['keyword', 'text', 'number', 'date']),
    }),
  ),
});
export type FieldList = Static<typeof FieldList>;

export const ContextParams = Type.Object(
  {
    before: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_LIMIT })),
    after: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_LIMIT })),
  },
  { additionalProperties: false },
);
export const Context = Type.Object({
  before: Type.Array(LogRecord),
  record: LogRecord,
  after: Type.Array(LogRecord),
});
export type Context = Static<typeof Context>;

/** `container` is an id, an id's prefix, or a name; `action` may be given comma-separated. */
export const EventsParams = Type.Object(
  {
    container: Type.Optional(Type.String({ maxLength: 256 })),
    action: Type.Optional(Type.String({ maxLength: 256 })),
    ...Range,
    limit: Limit,
  },
  { additionalProperties: false },
);
export const EventList = Type.Object({ events: Type.Array(ContainerEvent) });
export type EventList = Static<typeof EventList>;

/** Oldest first; thinned to at most 1,000 evenly spread samples a container when the range holds more. */
export const StatsParams = Type.Object(
  { container: Type.Optional(Type.String({ maxLength: 256 })), ...Range },
  { additionalProperties: false },
);
export const SampleList = Type.Object({ samples: Type.Array(MetricSample) });
export type SampleList = Static<typeof SampleList>;

export const BarState = Type.Enum([
  'running',
  'starting',
  'unhealthy',
  'paused',
  'restarting',
  'stopped',
  'created',
  'nodata',
]);
export type BarState = Static<typeof BarState>;

/** A row per container, ordered by compose project and name. `to: null` means it still is so. */
export const Timeline = Type.Object({
  from: Type.String(),
  to: Type.String(),
  rows: Type.Array(
    Type.Object({
      container: Type.Object({ id: Type.String(), name: Type.String(), image: Type.String() }),
      host: Type.String(),
      project: Nullable(Type.String()),
      removed: Type.Boolean(),
      bars: Type.Array(Type.Object({ state: BarState, from: Type.String(), to: Nullable(Type.String()) })),
      marks: Type.Array(
        Type.Object({
          eventId: Type.String(),
          at: Type.String(),
          kind: Type.Enum([
            'oom',
            'die',
            'kill',
            'restart',
            'unhealthy',
            'healthy',
            'gap',
            'rename',
            'removed',
            'start',
          ]),
          label: Type.String(),
          exitCode: Type.Optional(Type.Integer()),
          class: Type.Optional(Type.String()),
        }),
      ),
    }),
  ),
});
export type Timeline = Static<typeof Timeline>;

/** `GET /api/v1/events/{id}/story`: everything one screen needs to say why. Lines oldest first, the last 50 before. */
export const Story = Type.Object({
  event: ContainerEvent,
  title: Type.String(),
  cause: Type.String(),
  hint: Type.Optional(Type.String()),
  exitMeaning: Type.Optional(Type.String()),
  restartCount: Type.Integer(),
  sameInLast24h: Type.Integer(),
  memoryLimitBytes: Nullable(Type.Integer()),
  samples: Type.Array(MetricSample),
  linesBefore: Type.Array(LogRecord),
  linesAfter: Type.Array(LogRecord),
  events: Type.Array(ContainerEvent),
  deliveries: Type.Array(Type.Unknown()),
});
export type Story = Static<typeof Story>;
