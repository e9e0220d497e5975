/** What of a log that rotates has been followed since its last proof, and hence when and how the next one is made. */
import { Ledger, type LedgerSpace } from './ledger.ts';
import type { LogPlace } from './log-reading.ts';

/** What the engine's file has around a line is longer by this than what a read has around it. */
const FILE_OVERHEAD_BYTES = 40;
/** The engine cuts longer lines into messages of this size. */
const FRAGMENT_BYTES = 16 * 1024;
/** A proof reads this many lines more than twice what was followed: some may have been missed. */
export const SPARE_LINES = 1_000;

/** `keptBytes`: how much of the log is certain to be kept behind its end. */
export type FollowProofOptions = { keptBytes: number; isBeginningKnown: boolean; space: LedgerSpace };

/** One read without following. `isAll`: of everything there is. */
export type BeginningRead = {
  first: LogPlace | null;
  place: LogPlace | null;
  isAll: boolean;
  bytesRead: number;
};

export class FollowProof {
  readonly ledger: Ledger;
  /** Whether the log has been read from its first line on can be said only once. */
  isBeginningKnown: boolean;
  private readonly keptBytes: number;
  private followedBytes = 0;
  private followedBefore = 0;

  constructor({ keptBytes, isBeginningKnown, space }: FollowProofOptions) {
    this.keptBytes = keptBytes;
    this.isBeginningKnown = isBeginningKnown;
    this.ledger = new Ledger(space);
  }

  get isOwed(): boolean {
    return this.ledger.size > 0 || !this.isBeginningKnown;
  }

  get isDue(): boolean {
    const inFile = this.followedBytes + this.ledger.size * FILE_OVERHEAD_BYTES;
    return !this.isBeginningKnown || this.ledger.isHalfFull || inFile * 2 >= this.keptBytes;
  }

  /** Among so many lines before the end the last proven place should be; undefined: everything is to be read. */
  get lastLines(): number | undefined {
    const lines = 2 * this.ledger.size + Math.ceil(this.followedBytes / FRAGMENT_BYTES) + SPARE_LINES;
    const bytes = lines * (this.ledger.size === 0 ? 0 : this.followedBytes / this.ledger.size);
    return bytes * 2 < this.keptBytes ? lines : undefined;
  }

  noteFollowed(bytes: number): void {
    this.followedBytes += bytes;
  }

  /** A read begins that goes over everything followed so far. */
  begin(): void {
    this.followedBefore = this.followedBytes;
    this.ledger.turn();
  }

  /** It came to its end. */
  settle(): void {
    this.followedBytes -= this.followedBefore;
    this.followedBefore = 0;
    this.ledger.settle();
  }

  /** False when lines before the first may be gone: a log as long as what is kept may have been longer once. */
  judgeBeginning({ first, place, isAll, bytesRead }: BeginningRead): boolean {
    if (place === null && isAll) this.isBeginningKnown = false;
    if (this.isBeginningKnown || first === null) return true;
    this.isBeginningKnown = true;
    return bytesRead * 2 < this.keptBytes;
  }
}
