/**
 * What waits for one subscription of one live client. Bounded: beyond `limit` the oldest items are skipped and counted,
 * because a tail wants the newest; they are stored all the same. Pure, so that the bound can be proved.
 */

export type Outbox<T> = {
  add: (items: readonly T[]) => number;
  /** So many that should be here will not come. */
  miss: (items: number) => void;
  /** Up to `most` items and how many were skipped before them; null when there is nothing to say. */
  take: (most: number) => { items: T[]; skipped: number } | null;
};

export function createOutbox<T>(limit: number): Outbox<T> {
  let waiting: T[] = [];
  let skipped = 0;
  return {
    add(items) {
      waiting = waiting.concat(items);
      const over = Math.max(0, waiting.length - limit);
      if (over > 0) waiting = waiting.slice(over);
      skipped += over;
      return over;
    },
    miss(items) {
      skipped += items;
    },
    take(most) {
      if (waiting.length === 0 && skipped === 0) return null;
      const push = { items: waiting.slice(0, most), skipped };
      waiting = waiting.slice(most);
      skipped = 0;
      return push;
    },
  };
}
