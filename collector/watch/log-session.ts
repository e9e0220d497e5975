/** A `LogReading` at work: hands over its lines, releases held ones in time, and keeps the totals. */
import type { Counters } from '../counters.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import type { Line } from '../engine/lines.ts';
import type { LogGap } from '../source/log-source.ts';
import { LogReading, type LogReadingOptions } from './log-reading.ts';

/** A line that may begin a stack trace waits this long for the next one of its stream. */
const HOLD_MS = 100;

export type LogSessionOptions = LogReadingOptions & {
  counters: Counters;
  /** A promise holds the reader until it settles. */
  onLines: (lines: readonly Line[], cursor: LogCursor | null) => Promise<void> | undefined;
  onGap: (gap: LogGap) => void;
};

export class LogSession {
  private readonly reading: LogReading;
  private readonly options: LogSessionOptions;
  private readonly counted = { read: 0, skipped: 0, joined: 0 };
  private holdTimer: NodeJS.Timeout | null = null;

  constructor(options: LogSessionOptions) {
    this.options = options;
    this.reading = new LogReading(options);
  }

  get added(): number {
    return this.reading.added;
  }

  get broken(): string | null {
    return this.reading.broken;
  }

  take(bytes: Buffer): Promise<void> | undefined {
    const held = this.hand(this.reading.take(bytes));
    if (this.reading.isHolding) this.releaseSoon();
    return held;
  }

  /** No more bytes will come: what was held back is kept for `finish` or `discard`. */
  pause(): void {
    if (this.holdTimer !== null) clearTimeout(this.holdTimer);
    this.holdTimer = null;
  }

  /** The container is dead and nothing more can be read: the last lines go out, ended or not. */
  finish(): Promise<void> | undefined {
    this.pause();
    return this.hand(this.reading.finish());
  }

  /** What was held back will be read again. */
  discard(): void {
    this.pause();
    this.options.counters.linesSkippedAsAcked += this.reading.pending;
  }

  private releaseSoon(): void {
    if (this.holdTimer !== null) {
      this.holdTimer.refresh();
      return;
    }
    this.holdTimer = setTimeout(() => {
      this.holdTimer = null;
      void this.hand(this.reading.release());
    }, HOLD_MS);
  }

  private hand(lines: Line[]): Promise<void> | undefined {
    this.count();
    if (this.reading.gap !== null) {
      this.options.onGap(this.reading.gap);
      this.reading.gap = null;
    }
    return lines.length === 0 ? undefined : this.options.onLines(lines, this.reading.cursor);
  }

  private count(): void {
    const { counters } = this.options;
    const { read, skipped, joined } = this.reading;
    counters.linesRead += read - this.counted.read;
    counters.linesSkippedAsAcked += skipped - this.counted.skipped;
    counters.linesJoined += joined - this.counted.joined;
    Object.assign(this.counted, { read, skipped, joined });
  }
}
