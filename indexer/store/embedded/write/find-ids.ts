/** Looks ids up among the records of an hour themselves: for the few that known-ids.ts is not sure of, or that come again. */
import type { HourBatch } from './hour-batch.ts';
import { atOf, NANOSECONDS, type At } from '../segment/record-columns.ts';
import { kindAt } from '../segment/segment.ts';
import type { SegmentRef } from '../segment/segment-ref.ts';

/** Ids asked about. `seconds` within the hour; `kinds` are places in `keys`, each the hex of a stream's key. */
export type AskedIds = Pick<
  HourBatch['records'],
  'count' | 'seconds' | 'nanoseconds' | 'ordinals' | 'kinds'
> & {
  keys: readonly string[];
};

/** Which of the `suspects` (places) are in a segment, or come twice in what is asked: then all but the first. */
export function findAmong(
  segments: readonly SegmentRef[],
  asked: AskedIds,
  suspects: readonly number[],
): Set<number> {
  const wanted = createWanted(asked, suspects);
  for (const ref of nearestFirst(segments, wanted)) {
    if (wanted.left.size === 0) break;
    findIn(ref, asked, wanted);
  }
  const known = new Set(suspects.filter(i => !wanted.left.has(i)));
  if (wanted.left.size > 0) addRepeated(known, asked);
  return known;
}

/** Places of what is looked for and, in `left`, not found yet. */
type Wanted = { byNanoseconds: Map<number, number[]>; left: Set<number>; low: At; high: At };

function createWanted(asked: AskedIds, suspects: readonly number[]): Wanted {
  const byNanoseconds = new Map<number, number[]>();
  let [low, high] = [Infinity, 0];
  for (const i of suspects) {
    const nanoseconds = asked.nanoseconds[i] ?? 0;
    const places = byNanoseconds.get(nanoseconds);
    if (places) places.push(i);
    else byNanoseconds.set(nanoseconds, [i]);
    low = Math.min(low, atOf(asked, i));
    high = Math.max(high, atOf(asked, i));
  }
  return { byNanoseconds, left: new Set(suspects), low, high };
}

/**
 * What comes again mostly came together before, in a segment of about the same time: with all found, the others need not be
 * looked at.
 */
function nearestFirst(segments: readonly SegmentRef[], { low, high }: Wanted): SegmentRef[] {
  const distance = (ref: SegmentRef): number => Math.abs(ref.high - high) + Math.abs(ref.low - low);
  return segments
    .filter(ref => ref.low <= high && ref.high >= low)
    .map(ref => ({ ref, distance: distance(ref) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ ref }) => ref);
}

/** Takes out of `left` what the segment has. */
function findIn(ref: SegmentRef, asked: AskedIds, { byNanoseconds, left, low, high }: Wanted): void {
  const segment = ref.open();
  const { seconds, nanoseconds, ordinals } = segment.times();
  const kinds = segment.kindNumbers();
  const [first, last] = [Math.floor(low / NANOSECONDS), Math.floor(high / NANOSECONDS)];
  for (let i = 0; i < segment.count; i++) {
    const second = seconds[i] ?? 0;
    if (second < first || second > last) continue;
    for (const place of byNanoseconds.get(nanoseconds[i] ?? 0) ?? NONE) {
      const isIt =
        asked.seconds[place] === second &&
        asked.ordinals[place] === ordinals[i] &&
        asked.keys[asked.kinds[place] ?? 0] === kindAt(segment, kinds[i] ?? 0).parts.key;
      if (isIt) left.delete(place);
    }
  }
}

const NONE: readonly number[] = [];

/** Adds what is asked a second time. */
function addRepeated(known: Set<number>, asked: AskedIds): void {
  const seen = new Set<string>();
  for (let i = 0; i < asked.count; i++) {
    if (known.has(i)) continue;
    const id = `${asked.seconds[i]} ${asked.nanoseconds[i]} ${asked.ordinals[i]} ${asked.keys[asked.kinds[i] ?? 0]}`;
    if (seen.has(id)) known.add(i);
    seen.add(id);
  }
}
