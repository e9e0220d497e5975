/** What a batch accounts for: kept beside its body in the spool, in the same record. */
import { createProgress, type Progress } from '../cursor/cursor.ts';

/** Of one container in a batch: how many lines, and the stamps of the first and the last. */
export type Span = { id: string; lines: number; from: string; to: string };

/** `id`: of the batch, the same at each attempt. `readAt`: when its first item was read, ms since the epoch. */
export type BatchNote = {
  id: string;
  lines: number;
  readAt: number;
  spans: Span[];
  progress: Progress;
};

export function encodeNote({ progress, ...note }: BatchNote): Buffer {
  const { logs, known, eventsSince } = progress;
  return Buffer.from(JSON.stringify({ ...note, logs: [...logs], known: [...known], eventsSince }));
}

/** Of checked bytes only: it throws on any other. */
export function decodeNote(bytes: Buffer): BatchNote {
  const { logs, known, eventsSince, ...note } = JSON.parse(bytes.toString()) as KeptNote;
  return {
    ...note,
    progress: { ...createProgress(), logs: new Map(logs), known: new Map(known), eventsSince },
  };
}

type KeptNote = Omit<BatchNote, 'progress'> & {
  logs: [string, never][];
  known: [string, never][];
  eventsSince: string | null;
};
