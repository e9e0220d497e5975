/** One query put to one segment: which records match, in which order, and what they are. */
import type { LogRecord } from '#contract/log-record.ts';
import { and, countBits, forEachBit, hasBit, isEmpty, newBits, setBit, type Bits } from '../segment/bits.ts';
import { combine, exactly, type Bounds } from './bounds.ts';
import { secondsOf } from '../segment/id-bytes.ts';
import type { QueryPlan } from './plan-query.ts';
import { createProbe, type Probe } from './probe.ts';
import { decodeRecord, hasOwnMessage } from '../segment/record-codec.ts';
import { NANOSECONDS, type At } from '../segment/record-columns.ts';
import { idAt, kindAt, type Segment } from '../segment/segment.ts';
import { startOfText, textAt } from '../segment/text-column.ts';

/** low ≤ id < high, as bytes; a bound may be longer than an id, to stand just beyond one. */
export type IdBounds = { low: Uint8Array; high: Uint8Array };

/** A record that was found; `read` reads it. */
export type Found = { id: Uint8Array; read: () => LogRecord };

export type SegmentQuery = {
  plan: QueryPlan;
  probe: Probe;
  startSeconds: number;
  /** Of the records between the bounds. */
  matches: Bounds;
};

/** Undefined when nothing in the segment can match. */
export function querySegment(
  segment: Segment,
  { plan, bounds, startSeconds }: { plan: QueryPlan; bounds: IdBounds; startSeconds: number },
): SegmentQuery | undefined {
  const decisions = segment.present.map(kind => plan.decide(kindAt(segment, kind)));
  const possible = segment.present.filter((_, i) => decisions[i] !== false);
  if (possible.length === 0) return undefined;
  const probe = createProbe(segment, possible);
  const between = withinBounds(probe, bounds, startSeconds);
  if (isEmpty(between)) return undefined;
  const within = and(between, probe.recordsOfKinds(possible, segment.present.length));
  const isDecided = decisions.every(isMatch => isMatch !== undefined);
  const matches = combine(and, exactly(within), isDecided ? exactly(true) : plan.bounds(probe, within));
  return isEmpty(matches.maybe) ? undefined : { plan, probe, startSeconds, matches };
}

/** Whether all that is between two places in the hour is between the bounds. */
export function isInside(
  { low, high }: { low: At; high: At },
  bounds: IdBounds,
  startSeconds: number,
): boolean {
  return low > boundAt(bounds.low, startSeconds) && high < boundAt(bounds.high, startSeconds);
}

/** Whether nothing that is between two places can be between the bounds. */
export function isOutside(
  { low, high }: { low: At; high: At },
  bounds: IdBounds,
  startSeconds: number,
): boolean {
  return high < boundAt(bounds.low, startSeconds) || low > boundAt(bounds.high, startSeconds);
}

/** Where a bound stands in the hour; before or beyond it where the bound is. */
export function boundAt(bound: Uint8Array, startSeconds: number): At {
  const nanoseconds = bound.length < 8 ? 0 : Buffer.from(bound.buffer, bound.byteOffset).readUInt32BE(4);
  return (secondsOf(bound) - startSeconds) * NANOSECONDS + nanoseconds;
}

function withinBounds(probe: Probe, bounds: IdBounds, startSeconds: number): Bits {
  const { segment } = probe;
  if (isInside(segment, bounds, startSeconds)) return true;
  if (isOutside(segment, bounds, startSeconds)) return false;
  const low = boundAt(bounds.low, startSeconds);
  const high = boundAt(bounds.high, startSeconds);
  const { seconds, nanoseconds } = probe.columns;
  const bits = newBits(probe.count);
  for (let i = 0; i < probe.count; i++) {
    const at = seconds.at(i) * NANOSECONDS + nanoseconds.at(i);
    if (at < low || at > high) continue;
    const isBetween = at > low && at < high;
    if (isBetween || isBetweenIds(idOf(probe, i, startSeconds), bounds)) setBit(bits, i);
  }
  return bits;
}

const isBetweenIds = (id: Uint8Array, { low, high }: IdBounds): boolean =>
  Buffer.compare(id, low) >= 0 && Buffer.compare(id, high) < 0;

function idOf(probe: Probe, i: number, startSeconds: number): Uint8Array {
  const { key } = kindAt(probe.segment, probe.columns.kinds.at(i));
  return idAt(probe.columns, i, { key, startSeconds });
}

/** The number of matches. */
export function countMatches(query: SegmentQuery): number {
  const { probe, matches } = query;
  if (matches.sure === matches.maybe) return countBits(matches.sure, probe.count);
  let count = 0;
  forEachMatch(query, () => count++);
  return count;
}

/** Visits the matches in the order in which they stand. */
export function forEachMatch(query: SegmentQuery, visit: (index: number) => void): void {
  const { probe, matches } = query;
  if (matches.sure === matches.maybe) {
    forEachBit(matches.sure, probe.count, visit);
    return;
  }
  const verify = createVerifier(query);
  forEachBit(matches.maybe, probe.count, index => {
    if (verify(index)) visit(index);
  });
}

/** Visits the matching records, in the order in which they stand. */
export function forEachRecord(query: SegmentQuery, visit: (record: LogRecord) => void): void {
  const read = createRecordReader(query);
  forEachMatch(query, index => visit(read(index, idOf(query.probe, index, query.startSeconds))));
}

/** The matches in the order of their ids, at most `limit`, and none beyond `worst`. */
export function firstMatches(
  query: SegmentQuery,
  { order, limit, worst }: { order: 'asc' | 'desc'; limit: number; worst: Uint8Array | undefined },
): Found[] {
  const { probe, startSeconds } = query;
  const sign = order === 'asc' ? 1 : -1;
  const verify = createVerifier(query);
  const read = createRecordReader(query);
  const found: Found[] = [];
  for (const group of groupsOf(query, order)) {
    const ids = group
      .map(index => ({ index, id: idOf(probe, index, startSeconds) }))
      .sort((a, b) => sign * Buffer.compare(a.id, b.id));
    for (const { index, id } of ids) {
      if (found.length === limit || (worst && sign * Buffer.compare(id, worst) > 0)) return found;
      if (verify(index)) found.push({ id, read: () => read(index, id) });
    }
  }
  return found;
}

/** So few candidates are put in order at once. */
const MAX_GROUP = 512;

/** The candidates in groups that follow each other in `order`: second by second, within one as they stand. */
function* groupsOf({ probe, matches }: SegmentQuery, order: 'asc' | 'desc'): Generator<number[]> {
  if (countBits(matches.maybe, probe.count) <= MAX_GROUP) {
    const all: number[] = [];
    forEachBit(matches.maybe, probe.count, index => all.push(index));
    yield all;
    return;
  }
  const { seconds } = probe.columns;
  const first = Math.floor(probe.segment.low / NANOSECONDS);
  const length = Math.floor(probe.segment.high / NANOSECONDS) - first + 1;
  const ends = new Uint32Array(length + 1);
  forEachBit(matches.maybe, probe.count, index => {
    const slot = seconds.at(index) - first + 1;
    ends[slot] = (ends[slot] ?? 0) + 1;
  });
  for (let slot = 1; slot <= length; slot++) ends[slot] = (ends[slot] ?? 0) + (ends[slot - 1] ?? 0);
  const sorted = new Uint32Array(ends[length] ?? 0);
  const next = ends.slice();
  forEachBit(matches.maybe, probe.count, index => {
    const slot = seconds.at(index) - first;
    sorted[next[slot] ?? 0] = index;
    next[slot] = (next[slot] ?? 0) + 1;
  });
  for (let i = 0; i < length; i++) {
    const slot = order === 'asc' ? i : length - 1 - i;
    const [from = 0, to = 0] = [ends[slot], ends[slot + 1]];
    if (from < to) yield [...sorted.subarray(from, to)];
  }
}

/** Says whether a candidate matches: asks the matcher where that is not sure. */
function createVerifier(query: SegmentQuery): (index: number) => boolean {
  const { plan, probe, matches } = query;
  const read = createRecordReader(query);
  const readPart = PART_READERS[plan.needs](query);
  return index => {
    if (hasBit(matches.sure, index)) return true;
    return plan.matches(readPart(index) ?? read(index, idOf(probe, index, query.startSeconds)));
  };
}

/** The whole record. */
function createRecordReader({ probe }: SegmentQuery): (index: number, id: Uint8Array) => LogRecord {
  const chunkOf = createChunkFinder(probe.segment);
  return (index, id) => {
    const { chunk, first } = chunkOf(index);
    const { template } = kindAt(probe.segment, probe.columns.kinds.at(index));
    const message = textAt(probe.messages(chunk), index - first);
    return decodeRecord(template, { id, message, rest: textAt(probe.rests(chunk), index - first) });
  };
}

/** Reads as much of a record as a matcher must see; undefined: that is all of it. */
type PartReader = (index: number) => LogRecord | undefined;

const PART_READERS: Record<QueryPlan['needs'], (query: SegmentQuery) => PartReader> = {
  message: createMessageReader,
  rest: createRestReader,
  everything: () => () => undefined,
};

const NO_ID = new Uint8Array(20);

/** A record of which only kind and rest are true. */
function createRestReader({ probe }: SegmentQuery): PartReader {
  const chunkOf = createChunkFinder(probe.segment);
  return index => {
    const { chunk, first } = chunkOf(index);
    const { template } = kindAt(probe.segment, probe.columns.kinds.at(index));
    const rest = textAt(probe.rests(chunk), index - first);
    return decodeRecord(template, { id: NO_ID, message: '', rest });
  };
}

/** A record of which only kind and message are true; undefined when the rest has a message of its own. */
function createMessageReader({ probe }: SegmentQuery): PartReader {
  const chunkOf = createChunkFinder(probe.segment);
  return index => {
    const { chunk, first } = chunkOf(index);
    const rests = probe.rests(chunk);
    const isEmptyRest = rests.ends[index - first] === startOfText(rests, index - first);
    if (!isEmptyRest && hasOwnMessage(textAt(rests, index - first))) return undefined;
    const { sample } = kindAt(probe.segment, probe.columns.kinds.at(index));
    return { ...sample, message: textAt(probe.messages(chunk), index - first) };
  };
}

/** Which chunk a record is in. Neighbours are asked about one after the other. */
export function createChunkFinder({ chunks }: Segment): (index: number) => { chunk: number; first: number } {
  let chunk = 0;
  return index => {
    if (index < (chunks[chunk] ?? 0)) chunk = 0;
    while ((chunks[chunk + 1] ?? Infinity) <= index) chunk++;
    return { chunk, first: chunks[chunk] ?? 0 };
  };
}
