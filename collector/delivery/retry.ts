/** What the indexer's answer to a batch means, and how fast to go after it. Pure. */
import { backoffMs } from '../backoff.ts';

/** `retry`: the same batch may be taken later. `refuse`: it never will be as it is. */
export type Verdict = 'acked' | 'retry' | 'refuse';

/** `status` null: no answer came. Only 400 (not a batch), 413 and 422 speak of the batch itself; all else may pass. */
export function classify(status: number | null): Verdict {
  if (status === 200) return 'acked';
  return status === 400 || status === 413 || status === 422 ? 'refuse' : 'retry';
}

/** Batches on their way at once until the indexer grants another number. */
const FIRST_CREDIT = 3;
const MOST_CREDIT = 16;

/** How many batches may be on their way: what the indexer grants, halved at each failure and one more after each ack. */
export class SendWindow {
  size = FIRST_CREDIT;
  private credit = FIRST_CREDIT;
  private failures = 0;

  get isFailing(): boolean {
    return this.failures > 0;
  }

  noteAck(credit = this.credit): void {
    this.credit = Math.min(MOST_CREDIT, Math.max(1, credit));
    this.size = Math.min(this.credit, this.size + 1);
    this.failures = 0;
  }

  /** Milliseconds to wait before the next attempt; `retryAfterMs` is what the indexer asked for. */
  noteFailure(retryAfterMs: number | undefined, random: number): number {
    this.size = Math.max(1, this.size >> 1);
    return Math.max(retryAfterMs ?? 0, backoffMs(this.failures++, random));
  }
}
