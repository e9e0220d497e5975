import type { BatchNote } from './batch-note.ts';
import type { Place } from './spool/spool.ts';

/** `place` null: it is in memory only. `held` null: it is in the spool only. `bytes`: of its place, else of its body. */
export type QueuedBatch = {
  readonly seq: number;
  readonly readAt: number;
  lines: number;
  bytes: number;
  place: Place | null;
  held: { note: BatchNote; body: Buffer } | null;
  isSending: boolean;
  isSettled: boolean;
};
