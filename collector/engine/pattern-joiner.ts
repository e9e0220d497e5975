/**
 * Joins lines to records as a label asks, for one stream of one container. It takes the place of the joiner of stack traces, and its
 * invariants are the same (traces.ts), with two differences: what joins two lines is a pattern of the operator, and they may be
 * `gapNs` apart, because an application that takes its time over a record is no accident here.
 *
 * A group that was flushed too early is over: the lines that come late pass one by one, as they do when reading is resumed there.
 */
import type { Line } from './lines.ts';
import { isWithin, type TraceJoiner } from './traces.ts';

export type PatternJoining = {
  /** Whether the text says so: see `side`. */
  goesOn: (text: string) => boolean;
  /** `before`: the line goes on with the one before it. `after`: the next line goes on with this one. */
  side: 'before' | 'after';
  maxLines?: number;
};

/** As Logspout waits; in engine time. */
const GAP_NS = 500_000_000;
/** Longer than the gap, so that what is released in time cannot go on. */
export const PATTERN_HOLD_MS = 1_000;
const MAX_LINES = 500;
const MAX_BYTES = 256 * 1024;

type OpenRecord = { first: Line; parts: string[]; lastStamp: string; bytes: number; flags: number };

export function createPatternJoiner({ goesOn, side, maxLines = MAX_LINES }: PatternJoining): TraceJoiner {
  let open: OpenRecord | null = null;

  function push(line: Line, into: Line[]): void {
    const says = goesOn(line.text);
    if (open !== null && (side === 'after' || says) && fits(open, line)) {
      extend(open, line);
      if (side === 'after' && !says) into.push(...flush());
      return;
    }
    into.push(...flush());
    // A line that should go on with one that is not there is a record of its own.
    if (says === (side === 'after')) open = begin(line);
    else into.push(line);
  }

  function fits({ parts, bytes, lastStamp }: OpenRecord, line: Line): boolean {
    return (
      parts.length < maxLines && bytes + line.bytes <= MAX_BYTES && isWithin(GAP_NS, lastStamp, line.stamp)
    );
  }

  function flush(): Line[] {
    if (open === null) return [];
    const { first, parts, bytes, flags } = open;
    open = null;
    return [parts.length === 1 ? first : { ...first, text: parts.join('\n'), bytes, flags }];
  }

  return {
    push,
    flush,
    get held() {
      return open === null
        ? null
        : { stamp: open.first.stamp, ordinal: open.first.ordinal, lines: open.parts.length };
    },
  };
}

const begin = (line: Line): OpenRecord => ({
  first: line,
  parts: [line.text],
  lastStamp: line.stamp,
  bytes: line.bytes,
  flags: line.flags,
});

function extend(open: OpenRecord, line: Line): void {
  open.parts.push(line.text);
  open.lastStamp = line.stamp;
  open.bytes += line.bytes;
  open.flags |= line.flags;
}

/** Joins nothing. */
export const createPassing = (): TraceJoiner => ({
  push: (line, into) => void into.push(line),
  flush: () => [],
  held: null,
});
