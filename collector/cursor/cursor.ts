/** How far a container's log and the engine's events were taken. */
import type { ContainerDetails } from '../engine/engine.ts';

/** The last line taken of one stream. */
export type StreamCursor = { stamp: string; ordinal: number };

/**
 * Where to resume one container. A read from `watermark` (inclusive) finds everything that was not taken; what lies at or before
 * the cursor of its stream was. `watermark` is the stamp of a line that the engine really has, so a read that does not find it
 * proves a gap.
 */
export type LogCursor = { 1?: StreamCursor; 2?: StreamCursor; watermark: { stamp: string; stream: 1 | 2 } };

/**
 * What a batch accounts for once it is acked. `known`: the state of containers as of the events told, null for one that is gone;
 * `eventsSince`: stamp of the last event told.
 */
export type Progress = {
  logs: Map<string, LogCursor>;
  known: Map<string, ContainerDetails | null>;
  eventsSince: string | null;
};

export const createProgress = (): Progress => ({ logs: new Map(), known: new Map(), eventsSince: null });
