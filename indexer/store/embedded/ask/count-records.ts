/** How many records match, by time and kind: what histograms, facets and totals are made of. */
import { hasBit } from '../segment/bits.ts';
import { isInRest, isPlain } from './bounds.ts';
import { HOUR_MS } from '../segment/id-bytes.ts';
import type { HourReader } from '../hours/hour-reader.ts';
import type { Kind } from '../segment/kind.ts';
import type { QueryPlan } from './plan-query.ts';
import { kindAt, type Segment } from '../segment/segment.ts';
import {
  createChunkFinder,
  forEachMatch,
  forEachRecord,
  isInside,
  isOutside,
  querySegment,
  type IdBounds,
  type SegmentQuery,
} from './segment-query.ts';
import { textAt } from '../segment/text-column.ts';
import { SLOT_SECONDS, SLOTS } from '../segment/totals.ts';
import { openSegment } from '../hours/unreadable.ts';

/** `count` records of one kind in the piece of `grainMs` that begins at `atMs` (since the epoch). */
export type VisitCount = (atMs: number, kind: Kind, count: number) => void;

type Asked = { plan: QueryPlan; bounds: IdBounds };

/**
 * The matches of one hour by time and kind; the sum over all pieces is exact. `grainMs` divides an hour and is a calm length
 * (histogram-interval.ts), or is the hour. Yields after each segment.
 */
export function* tallyHour(
  hour: HourReader,
  { plan, bounds, grainMs }: Asked & { grainMs: number },
  visit: VisitCount,
): Generator<undefined, void> {
  for (const ref of segmentsWithin(hour, bounds)) {
    openSegment(ref, segment => {
      const isWhole = isInside(segment, bounds, hour.startSeconds);
      const grain = { grainMs, startSeconds: hour.startSeconds };
      if (isWhole && tallyTotals(segment, plan, { grain, visit })) return;
      const query = querySegment(segment, { plan, bounds, startSeconds: hour.startSeconds });
      if (query) tallyMatches(query, grainMs, visit);
    });
    yield;
  }
}

/**
 * Shows the matching records of one hour as far as a field is concerned: only what is in their rest where the field can be
 * nowhere else. For what no count can tell. Yields after each segment.
 */
export function* scanHour(
  hour: HourReader,
  { plan, bounds, field }: Asked & { field: string },
  visit: (document: object, count: number) => void,
): Generator<undefined, void> {
  const show = isInRest(field) ? showRests(field.slice(field.lastIndexOf('.') + 1)) : showRecords;
  for (const ref of segmentsWithin(hour, bounds)) {
    openSegment(ref, segment => {
      const query = querySegment(segment, { plan, bounds, startSeconds: hour.startSeconds });
      if (query) show(query, visit);
    });
    yield;
  }
}

const segmentsWithin = (hour: HourReader, bounds: IdBounds) =>
  hour.segments().filter(segment => !isOutside(segment, bounds, hour.startSeconds));

type Grain = { grainMs: number; startSeconds: number };

/** From the totals of a pack, when kinds alone decide and the pieces are made of their slots. False: they cannot tell. */
function tallyTotals(
  segment: Segment,
  plan: QueryPlan,
  { grain, visit }: { grain: Grain; visit: VisitCount },
): boolean {
  if (grain.grainMs % (SLOT_SECONDS * 1_000) !== 0) return false;
  const decided = segment.present.map(number => {
    const kind = kindAt(segment, number);
    return { number, kind, isMatch: plan.decide(kind) };
  });
  if (decided.some(({ isMatch }) => isMatch === undefined)) return false;
  const matching = decided.filter(({ isMatch }) => isMatch);
  if (matching.length === 0) return true;
  const totals = segment.totals();
  if (!totals) return false;
  const width = totals.length / SLOTS;
  const slotsPerPiece = grain.grainMs / (SLOT_SECONDS * 1_000);
  for (let slot = 0; slot < SLOTS; slot += slotsPerPiece) {
    for (const { number, kind } of matching) {
      let count = 0;
      for (let of = slot; of < slot + slotsPerPiece; of++) count += totals[of * width + number] ?? 0;
      if (count > 0) visit(grain.startSeconds * 1_000 + slot * SLOT_SECONDS * 1_000, kind, count);
    }
  }
  return true;
}

function tallyMatches(query: SegmentQuery, grainMs: number, visit: VisitCount): void {
  const { probe, startSeconds } = query;
  const { kinds } = probe.columns;
  const pieceOf = createPieceFinder(query, grainMs);
  const width = (probe.segment.present.at(-1) ?? 0) + 1;
  const counts = new Uint32Array(width * Math.ceil(HOUR_MS / grainMs));
  forEachMatch(query, index => {
    const cell = pieceOf(index) * width + kinds.at(index);
    counts[cell] = (counts[cell] ?? 0) + 1;
  });
  counts.forEach((count, cell) => {
    const atMs = startSeconds * 1_000 + Math.floor(cell / width) * grainMs;
    if (count > 0) visit(atMs, kindAt(probe.segment, cell % width), count);
  });
}

/** Which piece a record is in; times are read only when there is more than one. */
function createPieceFinder({ probe }: SegmentQuery, grainMs: number): (index: number) => number {
  if (grainMs >= HOUR_MS) return () => 0;
  const { seconds, nanoseconds } = probe.columns;
  if (grainMs % 1_000 === 0) return index => Math.floor(seconds.at(index) / (grainMs / 1_000));
  return index => Math.floor((seconds.at(index) * 1_000 + Math.floor(nanoseconds.at(index) / 1e6)) / grainMs);
}

type Show = (query: SegmentQuery, visit: (document: object, count: number) => void) => void;

const showRecords: Show = (query, visit) => forEachRecord(query, record => visit(record, 1));

const NOTHING = {};

/** Only rests that hold the key of the field can have it: the others need not be parsed. */
function showRests(key: string): Show {
  return (query, visit) => {
    const { probe } = query;
    const chunkOf = createChunkFinder(probe.segment);
    const mayHave = isPlain(key) ? probe.restsWith([key], query.matches.maybe, true) : true;
    let nothing = 0;
    forEachMatch(query, index => {
      const { chunk, first } = chunkOf(index);
      const rest = hasBit(mayHave, index) ? textAt(probe.rests(chunk), index - first) : '';
      if (rest === '') nothing++;
      else visit(JSON.parse(rest) as object, 1);
    });
    if (nothing > 0) visit(NOTHING, nothing);
  };
}
