/** Gaps that follow one another closely are told as one: a log that rotates faster than it can be read has many a second. */
import type { GapReason } from '#contract/constants.ts';
import type { LogGap } from '../source/log-source.ts';

const LONGEST_MS = 5_000;

export type GapTeller = (gap: LogGap, reason: GapReason) => void;

export class GapEpisode {
  private readonly tell: GapTeller;
  private open: { gap: LogGap; reason: GapReason; since: number; isFresh: boolean } | null = null;

  constructor(tell: GapTeller) {
    this.tell = tell;
  }

  /** There is a gap nobody was told of: no cursor may pass it. */
  get isOpen(): boolean {
    return this.open !== null;
  }

  note(gap: LogGap, reason: GapReason): void {
    if (this.open === null) this.open = { gap, reason, since: Date.now(), isFresh: true };
    else {
      this.open.gap = { from: this.open.gap.from, to: gap.to };
      this.open.isFresh = true;
    }
  }

  /** The log was read to its end. An episode is over when that found no further gap, or when it has lasted long enough. */
  settle(): void {
    if (this.open === null) return;
    if (!this.open.isFresh || Date.now() - this.open.since > LONGEST_MS) this.close();
    else this.open.isFresh = false;
  }

  /** Nothing more will be read for now. */
  close(): void {
    if (this.open === null) return;
    const { gap, reason } = this.open;
    this.open = null;
    this.tell(gap, reason);
  }
}
