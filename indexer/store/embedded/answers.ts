/**
 * The questions of the port, answered over all hours. Each is a generator that yields after every piece of work (about
 * ten milliseconds), so that many share one thread and an abandoned one stops.
 */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { Facets, Histogram, Total } from '#contract/query.ts';
import { idRange } from '../../parse/record-id.ts';
import { bucketsOf } from '../histogram-interval.ts';
import type { FindEvents, FindRecords, Selection, TimeRange } from '../log-store.ts';
import { BucketTally, FacetTally, totalOf } from '../tally.ts';
import { checksumOfDocument, verify } from './checksum.ts';
import { countInHour, scanHour, type Count } from './count-records.ts';
import { findInHour } from './find-records.ts';
import { createHourQuery, type HourQuery, type IdBounds } from './hour-query.ts';
import { bytesOfId, HOUR_MS, idOfBytes } from './id-bytes.ts';
import type { OpenHours } from './open-hours.ts';
import { isKindField, planQuery, type QueryPlan } from './plan-query.ts';
import type { Source } from './record-row.ts';
import { isInRest } from './superset.ts';

export type Steps<T> = Generator<undefined, T>;

export function* findRecords(
  hours: OpenHours,
  find: FindRecords,
): Steps<{ records: LogRecord[]; total: Total }> {
  const query = planQuery(find.query);
  const bounds = boundsOf(find, query);
  const beyond = boundsBeyond(bounds, find);
  const records: LogRecord[] = [];
  for (const hour of hours.within(beyond, find.order)) {
    const page = { order: find.order, limit: find.limit - records.length };
    if (page.limit === 0) break;
    const found = yield* hours.use(hour, reader => findInHour(createHourQuery(reader, query), beyond, page));
    records.push(...(found ?? []));
  }
  const isAll = find.after === undefined && records.length < find.limit;
  const isEnough = isAll || records.length > find.countUpTo;
  const count = isEnough ? records.length : yield* countUpTo(hours, query, { bounds, upTo: find.countUpTo });
  return { records, total: totalOf(count, find.countUpTo) };
}

export function* histogram(hours: OpenHours, selection: Selection & { buckets: number }): Steps<Histogram> {
  const buckets = bucketsOf(selection, selection.buckets);
  const tally = new BucketTally(buckets);
  const query = planQuery(selection.query);
  const grainMs = Math.min(buckets.intervalMs, HOUR_MS);
  yield* countAll(hours, query, {
    bounds: boundsOf(selection, query),
    grainMs,
    visit: (hour, { atMs, kind, count }) =>
      tally.add(atMs, hour.snapshot.templates.get(kind)?.log.level, count),
  });
  return tally.toHistogram();
}

export function* facets(
  hours: OpenHours,
  { field, limit, ...selection }: Selection & { field: string; limit: number },
): Steps<Facets> {
  const tally = new FacetTally(field);
  const query = planQuery(selection.query);
  const bounds = boundsOf(selection, query);
  if (isKindField(field)) {
    yield* countAll(hours, query, {
      bounds,
      grainMs: HOUR_MS,
      visit(hour, { kind, count }) {
        const sample = hour.snapshot.samples.get(kind);
        if (sample) tally.add(sample, count);
      },
    });
  } else {
    for (const hour of hours.within(bounds, 'desc')) {
      yield* hours.use(hour, reader =>
        scanHour(createHourQuery(reader, query), { bounds, isOfRest: isInRest(field) }, document =>
          tally.add(document),
        ),
      );
    }
  }
  return tally.toFacets(limit);
}

export function* findEvents(hours: OpenHours, find: FindEvents): Steps<ContainerEvent[]> {
  const bounds = boundsOf(find);
  const events: ContainerEvent[] = [];
  const choose = (column: string, values: string[] | undefined): string =>
    values === undefined ? '' : `AND ${column} IN (${values.map(() => '?').join()})`;
  const sql = `SELECT id, source, document, checksum FROM events WHERE id >= ? AND id < ?
    ${choose('container', find.containerIds)} ${choose('action', find.actions)} ORDER BY id ${find.order} LIMIT ?`;
  for (const hour of hours.within(bounds, find.order)) {
    if (events.length >= find.limit) break;
    yield* hours.use(hour, function* (reader) {
      const parameters = [...(find.containerIds ?? []), ...(find.actions ?? []), find.limit - events.length];
      const rows = reader.rows(sql, bounds.low, bounds.high, ...parameters);
      events.push(...rows.map(row => decodeEvent(row as EventRow, reader.source)));
      yield;
    });
  }
  return events;
}

type EventRow = [id: Uint8Array, source: number, document: string, checksum: number];

function decodeEvent(row: EventRow, sourceOf: (ref: number) => Source): ContainerEvent {
  const [id, source, document, checksum] = row;
  verify(checksum, checksumOfDocument(document, source), 'an event');
  const event = JSON.parse(document) as ContainerEvent;
  return { ...event, ...sourceOf(source), event: { ...event.event, id: idOfBytes(id) } };
}

function* countUpTo(
  hours: OpenHours,
  query: QueryPlan,
  { bounds, upTo }: { bounds: IdBounds; upTo: number },
): Steps<number> {
  let total = 0;
  for (const hour of hours.within(bounds, 'desc')) {
    yield* hours.use(hour, function* (reader) {
      for (const counts of countInHour(createHourQuery(reader, query), bounds, HOUR_MS)) {
        for (const { count } of counts) total += count;
        if (total > upTo) return;
        yield;
      }
    });
    if (total > upTo) break;
  }
  return total;
}

type Counting = { bounds: IdBounds; grainMs: number; visit: (hour: HourQuery, count: Count) => void };

function* countAll(
  hours: OpenHours,
  query: QueryPlan,
  { bounds, grainMs, visit }: Counting,
): Steps<undefined> {
  for (const hour of hours.within(bounds, 'desc')) {
    yield* hours.use(hour, function* (reader) {
      const hourQuery = createHourQuery(reader, query);
      for (const counts of countInHour(hourQuery, bounds, grainMs)) {
        for (const count of counts) visit(hourQuery, count);
        yield;
      }
    });
  }
}

/** An id is a prefix of what comes right after it and before the next id. */
const justBeyond = (id: string): Uint8Array => Buffer.concat([bytesOfId(id), Buffer.of(0)]);
const later = (a: Uint8Array, b: Uint8Array): Uint8Array => (Buffer.compare(a, b) < 0 ? b : a);
const earlier = (a: Uint8Array, b: Uint8Array): Uint8Array => (Buffer.compare(a, b) < 0 ? a : b);

function boundsOf(range: TimeRange, query?: QueryPlan): IdBounds {
  const { from, to } = idRange(range.from, range.to);
  const bounds = { low: bytesOfId(from), high: bytesOfId(to) };
  const { onlyId } = query ?? {};
  if (onlyId === undefined) return bounds;
  return { low: later(bounds.low, bytesOfId(onlyId)), high: earlier(bounds.high, justBeyond(onlyId)) };
}

function boundsBeyond({ low, high }: IdBounds, { after, order }: FindRecords): IdBounds {
  if (after === undefined) return { low, high };
  return order === 'asc'
    ? { low: later(low, justBeyond(after)), high }
    : { low, high: earlier(high, bytesOfId(after)) };
}
