/** A `LogReading` at work: hands over its lines, releases held ones in time, and keeps the totals. */
import type { Counters } from '../counters.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import type { Line } from '../engine/lines.ts';
import type { LogGap } from '../source/log-source.ts';
import { PLAIN_TREATMENT } from '../plan/treatment.ts';
import { LogReading, type LogPlace, type LogReadingOptions } from './log-reading.ts';

/** A socket of a unix system holds some 270 small messages, each of which is a write of the engine. */
const SHORT_LINES = 200;
const SHORT_BYTES = 64 * 1024;

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
  private bytes = 0;
  private holdTimer: NodeJS.Timeout | null = null;

  constructor(options: LogSessionOptions) {
    this.options = options;
    this.reading = new LogReading(options);
  }

  /** So little came that the engine never had to wait for its reader. */
  get isShort(): boolean {
    return this.reading.read <= SHORT_LINES && this.bytes <= SHORT_BYTES;
  }

  get broken(): string | null {
    return this.reading.broken;
  }

  /** It has come past the place where it was to go on. */
  get isConnected(): boolean {
    return this.reading.isConnected;
  }

  get cursor(): LogCursor | null {
    return this.reading.cursor;
  }

  get place(): LogPlace | null {
    return this.reading.place;
  }

  get first(): LogPlace | null {
    return this.reading.first;
  }

  take(bytes: Buffer): Promise<void> | undefined {
    this.bytes += bytes.length;
    const held = this.hand(this.reading.take(bytes));
    if (this.reading.isHolding) this.releaseSoon();
    return held;
  }

  /** The log was read to its end, and whatever it did not have is told. */
  conclude(): void {
    this.reading.conclude();
    void this.hand([]);
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
    this.holdTimer = setTimeout(
      () => {
        this.holdTimer = null;
        void this.hand(this.reading.release());
      },
      (this.options.treatment ?? PLAIN_TREATMENT).holdMs,
    );
  }

  private hand(lines: Line[]): Promise<void> | undefined {
    this.count();
    if (this.reading.gap !== null) {
      this.options.onGap(this.reading.gap);
      this.reading.gap = null;
    }
    if (lines.length === 0) return undefined;
    return this.options.onLines(this.sift(lines), this.reading.cursor);
  }

  /** Lines that are left out are accounted for by the cursor all the same. */
  private sift(lines: Line[]): Line[] {
    const sift = this.options.treatment?.sift;
    if (sift === undefined) return lines;
    const kept = lines.map(sift).filter(line => line !== null);
    this.options.counters.linesExcluded += lines.length - kept.length;
    return kept;
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
