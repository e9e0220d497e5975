/** One log record as stored and as answered: nested ECS. */
import { Type, type Static } from 'typebox';
import { LEVELS, STREAMS } from './levels.ts';
import { Labels, Stamp } from './schema.ts';

export { LEVELS, STREAMS };
export const Level = Type.Enum([...LEVELS]);
export type Level = (typeof LEVELS)[number];
export const Stream = Type.Enum([...STREAMS]);
export type Stream = (typeof STREAMS)[number];

/** Where `log.level` was read from; `stderr` alone never makes a line an error. */
export const LevelSource = Type.Enum(['json', 'logfmt', 'text', 'status', 'trace']);
export type LevelSource = Static<typeof LevelSource>;

export const Image = Type.Object({ name: Type.String(), tag: Type.Optional(Type.String()) });
export type Image = Static<typeof Image>;

/** `labels` keeps the engine's dotted keys verbatim; environment variables are never here. */
export const ContainerRef = Type.Object({
  id: Type.String(),
  name: Type.String(),
  image: Image,
  labels: Labels,
});
export type ContainerRef = Static<typeof ContainerRef>;

export const Compose = Type.Object({ project: Type.String(), service: Type.String() });
export type Compose = Static<typeof Compose>;

/** `id` is the engine's own id, `name` what people call the machine. */
export const Host = Type.Object({ id: Type.String(), name: Type.String() });
export type Host = Static<typeof Host>;

export const LogMeta = Type.Object({
  level: Type.Optional(Level),
  level_source: Type.Optional(LevelSource),
  iostream: Stream,
  logger: Type.Optional(Type.String()),
  /** The line was longer than the collector's limit; `original_bytes` is its full length. */
  truncated: Type.Optional(Type.Literal(true)),
  original_bytes: Type.Optional(Type.Integer()),
  /** The container died without ending this line. */
  partial: Type.Optional(Type.Literal(true)),
});
export type LogMeta = Static<typeof LogMeta>;

export const LogRecord = Type.Object({
  '@timestamp': Stamp,
  message: Type.String(),
  log: LogMeta,
  container: ContainerRef,
  host: Host,
  compose: Type.Optional(Compose),
  service: Type.Optional(
    Type.Object({ name: Type.Optional(Type.String()), version: Type.Optional(Type.String()) }),
  ),
  event: Type.Object({
    /** 32 characters, sortable: stamp, then stream of container, then ordinal (parse/record-id.ts). */
    id: Type.String(),
    dataset: Type.Literal('docker.logs'),
    /** The text as the engine gave it, present when `message` differs from it. */
    original: Type.Optional(Type.String()),
    /** When the application itself says the event happened, if it says so unambiguously. */
    created: Type.Optional(Type.String()),
  }),
  error: Type.Optional(
    Type.Object({
      type: Type.Optional(Type.String()),
      message: Type.Optional(Type.String()),
      stack_trace: Type.Optional(Type.String()),
    }),
  ),
  http: Type.Optional(
    Type.Object({
      request: Type.Optional(
        Type.Object({ method: Type.Optional(Type.String()), id: Type.Optional(Type.String()) }),
      ),
      response: Type.Optional(
        Type.Object({
          status_code: Type.Optional(Type.Integer()),
          body: Type.Optional(Type.Object({ bytes: Type.Integer() })),
        }),
      ),
    }),
  ),
  url: Type.Optional(
    Type.Object({ original: Type.Optional(Type.String()), path: Type.Optional(Type.String()) }),
  ),
  source: Type.Optional(Type.Object({ ip: Type.String() })),
  process: Type.Optional(Type.Object({ pid: Type.Optional(Type.Integer()) })),
  trace: Type.Optional(Type.Object({ id: Type.String() })),
  span: Type.Optional(Type.Object({ id: Type.String() })),
  /** The application's own fields, as it named them. */
  app: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type LogRecord = Static<typeof LogRecord>;
