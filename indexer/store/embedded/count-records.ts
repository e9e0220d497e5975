/** How many records match, by time and kind: what histograms, facets and totals are made of. */
import type { LogRecord } from '#contract/log-record.ts';
import { SLOT_MS, SPAN_BITS } from './hour-file.ts';
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
  type Region,
} from './hour-query.ts';
import type { HourPlan } from './plan-query.ts';

/** `count` records of one kind in the piece of `grainMs` that begins at `atMs` (since the epoch). */
export type Count = { atMs: number; kind: number; count: number };

/** Spans counted in one go: some ten milliseconds. */
const SPANS_AT_ONCE = 64;

/**
 * Counts the matches of one file, piece by piece; the sum over all pieces is exact. `grainMs` divides an hour and is a
 * calm length (histogram-interval.ts).
 */
export function* countInHour(hour: HourQuery, bounds: IdBounds, grainMs: number): Generator<Count[]> {
  if (!canMatch(hour)) return;
  const { superset } = hour.plan;
  const isFree = superset.isExact && !superset.words && !superset.text;
  if (isFree && grainMs % SLOT_MS === 0) {
    yield* countByRollup(hour, bounds, grainMs);
  } else if (superset.isExact) {
    for (const region of joined(spansOf(hour, bounds))) yield countByIndex(hour, { region, bounds, grainMs });
  } else {
    for (const region of spansOf(hour, bounds)) yield countByMatcher(hour, { region, bounds, grainMs });
  }
}

/** Shows the matching records of one file themselves; for what only the records know. Yields after each span. */
export function* scanHour(
  hour: HourQuery,
  bounds: IdBounds,
  visit: (record: LogRecord) => void,
): Generator<undefined, void> {
  if (!canMatch(hour)) return;
  for (const region of spansOf(hour, bounds)) {
    for (const key of matchesOf(hour, region, bounds)) visit(readRecord(hour, key));
    yield;
  }
}

/** Whole slots from the rollup, and the ends of the range, where it cuts a slot, from the records. */
function* countByRollup(hour: HourQuery, bounds: IdBounds, grainMs: number): Generator<Count[]> {
  const { reader, plan } = hour;
  const slots = slotsWithin(reader.startMs, bounds);
  if (slots.first >= slots.end) {
    yield countByTime(hour, bounds, grainMs);
    return;
  }
  const rows = reader.rows(
    `SELECT slot / ${grainMs / SLOT_MS} AS piece, kind, sum(count) FROM rollup
     WHERE slot >= ? AND slot < ? ${onlyKinds(plan)} GROUP BY piece, kind`,
    slots.first,
    slots.end,
  );
  yield toCounts(hour, rows, grainMs);
  const from = bytesOfSecond(reader.startMs + slots.first * SLOT_MS);
  const to = bytesOfSecond(reader.startMs + slots.end * SLOT_MS);
  if (Buffer.compare(bounds.low, from) < 0) yield countByTime(hour, { low: bounds.low, high: from }, grainMs);
  if (Buffer.compare(to, bounds.high) < 0) yield countByTime(hour, { low: to, high: bounds.high }, grainMs);
}

/** The slots that lie wholly between the bounds. */
function slotsWithin(startMs: number, { low, high }: IdBounds): { first: number; end: number } {
  const slotOf = (bytes: Uint8Array): number =>
    Math.min(Math.max(Math.floor((epochMsOf(bytes) - startMs) / SLOT_MS), 0), HOUR_MS / SLOT_MS);
  const first = slotOf(low);
  const isCut = Buffer.compare(bytesOfSecond(startMs + first * SLOT_MS), low) < 0;
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
  const { sql, parameters } = candidates(hour, region, bounds);
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
  const { sql, parameters } = candidates(hour, region, bounds);
  const rows = hour.reader.rows(`SELECT r.n, r.id, r.kind ${sql}`, ...parameters) as [
    number,
    Uint8Array,
    number,
  ][];
  const keys = rows.map(([n, id, kind]) => ({ n, id, kind }));
  return hour.plan.superset.isExact ? keys : keys.filter(key => isMatch(hour, key));
}

function toCounts({ reader }: HourQuery, rows: unknown[][], grainMs: number): Count[] {
  return (rows as [number, number, number][]).map(([piece, kind, count]) => ({
    atMs: reader.startMs + piece * grainMs,
    kind,
    count,
  }));
}

/** Neighbouring regions as one, up to so many spans. */
function joined(regions: readonly Region[]): Region[] {
  const runs: Region[] = [];
  for (const region of regions) {
    const run = runs.at(-1);
    if (run?.last === region.first - 1 && region.last - run.first < SPANS_AT_ONCE << SPAN_BITS) {
      run.last = region.last;
      if (Buffer.compare(region.low, run.low) < 0) run.low = region.low;
      if (Buffer.compare(region.high, run.high) > 0) run.high = region.high;
    } else {
      runs.push({ ...region });
    }
  }
  return runs;
}
