/** A life-cycle fact of one container, as the engine told it or as the collector reconciled it. */
import { Type, type Static } from 'typebox';
import { Compose, ContainerRef, Host } from './log-record.ts';
import { Stamp } from './schema.ts';

/** How a run of a container ended (death/classify-death.ts). Only oom, oom_suspected, crash and start_failed are anyone's alarm. */
export const DEATH_CLASSES = [
  'clean',
  'operator_stop',
  'operator_kill',
  'oom',
  'oom_suspected',
  'crash',
  'start_failed',
  'daemon_restart',
  'redeploy',
] as const;
export const DeathClass = Type.Enum([...DEATH_CLASSES]);
export type DeathClass = (typeof DEATH_CLASSES)[number];

/** What inspect said right after the event: evidence for the classifier and for the story. Never the environment. */
export const Evidence = Type.Object({
  oomKilled: Type.Optional(Type.Boolean()),
  restartCount: Type.Optional(Type.Integer()),
  exitCode: Type.Optional(Type.Integer()),
  error: Type.Optional(Type.String()),
  memoryLimitBytes: Type.Optional(Type.Integer()),
  /** Signal number the container stops on (15 unless set), and how long the engine waits before SIGKILL. */
  stopSignal: Type.Optional(Type.Integer()),
  stopTimeoutSeconds: Type.Optional(Type.Integer()),
  startedAt: Type.Optional(Type.String()),
  finishedAt: Type.Optional(Type.String()),
});
export type Evidence = Static<typeof Evidence>;

/**
 * Of a `log-gap`: from when to when lines are missing, and why. `lines`: how many, where that is known. Reasons are listed in
 * `GAP_REASONS`; another one comes from a newer collector.
 */
export const Gap = Type.Object({
  from: Type.String(),
  to: Type.String(),
  stream: Type.Optional(Type.String()),
  reason: Type.String(),
  lines: Type.Optional(Type.Integer()),
});
export type Gap = Static<typeof Gap>;

export const ContainerEvent = Type.Object({
  '@timestamp': Stamp,
  event: Type.Object({
    id: Type.String(),
    kind: Type.Literal('event'),
    category: Type.Array(Type.String()),
    type: Type.Array(Type.String()),
    dataset: Type.Literal('docker.events'),
    /** The engine's raw action (`die`, `oom`, `health_status` …) or ours: `log-gap`. */
    action: Type.String(),
    /** Synthesised from inspect after a gap in the event stream, not seen live. */
    reconciled: Type.Optional(Type.Literal(true)),
    reason: Type.Optional(Type.String()),
  }),
  container: ContainerRef,
  host: Host,
  compose: Type.Optional(Compose),
  process: Type.Optional(
    Type.Object({ exit_code: Type.Optional(Type.Integer()), signal: Type.Optional(Type.Integer()) }),
  ),
  health: Type.Optional(Type.Object({ status: Type.String() })),
  rename: Type.Optional(Type.Object({ from: Type.String() })),
  gap: Type.Optional(Gap),
  evidence: Type.Optional(Evidence),
  /** Present on `die` once its neighbourhood is known; `cause` is one sentence for people. */
  death: Type.Optional(Type.Object({ class: DeathClass, cause: Type.String() })),
});
export type ContainerEvent = Static<typeof ContainerEvent>;
