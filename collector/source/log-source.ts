/** The port to the log of one container: where its bytes are read, and how they become lines. */
import type { LOG_SOURCES, GapReason } from '#contract/constants.ts';
import type { LogRead } from '../engine/engine.ts';
import type { LineJoiner } from '../engine/lines.ts';

/** What the operator asks for. `auto`: the file where it can be read. `file`: a container whose file cannot be read is not read at all. */
export type SourceChoice = 'auto' | 'api' | 'file';

/** Lines between these stamps are missing: `from` was read before, `to` is the first line after. */
export type LogGap = { from: string; to: string; lines?: number };

/**
 * `onGap`: the source itself has seen that lines are gone. What a read proves by its watermark is told by `LogReading`.
 * `stopped`: aborted once the container has stopped: what it left is read, then a follow ends. Where the engine itself ends a
 * follow, that may be left to it.
 */
export type SourceRead = LogRead & {
  onGap: (gap: LogGap, reason: GapReason) => void;
  stopped: AbortSignal;
};

/**
 * Every source gives the same lines: same stamps, same streams, same fragments, hence the same ids and the same order, so that a
 * container may change its source between two reads (test/contract/log-source.contract.ts).
 */
export interface LogSource {
  readonly kind: (typeof LOG_SOURCES)[number];
  /** Why this one, in words for people. */
  readonly reason: string;
  /** A read goes on right behind the one before it: `since` counts for the first only, and one decoder serves them all. */
  readonly keepsPlace: boolean;
  /**
   * A follow of this source may skip lines or fall silent without a word, so it is checked by reading again (needs `last` in a
   * read). `keptBytes`: how much of the log is certain to be kept behind its end; null: nothing is ever rotated away.
   * `isCompressed`: a read without `since` unpacks all that is kept. `isCoarse`: many lines share a stamp, so that a read which begins
   * amid them cannot number them. Absent: the source itself sees what it misses.
   */
  readonly doubt?: { keptBytes: number | null; isCompressed: boolean; isCoarse: boolean };
  /** A decoder for the bytes of one read. */
  joiner(options: { maxLineBytes: number }): LineJoiner;
  /**
   * Hands over what the log has from `since` (inclusive; null: all), then, if `follow`, what is added until the container stops or
   * the read is aborted. An end is no proof that everything was read: read again until nothing is added. Rejects with `EngineError`:
   * `not_found` when the container and its log are gone, `unreadable` when this log never can be read.
   */
  read(read: SourceRead): Promise<void>;
  /** Frees what it holds. */
  close(): void;
}
