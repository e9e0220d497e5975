/**
 * Stamps for lines of which the engine keeps none: our clock at their arrival, each later than the one before, so that they order and
 * name lines as the engine's own do.
 */
import { msOf } from '#contract/stamp.ts';

const NANOS_PER_MS = 1_000_000;
/** A clock that was set back by less than this is waited for, one nanosecond a line; by more, it was wrong before and is right now. */
const BELIEVED_STEP_MS = 60_000;

export class Stamper {
  private readonly now: () => number;
  private ms: number;
  private nanos = 0;
  private prefix = '';

  /** `after`: later than this stamp, unless the clock was set back since. */
  constructor(now: () => number, after: string | null) {
    this.now = now;
    this.ms = 0;
    if (after !== null) this.turnTo(msOf(after) + 1);
  }

  next(): string {
    const now = this.now();
    if (now > this.ms || this.ms - now > BELIEVED_STEP_MS) {
      this.turnTo(now);
      // Where a clock runs through the same time twice, two lines of the same millisecond must not get the same name.
      this.nanos = (process.hrtime()[1] % NANOS_PER_MS) >> 1;
    } else if (++this.nanos === NANOS_PER_MS) this.turnTo(this.ms + 1);
    return `${this.prefix}${String(this.nanos).padStart(6, '0')}Z`;
  }

  private turnTo(ms: number): void {
    this.ms = ms;
    this.nanos = 0;
    this.prefix = new Date(ms).toISOString().slice(0, -1);
  }
}
