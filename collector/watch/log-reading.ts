/**
 * One read of one container's log, from where the last one got to. Pure: bytes in, new lines out, and the cursor that accounts for
 * them. The rules of resuming are all here (log-reading.test.ts kills and resumes it at random points):
 *
 * - The read starts at the watermark, less `OVERLAP_MS`: the engine writes stdout and stderr slightly out of order.
 * - Of each stream, lines up to its cursor are skipped; after the first line beyond it nothing is, whatever the clock does.
 * - The watermark is a line the engine had. A read that passes its place without finding it proves that lines were rotated away.
 * - The cursor of a stream stands before a line that is held back or not complete, and that line's stamp is the new watermark;
 *   otherwise the watermark is the line this reading has come to, even while it still skips lines that were taken before.
 * - With a ledger two readings may go over the same lines, one that follows and one that proves: what either let out, the other skips.
 * - `after` resumes by place alone: everything up to that line was taken, whatever the stamps say (a clock was set back).
 */
import type { LogCursor, StreamCursor } from '../cursor/cursor.ts';
import { shiftStamp } from '#contract/stamp.ts';
import type { Line, LineJoiner } from '../engine/lines.ts';
import type { TraceJoiner } from '../engine/traces.ts';
import { PLAIN_TREATMENT, type Treatment } from '../plan/treatment.ts';
import type { LogGap } from '../source/log-source.ts';
import type { Ledger } from './ledger.ts';

/** Measured: up to 1.1 ms between the streams of a busy container; a second leaves room for an engine that stalls. */
const OVERLAP_MS = 1_000;

export type LogPlace = LogCursor['watermark'];

/** `joiner`: the decoder of the source that is read. */
export type LogReadingOptions = {
  joiner: LineJoiner;
  cursor: LogCursor | null;
  treatment?: Treatment;
  ledger?: Ledger | null;
  after?: LogPlace;
};

export const isSamePlace = (a: LogPlace | null, b: LogPlace | null): boolean =>
  a?.stamp === b?.stamp && a?.stream === b?.stream;

/** Where to open the log so that a reading with this cursor finds all it needs. */
export const readSince = (cursor: LogCursor): string => overlapBefore(cursor.watermark);

/** What lies before it a read from this place does not give, unless a clock was set back. */
export const overlapBefore = ({ stamp }: LogPlace): string => shiftStamp(stamp, -OVERLAP_MS);

export class LogReading {
  /** Lines the engine gave, and those of them that were taken before. */
  read = 0;
  skipped = 0;
  /** Lines that are part of another line now. */
  joined = 0;
  /** New lines that this reading let out. */
  added = 0;
  gap: LogGap | null = null;
  /** The first line of all. */
  first: LogPlace | null = null;
  private readonly lines: LineJoiner;
  private readonly ledger: Ledger | null;
  private readonly isAfter: boolean;
  private readonly streams: { 1: StreamReading; 2: StreamReading };
  private expected: LogPlace | null;
  /** Behind the place where this reading goes on, a line with an older stamp than this is new: a clock was set back. */
  private floor = '';
  /** The line read last, new or not: a reading that is cut short accounts for nothing behind it. */
  private reached: LogPlace | null;
  private pushed = 0;
  private resent = 0;

  constructor({ cursor, joiner, treatment = PLAIN_TREATMENT, ledger = null, after }: LogReadingOptions) {
    this.lines = joiner;
    this.ledger = ledger;
    this.isAfter = after !== undefined;
    const { createJoiner } = treatment;
    this.streams = {
      1: new StreamReading(cursor?.[1], createJoiner(), ledger !== null),
      2: new StreamReading(cursor?.[2], createJoiner(), ledger !== null),
    };
    this.expected = this.reached = after ?? cursor?.watermark ?? null;
  }

  /** New lines in these bytes, which may be reused afterwards. */
  take(bytes: Buffer): Line[] {
    return this.pass(this.lines.push(bytes));
  }

  /** Lines that were held back, now that nothing has followed them for a while. */
  release(): Line[] {
    return this.count([
      ...this.sift(1, this.streams[1].release()),
      ...this.sift(2, this.streams[2].release()),
    ]);
  }

  /** The last lines of a container that is dead, even those without an end. */
  finish(): Line[] {
    return [...this.pass(this.lines.end()), ...this.release()];
  }

  /** The log was read to its end: a place that did not come is not there any more. */
  conclude(): void {
    const { expected, reached } = this;
    if (expected === null || reached === null || this.first === null || this.isAfter) return;
    this.gap = { from: expected.stamp, to: reached.stamp > expected.stamp ? reached.stamp : expected.stamp };
    this.expected = null;
  }

  get broken(): string | null {
    return this.lines.broken;
  }

  /** It has come past the place where it was to go on: what it gives is all there is behind it. */
  get isConnected(): boolean {
    return this.expected === null;
  }

  /** How far the log was read, complete lines or not; null when it was not. */
  get place(): LogPlace | null {
    return this.lines.openSince ?? this.reached;
  }

  get isHolding(): boolean {
    return this.streams[1].traces.held !== null || this.streams[2].traces.held !== null;
  }

  /** Accounts for all lines let out so far; null while none was read. */
  get cursor(): LogCursor | null {
    const [one, two] = [bare(this.streams[1].cursor), bare(this.streams[2].cursor)];
    const { reached } = this;
    if (reached === null) return null;
    const open = [reached, this.lines.openSince, this.streams[1].heldSince(1), this.streams[2].heldSince(2)];
    return {
      ...(one === undefined ? {} : { 1: one }),
      ...(two === undefined ? {} : { 2: two }),
      watermark: open.reduce((a, b) => (b === null || (a !== null && a.stamp <= b.stamp) ? a : b)) ?? reached,
    };
  }

  /** Lines read that no cursor accounts for: the next reading gets them again. */
  get pending(): number {
    return this.read - this.skipped - this.joined - this.added;
  }

  private pass(lines: Line[]): Line[] {
    const place = this.expected === null ? 0 : this.connect(lines, this.expected);
    const known = this.isAfter ? place : 0;
    const fresh: Line[] = [];
    let i = -1;
    for (const line of lines) {
      i++;
      const stream = this.streams[line.stream];
      if (i < known || stream.isTaken(line, i < place ? '' : this.floor)) this.skipped++;
      else {
        this.pushed++;
        if (this.ledger === null) stream.push(line, fresh);
        else {
          const complete: Line[] = [];
          stream.push(line, complete);
          fresh.push(...this.sift(line.stream, complete));
        }
      }
    }
    const last = lines.at(-1);
    this.first ??= lines[0] === undefined ? null : { stamp: lines[0].stamp, stream: lines[0].stream };
    if (last !== undefined) this.reached = { stamp: last.stamp, stream: last.stream };
    const resent = this.lines.resent - this.resent;
    this.resent += resent;
    this.read += lines.length + resent;
    this.skipped += resent;
    return this.count(fresh);
  }

  private count(fresh: Line[]): Line[] {
    this.added += fresh.length;
    const held = (this.streams[1].traces.held?.lines ?? 0) + (this.streams[2].traces.held?.lines ?? 0);
    this.joined = this.pushed - held - this.added;
    return fresh;
  }

  /** Of these lines, what no other reading let out. A group of which another has a part goes out line by line. */
  private sift(stream: 1 | 2, complete: Line[]): Line[] {
    if (this.ledger === null || complete.length === 0) return complete;
    const parts = this.streams[stream].takeParts();
    return complete.flatMap((line, i) => {
      const next = complete[i + 1];
      const end = next === undefined ? -1 : parts.findIndex(part => isSame(part, next));
      return this.letOut(line, parts.splice(0, end === -1 ? parts.length : end));
    });
  }

  private letOut(line: Line, parts: Line[]): Line[] {
    const unknown = parts.filter(part => this.ledger?.has(part) !== true);
    for (const part of unknown) this.ledger?.add(part);
    this.skipped += parts.length - unknown.length;
    this.pushed -= parts.length - unknown.length;
    return unknown.length === parts.length ? [line] : unknown;
  }

  /** Looks for the place where this reading is to go on; answers how many of the lines are certain to lie before it. */
  private connect(lines: Line[], place: LogPlace): number {
    const { stamp, stream } = place;
    const isPlace = (line: LogPlace | null) => isSamePlace(line, place);
    const isBeyond = (line: Line) =>
      line.stream === stream ? line.stamp > stamp : overlapBefore(line) > stamp;
    const at = lines.findIndex(isPlace);
    if (at !== -1 || isPlace(this.lines.openSince)) {
      this.expected = null;
      this.floor = overlapBefore(place);
      return Math.max(0, at);
    }
    const after = this.isAfter ? undefined : lines.find(isBeyond);
    if (after === undefined) return lines.length;
    this.gap = { from: stamp, to: after.stamp };
    this.expected = null;
    return lines.length;
  }
}

const isSame = (a: StreamCursor, b: StreamCursor): boolean => a.stamp === b.stamp && a.ordinal === b.ordinal;

/** One stream: what of it was taken before, and how far it is taken now. */
class StreamReading {
  readonly traces: TraceJoiner;
  cursor: StreamCursor | undefined;
  private readonly resumed: StreamCursor | undefined;
  private isPast: boolean;
  private last: StreamCursor | undefined;
  /** Lines pushed that are not accounted for in the ledger; null: there is none. */
  private readonly parts: Line[] | null;

  constructor(resumed: StreamCursor | undefined, traces: TraceJoiner, keepsParts: boolean) {
    this.traces = traces;
    this.parts = keepsParts ? [] : null;
    this.resumed = this.cursor = this.last = resumed;
    this.isPast = resumed === undefined;
  }

  isTaken({ stamp, ordinal }: Line, floor: string): boolean {
    if (this.isPast || this.resumed === undefined) return false;
    if (stamp < floor) {
      this.isPast = true;
      return false;
    }
    const isCursor = stamp === this.resumed.stamp && ordinal === this.resumed.ordinal;
    const isBefore =
      stamp < this.resumed.stamp || (stamp === this.resumed.stamp && ordinal < this.resumed.ordinal);
    this.isPast = !isBefore;
    return isCursor || isBefore;
  }

  push(line: Line, into: Line[]): void {
    this.parts?.push(line);
    this.traces.push(line, into);
    const held = this.traces.held;
    if (held === null) this.cursor = line;
    else if (held.stamp === line.stamp && held.ordinal === line.ordinal) this.cursor = this.last;
    this.last = line;
  }

  /** The lines of which those are made that came out. */
  takeParts(): Line[] {
    return this.parts?.splice(0, this.parts.length - (this.traces.held?.lines ?? 0)) ?? [];
  }

  release(): Line[] {
    const lines = this.traces.flush();
    this.cursor = this.last;
    return lines;
  }

  heldSince(stream: 1 | 2): { stamp: string; stream: 1 | 2 } | null {
    const { held } = this.traces;
    return held === null ? null : { stamp: held.stamp, stream };
  }
}

const bare = (cursor: StreamCursor | undefined): StreamCursor | undefined =>
  cursor && { stamp: cursor.stamp, ordinal: cursor.ordinal };
