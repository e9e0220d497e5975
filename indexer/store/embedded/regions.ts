/** Runs of records in order of arrival, and how neighbouring ones are taken together. Pure. */

/** The records `first` to `last`, whose ids are all between `low` and `high`, both included. */
export type Region = { first: number; last: number; low: Uint8Array; high: Uint8Array };

/** Spans looked at in one go: some ten milliseconds. */
const MOST_SPANS = 64;

/** Neighbours as one, as many as is good for one piece of work. */
export function joinMany(spans: readonly Region[]): Generator<Region> {
  return join(spans, MOST_SPANS);
}

/** As they come, the first ones alone, then twice as many each time: what is near is often enough. */
export function joinGrowing(spans: readonly Region[]): Generator<Region> {
  return join(spans, 1);
}

function* join(spans: readonly Region[], start: number): Generator<Region> {
  let atMost = start;
  let joined = 0;
  let run: Region | undefined;
  for (const span of spans) {
    if (run && joined < atMost && areNeighbours(run, span)) {
      run = union(run, span);
      joined++;
      continue;
    }
    if (run) yield run;
    if (joined >= atMost) atMost = Math.min(atMost * 2, MOST_SPANS);
    run = span;
    joined = 1;
  }
  if (run) yield run;
}

const areNeighbours = (a: Region, b: Region): boolean => a.last + 1 === b.first || b.last + 1 === a.first;

const union = (a: Region, b: Region): Region => ({
  first: Math.min(a.first, b.first),
  last: Math.max(a.last, b.last),
  low: Buffer.compare(a.low, b.low) <= 0 ? a.low : b.low,
  high: Buffer.compare(a.high, b.high) >= 0 ? a.high : b.high,
});
