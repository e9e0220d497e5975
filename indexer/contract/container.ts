/** A container as the inventory knows it: the newest snapshot, kept after the container is gone. */
import { Type, type Static } from 'typebox';
import { CONTAINER_STATES, LOG_SOURCES } from './constants.ts';
import { Reading } from './metric-sample.ts';
import { Labels, Nullable } from './schema.ts';

export const ContainerState = Type.Enum([...CONTAINER_STATES]);
export type ContainerState = (typeof CONTAINER_STATES)[number];

export const Health = Type.Enum(['none', 'starting', 'healthy', 'unhealthy']);
export type Health = Static<typeof Health>;

/** What the collector reads from inspect. `observedAt` orders snapshots: an older one never overwrites a newer one. */
export const ContainerSnapshot = Type.Object({
  id: Type.String(),
  name: Type.String(),
  image: Type.String(),
  state: ContainerState,
  health: Health,
  exitCode: Nullable(Type.Integer()),
  oomKilled: Type.Boolean(),
  restartCount: Type.Integer(),
  restartPolicy: Type.String(),
  createdAt: Type.String(),
  startedAt: Nullable(Type.String()),
  finishedAt: Nullable(Type.String()),
  memoryLimitBytes: Nullable(Type.Integer()),
  labels: Labels,
  compose: Nullable(Type.Object({ project: Type.String(), service: Type.String() })),
  tty: Type.Boolean(),
  logDriver: Type.String(),
  /** Whether its logs are collected, and by which rule: shown to people who miss a container. */
  collected: Type.Boolean(),
  collectedReason: Type.String(),
  /** Where its lines are read: the engine's API or the engine's own log file; and why. */
  source: Type.Optional(Type.Enum([...LOG_SOURCES])),
  sourceReason: Type.Optional(Type.String()),
  /**
   * What somebody should mend, one sentence each: labels that could not be understood (it is collected with defaults instead), a
   * log mode in which the engine drops lines without a trace.
   */
  mistakes: Type.Optional(Type.Array(Type.String())),
  observedAt: Type.String(),
});
export type ContainerSnapshot = Static<typeof ContainerSnapshot>;

/** One row of `GET /api/v1/containers`. */
export const Container = Type.Intersect([
  ContainerSnapshot,
  Type.Object({
    host: Type.String(),
    hostId: Type.String(),
    sample: Nullable(Reading),
    sampledAt: Nullable(Type.String()),
    /** The class of its last death, if it died while we watched. */
    lastDeath: Nullable(Type.Object({ at: Type.String(), class: Type.String(), eventId: Type.String() })),
  }),
]);
export type Container = Static<typeof Container>;

export const ContainerList = Type.Object({ containers: Type.Array(Container) });
export type ContainerList = Static<typeof ContainerList>;
