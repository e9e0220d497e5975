/**
 * The questions of the port, answered over all hours. Each is a generator that yields after every piece of work (a few
 * milliseconds at most, as a rule), so that many share one thread and an abandoned one stops.
 */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { Facets, Histogram, Total } from '#contract/query.ts';
import { idRange } from '../../../parse/record-id.ts';
import { bucketsOf } from '../../histogram-interval.ts';
import type { FindEvents, FindRecords, Selection, TimeRange } from '../../log-store.ts';
import { BucketTally, FacetTally, totalOf } from '../../tally.ts';
import { scanHour, tallyHour } from './count-records.ts';
import { findInHour, type MatchCount, type PageQuery } from './find-records.ts';
import { bytesOfId, HOUR_MS } from '../segment/id-bytes.ts';
import type { OpenHours } from './open-hours.ts';
import { isKindField, planQuery, type QueryPlan } from './plan-query.ts';
import type { IdBounds } from './segment-query.ts';

export type Steps<T> = Generator<undefined, T>;

export function* findRecords(
  hours: OpenHours,
  find: FindRecords,
): Steps<{ records: LogRecord[]; total: Total }> {
  const plan = planQuery(find.query);
  const bounds = boundsOf(find, plan);
  const { order, limit, countUpTo } = find;
  const count = createCount(countUpTo);
  if (find.after === undefined) {
    // The first page is of all that counts: one walk is enough.
    const records = yield* walk(hours, { plan, bounds, order, limit, count });
    return { records, total: totalOf(count.matches(), countUpTo) };
  }
  const beyond = boundsBeyond(bounds, find);
  const records = yield* walk(hours, { plan, bounds: beyond, order, limit, count: NOTHING_COUNTED });
  if (records.length > countUpTo) return { records, total: totalOf(records.length, countUpTo) };
  yield* walk(hours, { plan, bounds, order: 'desc', limit: 0, count });
  return { records, total: totalOf(count.matches(), countUpTo) };
}

/** Hour after hour until the page is full and enough is counted. */
function* walk(hours: OpenHours, query: PageQuery): Steps<LogRecord[]> {
  const records: LogRecord[] = [];
  for (const hour of hours.within(query.bounds, query.order)) {
    const limit = query.limit - records.length;
    if (limit === 0 && !query.count.isWanted()) break;
    yield* hours.use(hour, function* (reader) {
      const found = yield* findInHour(reader, { ...query, limit });
      records.push(...found.map(({ read }) => read()));
    });
  }
  return records;
}

const NOTHING_COUNTED: MatchCount = { isWanted: () => false, add: () => undefined };

function createCount(upTo: number): MatchCount & { matches: () => number } {
  let matches = 0;
  return {
    matches: () => matches,
    isWanted: () => matches <= upTo,
    add: more => void (matches += more),
  };
}

export function* histogram(hours: OpenHours, selection: Selection & { buckets: number }): Steps<Histogram> {
  const buckets = bucketsOf(selection, selection.buckets);
  const tally = new BucketTally(buckets);
  const plan = planQuery(selection.query);
  const asked = { plan, bounds: boundsOf(selection, plan), grainMs: Math.min(buckets.intervalMs, HOUR_MS) };
  for (const hour of hours.within(asked.bounds, 'desc')) {
    yield* hours.use(hour, reader =>
      tallyHour(reader, asked, (atMs, { template }, count) => tally.add(atMs, template.log.level, count)),
    );
  }
  return tally.toHistogram();
}

export function* facets(
  hours: OpenHours,
  { field, limit, ...selection }: Selection & { field: string; limit: number },
): Steps<Facets> {
  const tally = new FacetTally(field);
  const plan = planQuery(selection.query);
  const asked = { plan, bounds: boundsOf(selection, plan) };
  for (const hour of hours.within(asked.bounds, 'desc')) {
    yield* hours.use(hour, reader =>
      isKindField(field)
        ? tallyHour(reader, { ...asked, grainMs: HOUR_MS }, (_, kind, count) => tally.add(kind.sample, count))
        : scanHour(reader, { ...asked, field }, (document, count) => tally.add(document, count)),
    );
  }
  return tally.toFacets(limit);
}

export function* findEvents(hours: OpenHours, find: FindEvents): Steps<ContainerEvent[]> {
  const bounds = boundsOf(find);
  const { containerIds, actions, order, limit } = find;
  const range = { ...bounds, ...(containerIds && { containerIds }), ...(actions && { actions }) };
  const sign = order === 'asc' ? 1 : -1;
  const events: ContainerEvent[] = [];
  for (const hour of hours.within(bounds, order)) {
    if (events.length >= limit) break;
    yield* hours.use(hour, function* (reader) {
      const found = reader.events(range).sort((a, b) => (a.event.id < b.event.id ? -sign : sign));
      events.push(...found.slice(0, limit - events.length));
      yield;
    });
  }
  return events;
}

/** An id is a prefix of what comes right after it and before the next id. */
const justBeyond = (id: string): Uint8Array => Buffer.concat([bytesOfId(id), Buffer.of(0)]);
const later = (a: Uint8Array, b: Uint8Array): Uint8Array => (Buffer.compare(a, b) < 0 ? b : a);
const earlier = (a: Uint8Array, b: Uint8Array): Uint8Array => (Buffer.compare(a, b) < 0 ? a : b);

function boundsOf(range: TimeRange, plan?: QueryPlan): IdBounds {
  const { from, to } = idRange(range.from, range.to);
  const bounds = { low: bytesOfId(from), high: bytesOfId(to) };
  const { onlyId } = plan ?? {};
  if (onlyId === undefined) return bounds;
  return { low: later(bounds.low, bytesOfId(onlyId)), high: earlier(bounds.high, justBeyond(onlyId)) };
}

function boundsBeyond({ low, high }: IdBounds, { after, order }: FindRecords): IdBounds {
  if (after === undefined) return { low, high };
  return order === 'asc'
    ? { low: later(low, justBeyond(after)), high }
    : { low, high: earlier(high, bytesOfId(after)) };
}
