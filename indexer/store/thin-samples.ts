/** Which samples of a series are kept when there are too many. Pure; every store uses it. */

/**
 * Whether sample `index` of `count` is one of the at most `keep` that stand for the series: evenly spread, with the
 * first and the last among them (of `keep` 1, the last).
 */
export function isKept(index: number, count: number, keep: number): boolean {
  if (count <= keep) return true;
  if (keep <= 1) return keep === 1 && index === count - 1;
  const step = (count - 1) / (keep - 1);
  return Math.round(Math.round(index / step) * step) === index;
}
