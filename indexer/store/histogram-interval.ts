/** Which equal buckets cover a time range. Pure; every store uses it, so their histograms have the same edges. */
import type { TimeRange } from './log-store.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Lengths a person reads at a glance. From 10 s on all are multiples of 10 s, the grain of the embedded store's rollup. */
const CALM_MS = [
  ...[1, 2, 5, 10, 20, 30].map(n => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(n => n * MINUTE),
  ...[1, 3, 6, 12].map(n => n * HOUR),
];

/** Bucket `i` is [firstMs + i · intervalMs, + intervalMs), in ms since the epoch; edges are multiples of the interval. */
export type Buckets = { intervalMs: number; firstMs: number; count: number };

/** The shortest calm interval with which at most `max` (≥ 1) buckets cover the range. An empty range has no bucket. */
export function bucketsOf(range: TimeRange, max: number): Buckets {
  const from = Math.max(0, epochMs(range.from));
  const end = Math.max(0, endMs(range.to));
  for (const intervalMs of intervals()) {
    const first = Math.floor(from / intervalMs);
    const count = range.from < range.to ? Math.max(0, Math.ceil(end / intervalMs) - first) : 0;
    if (count <= Math.max(1, max)) return { intervalMs, firstMs: first * intervalMs, count };
  }
  return { intervalMs: DAY, firstMs: 0, count: 0 };
}

/** Milliseconds since the epoch, rounded down, of a stamp of 30 characters. */
export const epochMs = (stamp: string): number => Date.parse(`${stamp.slice(0, 23)}Z`);

/** The first whole millisecond at or after a stamp. */
const endMs = (stamp: string): number => epochMs(stamp) + (stamp.slice(23, 29) === '000000' ? 0 : 1);

/** The calm ones, then days doubling; one bucket of 2^17 days or less holds every stamp an id can carry. */
function* intervals(): Generator<number> {
  yield* CALM_MS;
  for (let days = 1; days <= 2 ** 22; days *= 2) yield days * DAY;
}
