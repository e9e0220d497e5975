/** How many a second, over the last few seconds, in buckets of half a second. Pure but for the clock handed in. */

const BUCKET_MS = 500;
const BUCKETS = 6;

export type RateMeter = { add: (count: number) => void; perSecond: () => number };

export function createRateMeter(now: () => number): RateMeter {
  const startedAt = now();
  let buckets: { slot: number; count: number }[] = [];
  const recent = () => {
    const oldest = Math.floor(now() / BUCKET_MS) - BUCKETS;
    buckets = buckets.filter(({ slot }) => slot > oldest);
    return buckets;
  };
  return {
    add(count) {
      const slot = Math.floor(now() / BUCKET_MS);
      const last = recent().at(-1);
      if (last?.slot === slot) last.count += count;
      else buckets.push({ slot, count });
    },
    perSecond() {
      const seconds = Math.min(BUCKETS * BUCKET_MS, Math.max(BUCKET_MS, now() - startedAt)) / 1_000;
      return recent().reduce((sum, { count }) => sum + count, 0) / seconds;
    },
  };
}
