/**
 * Tells which records of a batch their hour has already, exactly, without an index on disk.
 *
 * Of every stretch of ten seconds that was written to lately the prints of all its ids are in memory (id-prints.ts): an id
 * whose print is new is new. The others, which come again as a rule, are looked for among the records themselves, so prints of
 * what is not there any more do no harm. A stretch not seen lately is read back from the segments that touch it, all that a
 * batch needs in one walk. So single lines that are late by minutes cost hardly more than those in time.
 */
import { findAmong, type AskedIds } from './find-ids.ts';
import { startOfHour, type Hour } from '../hours/hours.ts';
import { HOUR_MS } from '../segment/id-bytes.ts';
import { IdPrints, printOfKey } from './id-prints.ts';
import { NANOSECONDS } from '../segment/record-columns.ts';
import { kindAt } from '../segment/segment.ts';
import type { SegmentRef } from '../segment/segment-ref.ts';

const STRETCH_SECONDS = 10;
const STRETCHES = HOUR_MS / 1_000 / STRETCH_SECONDS;
/** Of all prints together: more than six minutes of 5,000 records a second. */
const MAX_BYTES = 2 ** 24;

/** All that there are of an hour. */
type Segments = () => readonly SegmentRef[];
type Sifted = { fresh: number[]; known: number[] };

export interface KnownIds {
  /**
   * The places of ids that the hour does not have, and of those it has. What is fresh is to be in a segment before the hour is
   * asked about again; when it does not get there, it is fresh again, as is what went away.
   */
  sift(hour: Hour, asked: AskedIds, segments: Segments): Sifted;
  /** Lets go of what was not used for longest; when all that was fresh is in a segment. */
  trim(): void;
}

/** For the hours of one folder. `maxBytes`: what is kept, beside what one batch needs. */
export function createKnownIds(maxBytes = MAX_BYTES): KnownIds {
  /** By the number of the stretch since the epoch; the one used last at the end. */
  const stretches = new Map<number, IdPrints>();
  let bytes = 0;

  /** Taken out of what is kept, and by number in the hour: the stretches that the ids are of. */
  function take(hour: Hour, asked: AskedIds, segments: Segments): Map<number, IdPrints> {
    const first = firstStretch(hour);
    const taken = new Map<number, IdPrints>();
    const missing = new Map<number, IdPrints>();
    for (let i = 0; i < asked.count; i++) {
      const stretch = stretchAt(asked.seconds[i] ?? 0);
      if (taken.has(stretch)) continue;
      const prints = stretches.get(first + stretch) ?? new IdPrints();
      if (!remove(first + stretch)) missing.set(stretch, prints);
      taken.set(stretch, prints);
    }
    if (missing.size > 0) readPrints(missing, segments());
    return taken;
  }

  function keep(hour: Hour, taken: ReadonlyMap<number, IdPrints>): void {
    const first = firstStretch(hour);
    for (const [stretch, prints] of taken) {
      stretches.set(first + stretch, prints);
      bytes += prints.bytes;
    }
  }

  function remove(stretch: number): boolean {
    bytes -= stretches.get(stretch)?.bytes ?? 0;
    return stretches.delete(stretch);
  }

  return {
    sift(hour, asked, segments) {
      const taken = take(hour, asked, segments);
      const suspects = addAll(taken, asked);
      keep(hour, taken);
      const known = suspects.length === 0 ? NONE : findAmong(segments(), asked, suspects);
      const fresh: number[] = [];
      for (let i = 0; i < asked.count; i++) if (!known.has(i)) fresh.push(i);
      return { fresh, known: [...known].sort((a, b) => a - b) };
    },
    trim() {
      for (const stretch of stretches.keys()) {
        if (bytes <= maxBytes) break;
        remove(stretch);
      }
    },
  };
}

const NONE: ReadonlySet<number> = new Set();
const NO_KEY = [0, 0] as const;
const stretchAt = (seconds: number): number => Math.floor(seconds / STRETCH_SECONDS);
const firstStretch = (hour: Hour): number => (startOfHour(hour) / HOUR_MS) * STRETCHES;

/** The places of those whose prints were there. */
function addAll(stretches: ReadonlyMap<number, IdPrints>, asked: AskedIds): number[] {
  const keys = asked.keys.map(printOfKey);
  const suspects: number[] = [];
  for (let i = 0; i < asked.count; i++) {
    const prints = stretches.get(stretchAt(asked.seconds[i] ?? 0));
    if (!prints?.add(asked, i, keys[asked.kinds[i] ?? 0] ?? NO_KEY)) suspects.push(i);
  }
  return suspects;
}

/** Adds all ids that there are of some stretches. */
function readPrints(stretches: ReadonlyMap<number, IdPrints>, segments: readonly SegmentRef[]): void {
  const spans = [...stretches.keys()].map(stretch => ({
    low: stretch * STRETCH_SECONDS * NANOSECONDS,
    high: (stretch + 1) * STRETCH_SECONDS * NANOSECONDS - 1,
  }));
  for (const ref of segments) {
    if (!spans.some(({ low, high }) => ref.low <= high && ref.high >= low)) continue;
    const segment = ref.open();
    const { seconds, nanoseconds, ordinals } = segment.times();
    const times = { seconds, nanoseconds, ordinals };
    const kinds = segment.kindNumbers();
    const keys = new Map(
      segment.present.map(kind => [kind, printOfKey(kindAt(segment, kind).parts.key)] as const),
    );
    for (let i = 0; i < segment.count; i++) {
      const prints = stretches.get(stretchAt(seconds[i] ?? 0));
      prints?.add(times, i, keys.get(kinds[i] ?? 0) ?? NO_KEY);
    }
  }
}
