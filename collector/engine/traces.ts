/**
 * Joins the lines of one stack trace into one line, for one stream of one container.
 *
 * Invariants (traces.test.ts holds them):
 * 1. Only a line that can start a trace is held. Every other line passes at once and is the very object that was pushed.
 * 2. What is joined depends on the texts and the engine's stamps alone: a continuation is at most `gapNs` away from the line
 *    before it and fits the grammar of trace-grammar.ts. How pushes are spread over wall time does not matter.
 * 3. Nothing outlives a group. Reading again from the first line of any group, or from any line that passed alone, gives the
 *    same groups from there on: so a cursor may stand wherever `held` is null, or right before the held line.
 * 4. `flush` (the stream was quiet for longer than a continuation may take to come, or it ended) can only cut the group that is
 *    open. If it came too early, the late continuations are still known as such and pass one by one, until the group ends where
 *    it would have ended anyway: no other group changes, no text is lost or told twice, and the cut group keeps its id.
 */
import { continueTrace, startTrace, type TraceKind } from './trace-grammar.ts';
import type { Line } from './lines.ts';

export type TraceJoiner = {
  /** Adds the lines that are now complete, in order. Most are: an array for each would be the most of what a line costs. */
  push(line: Line, into: Line[]): void;
  /** Gives up waiting for continuations. Call it ≥ 100 ms after the last push, and when the stream ends. */
  flush(): Line[];
  /** Position of the first line that was pushed and is not out yet, and how many lines that are. */
  readonly held: { stamp: string; ordinal: number; lines: number } | null;
};

export type TraceJoinerOptions = {
  /** Longest engine time between two lines of a trace. A runtime writes its trace in one go. */
  gapNs?: number;
  maxLines?: number;
  /** Sum of the lines' original bytes; a single longer line passes as it is. */
  maxBytes?: number;
};

/** The trace being read. `parts` is null once its beginning was flushed: the rest passes line by line. */
type OpenTrace = {
  first: Line;
  parts: string[] | null;
  kind: TraceKind;
  lastStamp: string;
  lines: number;
  bytes: number;
  flags: number;
};

export function createTraceJoiner(options: TraceJoinerOptions = {}): TraceJoiner {
  const { gapNs = 50_000_000, maxLines = 500, maxBytes = 256 * 1024 } = options;
  let open: OpenTrace | null = null;

  function push(line: Line, into: Line[]): void {
    if (open !== null) {
      if (extend(open, line)) {
        if (open.parts === null) into.push(line);
        return;
      }
      into.push(...flush());
      open = null;
    }
    if (!hold(line)) into.push(line);
  }

  function hold(line: Line): boolean {
    const kind = startTrace(line.text);
    if (kind === null) return false;
    const { stamp, bytes, flags } = line;
    open = { first: line, parts: [line.text], kind, lastStamp: stamp, lines: 1, bytes, flags };
    return true;
  }

  function extend(trace: OpenTrace, line: Line): boolean {
    if (trace.lines >= maxLines || trace.bytes + line.bytes > maxBytes) return false;
    const kind = continueTrace(trace.kind, line.text);
    if (kind === null || !isWithin(gapNs, trace.lastStamp, line.stamp)) return false;
    trace.kind = kind;
    trace.lastStamp = line.stamp;
    trace.lines += 1;
    trace.bytes += line.bytes;
    trace.flags |= line.flags;
    trace.parts?.push(line.text);
    return true;
  }

  function flush(): Line[] {
    if (open === null || open.parts === null) return [];
    const { first, parts, bytes, flags } = open;
    open.parts = null;
    return [parts.length === 1 ? first : { ...first, text: parts.join('\n'), bytes, flags }];
  }

  return {
    push,
    flush,
    get held() {
      return open === null || open.parts === null
        ? null
        : { stamp: open.first.stamp, ordinal: open.first.ordinal, lines: open.lines };
    },
  };
}

/** Stamps of one stream may also go back a little (a stepped clock), which counts as near too. */
export function isWithin(gapNs: number, earlier: string, later: string): boolean {
  return Math.abs(nanosecondsBetween(earlier, later)) < gapNs;
}

function nanosecondsBetween(earlier: string, later: string): number {
  const fraction = Number(later.slice(20, 29)) - Number(earlier.slice(20, 29));
  if (later.startsWith(earlier.slice(0, 19))) return fraction;
  return (Date.parse(`${later.slice(0, 19)}Z`) - Date.parse(`${earlier.slice(0, 19)}Z`)) * 1e6 + fraction;
}
