/** The port to a container engine: read-only by shape. Rejections are `EngineError`s. */
import type { Image } from '#contract/log-record.ts';
import type { Reading } from '#contract/metric-sample.ts';

export interface Engine {
  /** Who answers. Agrees on an API version first; call it again after the engine was away, for it may have been upgraded. */
  describe(): Promise<EngineFacts>;
  /** Every container there is, running or not. */
  list(): Promise<ListedContainer[]>;
  /** `not_found` when it is gone. Never holds the container's environment. */
  inspect(id: string): Promise<ContainerDetails>;
  /**
   * Hands over the bytes of both streams from `since` (inclusive), every message stamped. Resolves when the stream ends, also
   * when it was aborted; an end is no proof that everything was read. `unreadable`: its log driver cannot be read back.
   */
  readLogs(id: string, read: LogRead): Promise<void>;
  /** Hands over life-cycle events of containers from `since` (inclusive). Resolves or rejects when the stream ends. */
  readEvents(read: EventRead): Promise<void>;
  /** One reading of a running container's counters; null when it has none (it has just stopped). */
  readStats(id: string): Promise<StatsReading | null>;
}

/**
 * One output of a container as one may be attached to it; `both` are mixed, as those of a terminal are. An engine that speaks an API
 * before 1.42 knows no other way.
 */
export type Output = 'stdout' | 'stderr' | 'both';

/** The port to what a container prints as it prints it: for those of which the engine keeps no log. Rejections are `EngineError`s. */
export interface OutputEngine {
  /** Which outputs make up all it prints; none where an engine would attach its open stdin as well. */
  outputsOf(container: Pick<ContainerDetails, 'tty' | 'hasStdin'>): readonly Output[];
  /**
   * Hands over what a container prints from `onOpen` on, also of its next run if it does not run now. Nothing is ever sent to it. The
   * engine holds the container while `onBytes` takes its time. Resolves when it has ended: true when the engine says that the
   * container has stopped; false when it was cut or aborted. `refused`: not now, it is paused or about to be started again.
   */
  readOutput(id: string, read: OutputRead): Promise<boolean>;
}

export type OutputRead = {
  output: Output;
  signal: AbortSignal;
  onOpen: () => void;
  /** `bytes` are valid only during the call. */
  onBytes: (bytes: Buffer) => void;
};

/** `id` is the engine's own identity, `name` the machine's name. */
export type EngineFacts = {
  id: string;
  name: string;
  version: string;
  apiVersion: string;
  cpus: number;
  memoryBytes: number;
  /** It forgets no events: what it gives late is not missing. Podman keeps them in a file. */
  keepsEvents?: boolean;
  /** Its log messages bear whole seconds, as Podman's do: many lines have the same stamp. */
  hasCoarseStamps?: boolean;
  /** Its folder of containers, as it sees its disk. */
  containersDir: string;
};

export type ListedContainer = { id: string; running: boolean };

export type ContainerDetails = {
  id: string;
  name: string;
  image: Image;
  labels: Record<string, string>;
  tty: boolean;
  /** Its stdin is kept open, so that one may be attached to it; absent: no, or not known. */
  hasStdin?: boolean;
  logDriver: string;
  /** Where the engine writes its log, as the engine sees its disk; empty when it says nothing. */
  logPath: string;
  /** Options of the log driver that decide what can be lost: `max-size`, `max-file`, `mode`, `cache-disabled`. */
  logOptions: Record<string, string>;
  status: string;
  running: boolean;
  health: string;
  exitCode: number;
  oomKilled: boolean;
  /** What the engine says about a failed start. */
  error: string;
  restartCount: number;
  restartPolicy: string;
  createdAt: string;
  /** Engine stamps; null when it has not happened. */
  startedAt: string | null;
  finishedAt: string | null;
  memoryLimitBytes: number | null;
  stopSignal: number;
  stopTimeoutSeconds: number;
  /** Run with `--rm`; absent: no, or not known. */
  isRemovedAtEnd?: boolean;
};

export type LogRead = {
  since: string | null;
  follow: boolean;
  /** Only so many messages (a line, or a piece of a long one) before the end of the log, and of those the ones from `since` on. */
  last?: number;
  signal: AbortSignal;
  /** `bytes` are valid only during the call. A promise holds the stream until it settles. */
  onBytes: (bytes: Buffer) => Promise<void> | undefined;
};

/** `detail`: the text the engine puts into some actions, as in `health_status: unhealthy`. */
export type EngineEvent = {
  stamp: string;
  action: string;
  detail: string | null;
  containerId: string;
  attributes: Record<string, string>;
};

/** `onOpen` is called when the engine has accepted the subscription. */
export type EventRead = {
  since: string | null;
  signal: AbortSignal;
  onOpen: () => void;
  onEvent: (event: EngineEvent) => void;
};

/** `cpuNanos` and `systemNanos` are totals: two readings make a percentage. */
export type StatsReading = Omit<Reading, 'cpuPercent'> & {
  stamp: string;
  cpuNanos: number;
  systemNanos: number;
  onlineCpus: number;
};
