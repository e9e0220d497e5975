/** What a reader is told of the container whose log it reads, and where what it finds goes. */
import type { GapReason } from '#contract/constants.ts';
import type { Counters } from '../counters.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import type { Line } from '../engine/lines.ts';
import type { Treatment } from '../plan/treatment.ts';
import type { LogGap, LogSource } from '../source/log-source.ts';
import type { LedgerSpace } from './ledger.ts';

export type ReadContainer = {
  id: string;
  source: LogSource;
  treatment?: Treatment;
  cursor: LogCursor | null;
  /** Where to begin without a cursor; null: with the first line there is. */
  historySince: string | null;
  /** It has just been started: what was rotated away before the first read is missing too. */
  isNew: boolean;
  startedAt: string;
  /** The engine removes it as soon as it has ended. */
  isRemovedAtEnd?: boolean;
};

export type ReaderOptions = {
  maxLineBytes: number;
  /** A promise holds the reader until it settles. */
  onLines: (lines: readonly Line[], cursor: LogCursor | null) => Promise<void> | undefined;
  onGap: (gap: LogGap, reason: GapReason) => void;
  counters: Counters;
  space: LedgerSpace;
};
