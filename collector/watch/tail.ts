/** A tail on one container, as those see it who keep one: what it is told, and what it tells. */
import type { Logger } from 'pino';
import type { GapReason } from '#contract/constants.ts';
import type { Counters } from '../counters.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import type { Line } from '../engine/lines.ts';
import type { Slots } from '../slots.ts';
import type { LogGap } from '../source/log-source.ts';
import type { LedgerSpace } from './ledger.ts';
import type { ReadContainer } from './read-container.ts';

/** `isNew`: followed at once, even if it has died since, for it may be gone before a reading of the past ends. */
export type TailedContainer = ReadContainer & { isRunning: boolean };

/** What becomes of what a tail finds. `onUnreadable`: the log driver of the container cannot be read back. */
export type TailSink = {
  onLines: (id: string, lines: readonly Line[], cursor: LogCursor | null) => Promise<void> | undefined;
  onGap: (id: string, gap: LogGap, reason: GapReason) => void;
  onUnreadable: (id: string, reason: string) => void;
};

export type TailOptions = {
  /** Asks the engine; true when it cannot say. */
  isRunning: (id: string) => Promise<boolean>;
  maxLineBytes: number;
  /** Bounds how many logs are read from the past at the same time. */
  slots: Slots;
  /** The same for what checks a follow, which cannot wait for a long history. */
  checkSlots: Slots;
  space: LedgerSpace;
  /** How often a follow is checked; the default is for everyone but tests. */
  checkEveryMs?: number;
  /** For tests: how long the engine may be about removing a container. */
  removalMayTakeMs?: number;
  sink: TailSink;
  counters: Counters;
  log: Logger;
};

export type ContainerTail = {
  /** The container has started (again). */
  wake(): void;
  /** The container has stopped, as far as anybody knows: what it left is read to the end. */
  settle(): void;
  /** The container is gone: what can still be read is read, then the tail ends. */
  retire(): void;
  stop(): Promise<void>;
  /** Resolves when nothing is read any more. */
  readonly ended: Promise<void>;
};
