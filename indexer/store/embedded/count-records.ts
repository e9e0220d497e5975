/** How many records match, by time and kind: what histograms, facets and totals are made of. */
import { GRAINS_MS } from './hour-file.ts';
import { bytesOfSecond, epochMsOf, HOUR_MS } from './id-bytes.ts';
import {
  candidates,
  canMatch,
  isMatch,
  readRecord,
  spansOf,
  type HourQuery,
  type IdBounds,
  type RecordKey,
} from './hour-query.ts';
import type { HourPlan } from './plan-query.ts';
import { joinMany, type Region } from './regions.ts';

/** `count` records of one kind in the piece of `grainMs` that begins at `atMs` (since the epoch). */
export type Count = { atMs: number; kind: number; count: number };

/**
 * Counts the matches of one file, piece by piece; the sum over all pieces is exact. `grainMs` divides an hour and is a
 * calm length (histogram-interval.ts).
 */
export function* countInHour(hour: HourQuery, bounds: IdBounds, grainMs: number): Generator<Count[]> {
  if (!canMatch(hour)) return;
  if (hour.plan.isByKind && grainMs >= GRAINS_MS[0]) {
    yield countByRollup(hour, bounds, grainMs);
  } else if (hour.plan.isExact) {
    for (const region of joinMany(spansOf(hour, bounds)))
      yield countByIndex(hour, { region, bounds, grainMs });
  } else {
    for (const region of spansOf(hour, bounds)) yield countByMatcher(hour, { region, bounds, grainMs });
  }
}

/**
 * Shows the matching records of one file, or only what is in their `rest` when the question is about nothing else; for what
 * no count can tell. Yields after each span.
 */
export function* scanHour(
  hour: HourQuery,
  { bounds, isOfRest }: { bounds: IdBounds; isOfRest: boolean },
  visit: (document: object) => void,
): Generator<undefined, void> {
  if (!canMatch(hour)) return;
  for (const region of spansOf(hour, bounds)) {
    if (isOfRest && hour.plan.isExact) {
      const { sql, parameters } = candidates(hour, { region, bounds, withTexts: true });
      for (const [rest] of hour.reader.each(`SELECT t.rest ${sql}`, ...parameters)) {
        visit(rest === '' ? NOTHING : (JSON.parse(String(rest)) as object));
      }
    } else {
      for (const key of matchesOf(hour, region, bounds)) visit(readRecord(hour, key));
    }
    yield;
  }
}

const NOTHING = {};

/**
 * The longest slots that fit both the pieces and the range from the rollup; the ends, where the range cuts a slot, from
 * shorter ones and at last from the records.
 */
function countByRollup(hour: HourQuery, bounds: IdBounds, grainMs: number): Count[] {
  const slotMs = GRAINS_MS.findLast(ms => grainMs % ms === 0);
  return slotMs === undefined
    ? countByTime(hour, bounds, grainMs)
    : countSlots(hour, { bounds, grainMs, slotMs });
}

type Slots = { bounds: IdBounds; grainMs: number; slotMs: number };

function countSlots(hour: HourQuery, { bounds, grainMs, slotMs }: Slots): Count[] {
  const { reader, plan } = hour;
  const shorterMs = GRAINS_MS.findLast(ms => ms < slotMs);
  const countEdge = (edge: IdBounds): Count[] => {
    if (Buffer.compare(edge.low, edge.high) >= 0) return [];
    return shorterMs === undefined
      ? countByTime(hour, edge, grainMs)
      : countSlots(hour, { bounds: edge, grainMs, slotMs: shorterMs });
  };
  const { first, end } = slotsWithin(reader.startMs, bounds, slotMs);
  if (first >= end) return countEdge(bounds);
  const rows = reader.rows(
    `SELECT slot / ${grainMs / slotMs} AS piece, kind, sum(count) FROM rollup
     WHERE grain = ? AND slot >= ? AND slot < ? ${onlyKinds(plan)} GROUP BY piece, kind`,
    slotMs,
    first,
    end,
  );
  const from = bytesOfSecond(reader.startMs + first * slotMs);
  const to = bytesOfSecond(reader.startMs + end * slotMs);
  return [
    ...toCounts(hour, rows, grainMs),
    ...countEdge({ low: bounds.low, high: from }),
    // What comes after the last slot of the hour is in other files.
    ...(end * slotMs === HOUR_MS ? [] : countEdge({ low: to, high: bounds.high })),
  ];
}

/** The slots that lie wholly between the bounds. */
function slotsWithin(
  startMs: number,
  { low, high }: IdBounds,
  slotMs: number,
): { first: number; end: number } {
  const slotOf = (bytes: Uint8Array): number =>
    Math.min(Math.max(Math.floor((epochMsOf(bytes) - startMs) / slotMs), 0), HOUR_MS / slotMs);
  const first = slotOf(low);
  const isCut = Buffer.compare(bytesOfSecond(startMs + first * slotMs), low) < 0;
  return { first: isCut ? first + 1 : first, end: slotOf(high) };
}

/** For short stretches of time: along the ids. */
function countByTime(hour: HourQuery, { low, high }: IdBounds, grainMs: number): Count[] {
  const rows = hour.reader.rows(
    `SELECT at / ${grainMs} AS piece, kind, count(*) FROM records
     WHERE id >= ? AND id < ? AND n <= ? ${onlyKinds(hour.plan)} GROUP BY piece, kind`,
    low,
    high,
    hour.snapshot.lastN,
  );
  return toCounts(hour, rows, grainMs);
}

const onlyKinds = ({ kinds }: HourPlan): string => (kinds === 'all' ? '' : `AND kind IN (${kinds.join()})`);

type Piece = { region: Region; bounds: IdBounds; grainMs: number };

function countByIndex(hour: HourQuery, { region, bounds, grainMs }: Piece): Count[] {
  const { sql, parameters } = candidates(hour, { region, bounds });
  const rows = hour.reader.rows(
    `SELECT r.at / ${grainMs} AS piece, r.kind, count(*) ${sql} GROUP BY piece, r.kind`,
    ...parameters,
  );
  return toCounts(hour, rows, grainMs);
}

function countByMatcher(hour: HourQuery, { region, bounds, grainMs }: Piece): Count[] {
  return matchesOf(hour, region, bounds).map(({ id, kind }) => {
    const atMs = epochMsOf(id);
    return { atMs: atMs - (atMs % grainMs), kind, count: 1 };
  });
}

function matchesOf(hour: HourQuery, region: Region, bounds: IdBounds): RecordKey[] {
  const { sql, parameters } = candidates(hour, { region, bounds });
  const rows = hour.reader.rows(`SELECT r.n, r.id, r.kind ${sql}`, ...parameters) as [
    number,
    Uint8Array,
    number,
  ][];
  const keys = rows.map(([n, id, kind]) => ({ n, id, kind }));
  return hour.plan.isExact ? keys : keys.filter(key => isMatch(hour, key));
}

function toCounts({ reader }: HourQuery, rows: unknown[][], grainMs: number): Count[] {
  return (rows as [number, number, number][]).map(([piece, kind, count]) => ({
    atMs: reader.startMs + piece * grainMs,
    kind,
    count,
  }));
}
