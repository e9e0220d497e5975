/** What is done with the lines of one container between reading and sending, as its labels want it. */
import type { Line } from '../engine/lines.ts';
import { createTraceJoiner, type TraceJoiner } from '../engine/traces.ts';

export type Treatment = {
  /** Makes what joins lines of one stream to records. */
  createJoiner: () => TraceJoiner;
  /** A line that may go on waits this long for the next one of its stream: more than the joiner's own gap in engine time. */
  holdMs: number;
  /** What becomes of a joined line; null: it is left out. Undefined: every line goes out as it is. */
  sift?: (line: Line) => Line | null;
};

/** Of a container whose labels ask for nothing: stack traces are joined, and no line is looked at again. */
export const PLAIN_TREATMENT: Treatment = { createJoiner: createTraceJoiner, holdMs: 100 };
