/** A batch as documents for the bulk loop, and their fates as the batch's outcome. */
import type { MetricSample } from '#contract/metric-sample.ts';
import type { Appended, StoreBatch } from '../../log-store.ts';
import type { Fate } from './bulk-group.ts';
import { EntryWriter, type Document } from './bulk-entry.ts';
import { DocumentWriter } from '../document/document-writer.ts';
import { fromDocument, toSampleDocument, verbatimDocument } from '../document/document.ts';
import { indexName } from '../document/index-names.ts';
import { OWN, VERBATIM, type IndexKind } from '../document/mapping.ts';
import type { Stored } from '../document/own-fields.ts';

export type BatchDocuments = {
  documents: Document[];
  /** Given the fates of the documents, what was new, what was there, what is a dead letter. */
  appended: (fates: readonly Fate[]) => Appended;
};

const entries = new EntryWriter();
const writer = new DocumentWriter(entries.out);

/** Twice in one batch is once: the first counts. */
export function documentsOf(batch: StoreBatch, prefix: string): BatchDocuments {
  const indexOf = createIndexOf(prefix);
  entries.clear();
  writer.clear();
  const records = firstOfEach(batch.records);
  const events = firstOfEach(batch.events);
  const samples = new Map<string, MetricSample>();
  for (const record of records) addStored(record, stamp => indexOf('logs', stamp));
  for (const event of events) addStored(event, stamp => indexOf('events', stamp));
  for (const sample of batch.samples) {
    const { id, at, source } = toSampleDocument(sample);
    if (samples.has(id)) continue;
    samples.set(id, sample);
    entries.add({ index: indexOf('samples', at), id, source: JSON.stringify(source) });
  }
  const documents = entries.take();
  writer.clear();
  const doubled = batch.records.length + batch.events.length + batch.samples.length - documents.length;
  return {
    documents,
    appended: fates => appendedOf({ records, events, samples: [...samples.values()] }, { fates, doubled }),
  };
}

function addStored(thing: Stored, indexOf: (stamp: string) => string): void {
  const { id } = thing.event;
  entries.begin(indexOf(thing['@timestamp']), id);
  if (writer.write(thing)) entries.end();
  else {
    const { at, source } = verbatimDocument(thing, writer.own());
    entries.drop();
    entries.add({ index: indexOf(at), id, source: JSON.stringify(source) });
  }
}

/** Ids rise with time, and so they do in most batches. */
function firstOfEach<T extends { event: { id: string } }>(things: T[]): T[] {
  const isRising = things.every(
    ({ event }, place) => place === 0 || event.id > (things[place - 1]?.event.id ?? ''),
  );
  if (isRising) return things;
  const known = new Set<string>();
  return things.filter(({ event: { id } }) => !known.has(id) && known.add(id));
}

/** Most of a batch is of one day. */
function createIndexOf(prefix: string): (kind: IndexKind, stamp: string) => string {
  let last = { kind: '', day: '', index: '' };
  return (kind, stamp) => {
    if (last.kind !== kind || !stamp.startsWith(last.day))
      last = { kind, day: stamp.slice(0, 10), index: indexName(prefix, kind, stamp) };
    return last.index;
  };
}

/** `doubled`: so many of the batch were in it before. */
function appendedOf(
  { records, events, samples }: Pick<Appended, 'records' | 'events' | 'samples'>,
  { fates, doubled }: { fates: readonly Fate[]; doubled: number },
): Appended {
  const stored = <T>(things: readonly T[], from: number): T[] =>
    things.filter((_, place) => fates[from + place] === 'stored');
  const count = (some: Fate) => fates.reduce((sum, fate) => (fate === some ? sum + 1 : sum), 0);
  const deadLettered = count('dead');
  const knownDead = count('known_dead');
  return {
    records: stored(records, 0),
    events: stored(events, records.length),
    samples: stored(samples, records.length + events.length),
    duplicates: doubled + count('there') + knownDead,
    ...(deadLettered > 0 && { deadLettered }),
    ...(knownDead > 0 && { knownDead }),
  };
}

/**
 * The same record without the application's fields in the index: the likeliest reason why a server refuses it. It is still
 * given back whole, and a question about those fields still finds it. Null when it has none.
 */
export function salvage({ index, id, source }: Document): Document | null {
  const { app, [OWN]: own, ...rest } = JSON.parse(source) as Record<string, unknown>;
  if (app === undefined) return null;
  const event = rest['event'] as Record<string, unknown>;
  const record = fromDocument({ id, source: { ...rest, app } });
  const { cut = [], ...plain } = own as { cut?: string[] };
  return {
    index,
    id,
    source: JSON.stringify({
      ...rest,
      event: { ...event, [VERBATIM]: event[VERBATIM] ?? JSON.stringify(record) },
      [OWN]: { ...plain, cut: [...cut, 'app'] },
    }),
  };
}
