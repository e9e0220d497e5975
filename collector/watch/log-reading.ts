/**
 * One read of one container's log, from where the last one got to. Pure: bytes in, new lines out, and the cursor that accounts for
 * them. The rules of resuming are all here (log-reading.test.ts kills and resumes it at random points):
 *
 * - The read starts at the watermark, less `OVERLAP_MS`: the engine writes stdout and stderr slightly out of order.
 * - Of each stream, lines up to its cursor are skipped; after the first line beyond it nothing is, whatever the clock does.
 * - The watermark is a line the engine had. A read that passes its place without finding it proves that lines were rotated away.
 * - The cursor of a stream stands before a line that is held back or not complete, and that line's stamp is the new watermark;
 *   otherwise the watermark is the line this reading has come to, even while it still skips lines that were taken before.
 */
import type { LogCursor, StreamCursor } from '../cursor/cursor.ts';
import { shiftStamp } from '#contract/stamp.ts';
import type { Line, LineJoiner } from '../engine/lines.ts';
import type { TraceJoiner } from '../engine/traces.ts';
import { PLAIN_TREATMENT, type Treatment } from '../plan/treatment.ts';
import type { LogGap } from '../source/log-source.ts';

/** Measured: up to 1.1 ms between the streams of a busy container; a second leaves room for an engine that stalls. */
const OVERLAP_MS = 1_000;

/** `joiner`: the decoder of the source that is read. */
export type LogReadingOptions = { joiner: LineJoiner; cursor: LogCursor | null; treatment?: Treatment };

/** Where to open the log so that a reading with this cursor finds all it needs. */
export const readSince = (cursor: LogCursor): string => shiftStamp(cursor.watermark.stamp, -OVERLAP_MS);

export class LogReading {
  /** Lines the engine gave, and those of them that were taken before. */
  read = 0;
  skipped = 0;
  /** Lines that are part of another line now. */
  joined = 0;
  /** New lines that this reading let out. */
  added = 0;
  gap: LogGap | null = null;
  private readonly lines: LineJoiner;
  private readonly streams: { 1: StreamReading; 2: StreamReading };
  private expected: LogCursor['watermark'] | null;
  /** The line read last, new or not: a reading that is cut short accounts for nothing behind it. */
  private reached: LogCursor['watermark'] | null;
  private pushed = 0;
  private resent = 0;

  constructor({ cursor, joiner, treatment = PLAIN_TREATMENT }: LogReadingOptions) {
    this.lines = joiner;
    const { createJoiner } = treatment;
    this.streams = {
      1: new StreamReading(cursor?.[1], createJoiner()),
      2: new StreamReading(cursor?.[2], createJoiner()),
    };
    this.expected = this.reached = cursor?.watermark ?? null;
  }

  /** New lines in these bytes, which may be reused afterwards. */
  take(bytes: Buffer): Line[] {
    return this.pass(this.lines.push(bytes));
  }

  /** Lines that were held back, now that nothing has followed them for a while. */
  release(): Line[] {
    return this.count([...this.streams[1].release(), ...this.streams[2].release()]);
  }

  /** The last lines of a container that is dead, even those without an end. */
  finish(): Line[] {
    return [...this.pass(this.lines.end()), ...this.release()];
  }

  get broken(): string | null {
    return this.lines.broken;
  }

  get isHolding(): boolean {
    return this.streams[1].traces.held !== null || this.streams[2].traces.held !== null;
  }

  /** Accounts for all lines let out so far; null while there were none. */
  get cursor(): LogCursor | null {
    const [one, two] = [bare(this.streams[1].cursor), bare(this.streams[2].cursor)];
    const { reached } = this;
    if (reached === null || (one === undefined && two === undefined)) return null;
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
    if (this.expected !== null && lines.length > 0) this.look(lines, this.expected);
    const fresh: Line[] = [];
    for (const line of lines) {
      const stream = this.streams[line.stream];
      if (stream.isTaken(line)) this.skipped++;
      else {
        this.pushed++;
        stream.push(line, fresh);
      }
    }
    const last = lines.at(-1);
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

  private look(lines: Line[], { stamp, stream }: LogCursor['watermark']): void {
    const isExpected = (line: { stamp: string; stream: 1 | 2 } | null) =>
      line?.stamp === stamp && line.stream === stream;
    const isBeyond = (line: Line) =>
      line.stream === stream ? line.stamp > stamp : shiftStamp(line.stamp, -OVERLAP_MS) > stamp;
    if (lines.some(isExpected) || isExpected(this.lines.openSince)) {
      this.expected = null;
      return;
    }
    const after = lines.find(isBeyond);
    if (after === undefined) return;
    this.gap = { from: stamp, to: after.stamp };
    this.expected = null;
  }
}

/** One stream: what of it was taken before, and how far it is taken now. */
class StreamReading {
  readonly traces: TraceJoiner;
  cursor: StreamCursor | undefined;
  private readonly resumed: StreamCursor | undefined;
  private isPast: boolean;
  private last: StreamCursor | undefined;

  constructor(resumed: StreamCursor | undefined, traces: TraceJoiner) {
    this.traces = traces;
    this.resumed = this.cursor = this.last = resumed;
    this.isPast = resumed === undefined;
  }

  isTaken({ stamp, ordinal }: Line): boolean {
    if (this.isPast || this.resumed === undefined) return false;
    const isCursor = stamp === this.resumed.stamp && ordinal === this.resumed.ordinal;
    const isBefore =
      stamp < this.resumed.stamp || (stamp === this.resumed.stamp && ordinal < this.resumed.ordinal);
    this.isPast = !isBefore;
    return isCursor || isBefore;
  }

  push(line: Line, fresh: Line[]): void {
    for (const complete of this.traces.push(line)) fresh.push(complete);
    const held = this.traces.held;
    if (held === null) this.cursor = line;
    else if (held.stamp === line.stamp && held.ordinal === line.ordinal) this.cursor = this.last;
    this.last = line;
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
