/**
 * How much work with batches is on its way at once. A batch enters before its body is read and leaves when it is answered;
 * whoever finds no room is told to come again: then the collectors, which have disks for it, hold the queue.
 */
import { QuaylogError } from '#contract/quaylog-error.ts';

const MAX_BATCHES = 32;
/** Of bodies as they are when inflated: what a batch takes meanwhile is a few times that. */
const MAX_BYTES = 128 * 2 ** 20;
const MAX_CREDIT = 16;
const RETRY_AFTER_SECONDS = 1;

export type Place = {
  /** So much more of the body has been inflated. Throws `busy` when all bodies together are too much. */
  grow: (bytes: number) => void;
  /** May be called again. */
  leave: () => void;
};

export type Intake = {
  /** Throws `busy` when there is no room. */
  enter: () => Place;
  /** How many batches a collector may have on its way, where `collectors` share the room; at least 1. */
  credit: (collectors: number) => number;
  /** Batches on their way now. */
  batches: () => number;
};

export type IntakeLimits = { maxBatches?: number; maxBytes?: number };

export function createIntake({ maxBatches = MAX_BATCHES, maxBytes = MAX_BYTES }: IntakeLimits = {}): Intake {
  let batches = 0;
  let bytes = 0;
  return {
    enter() {
      if (batches >= maxBatches || bytes >= maxBytes) throw busy();
      batches += 1;
      let own = 0;
      let isInside = true;
      return {
        grow(more) {
          // The only one inside always fits: a batch has a limit of its own.
          if (batches > 1 && bytes + more > maxBytes) throw busy();
          own += more;
          bytes += more;
        },
        leave() {
          if (!isInside) return;
          isInside = false;
          batches -= 1;
          bytes -= own;
        },
      };
    },
    credit: collectors =>
      Math.max(1, Math.min(MAX_CREDIT, Math.floor((maxBatches - batches) / Math.max(1, collectors)))),
    batches: () => batches,
  };
}

const busy = (): QuaylogError =>
  new QuaylogError('busy', 'As many batches as fit are on their way into the store.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
