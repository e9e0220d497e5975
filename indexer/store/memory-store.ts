/** Keeps everything in arrays and asks the matcher about each record: the plain meaning of the port, for tests and trials. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { idRange } from '../parse/record-id.ts';
import { createMatcher } from '../query/match-record.ts';
import { bucketsOf, epochMs } from './histogram-interval.ts';
import type { FindEvents, FindSamples, LogStore, Selection, StoreBatch, TimeRange } from './log-store.ts';
import { BucketTally, FacetTally, totalOf } from './tally.ts';
import { isKept } from './thin-samples.ts';

/** A store without a disk. Documents are copied on the way in and out, so nobody can change what is stored. */
export function createMemoryStore(): LogStore {
  const records = createShelf<LogRecord>(record => record.event.id);
  const events = createShelf<ContainerEvent>(event => event.event.id);
  const samples = createShelf<MetricSample>(sample => `${sample['@timestamp']} ${sample.container.id}`);

  function select(selection: Selection): LogRecord[] {
    const matches = createMatcher(selection.query);
    return records.within(idRange(selection.from, selection.to)).filter(record => matches(record));
  }

  const store: LogStore = {
    append: batch => Promise.resolve(appendAll(batch)),

    findRecords(find, signal) {
      signal?.throwIfAborted();
      const selected = select(find);
      const ordered = find.order === 'asc' ? selected : selected.toReversed();
      const { after } = find;
      const beyond =
        after === undefined
          ? ordered
          : ordered.filter(({ event }) => (find.order === 'asc' ? event.id > after : event.id < after));
      const page = structuredClone(beyond.slice(0, find.limit));
      return Promise.resolve({ records: page, total: totalOf(selected.length, find.countUpTo) });
    },

    histogram(selection, signal) {
      signal?.throwIfAborted();
      const tally = new BucketTally(bucketsOf(selection, selection.buckets));
      for (const record of select(selection)) tally.add(epochMs(record['@timestamp']), record.log.level);
      return Promise.resolve(tally.toHistogram());
    },

    facets({ field, limit, ...selection }, signal) {
      signal?.throwIfAborted();
      const tally = new FacetTally(field);
      for (const record of select(selection)) tally.add(record);
      return Promise.resolve(tally.toFacets(limit));
    },

    findEvents(find) {
      const found = events.within(idRange(find.from, find.to)).filter(event => isWanted(event, find));
      const ordered = find.order === 'asc' ? found : found.toReversed();
      return Promise.resolve(structuredClone(ordered.slice(0, find.limit)));
    },

    findSamples: find => Promise.resolve(structuredClone(thin(samples.within(find), find))),
    close: () => Promise.resolve(),
  };

  function appendAll(batch: StoreBatch): Awaited<ReturnType<LogStore['append']>> {
    const fresh = {
      records: batch.records.filter(records.add),
      events: batch.events.filter(events.add),
      samples: batch.samples.filter(samples.add),
    };
    const offered = batch.records.length + batch.events.length + batch.samples.length;
    const stored = fresh.records.length + fresh.events.length + fresh.samples.length;
    return { ...fresh, duplicates: offered - stored };
  }
  return store;
}

type Shelf<T> = { add: (document: T) => boolean; within: (keys: TimeRange) => T[] };

/** Documents by a unique, sortable key. */
function createShelf<T>(keyOf: (document: T) => string): Shelf<T> {
  const byKey = new Map<string, T>();
  let sorted: string[] | undefined;
  return {
    add(document) {
      const key = keyOf(document);
      if (byKey.has(key)) return false;
      byKey.set(key, structuredClone(document));
      sorted = undefined;
      return true;
    },
    within({ from, to }) {
      sorted ??= [...byKey.keys()].sort();
      return sorted.filter(key => key >= from && key < to).flatMap(key => byKey.get(key) ?? []);
    },
  };
}

function isWanted(event: ContainerEvent, { containerIds, actions }: FindEvents): boolean {
  return (
    (containerIds === undefined || containerIds.includes(event.container.id)) &&
    (actions === undefined || actions.includes(event.event.action))
  );
}

function thin(samples: MetricSample[], { containerIds, perContainer }: FindSamples): MetricSample[] {
  const wanted = samples.filter(({ container }) => containerIds?.includes(container.id) ?? true);
  const counts = countBy(wanted);
  const seen = new Map<string, number>();
  return wanted.filter(({ container: { id } }) => {
    const index = seen.get(id) ?? 0;
    seen.set(id, index + 1);
    return isKept(index, counts.get(id) ?? 0, perContainer);
  });
}

function countBy(samples: MetricSample[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { container } of samples) counts.set(container.id, (counts.get(container.id) ?? 0) + 1);
  return counts;
}
