/** A batch as documents for the bulk loop, and their fates as the batch's outcome. */
import { fromDocument, toDocument, toSampleDocument, type StoreDocument } from './document.ts';
import { indexName } from './index-names.ts';
import { OWN, VERBATIM, type IndexKind } from './mapping.ts';
import type { Appended, StoreBatch } from '../log-store.ts';
import type { Fate } from './bulk-group.ts';
import type { Document } from './bulk-request.ts';

export type BatchDocuments = {
  documents: Document[];
  /** Given the fates of the documents, what was new, what was there, what is a dead letter. */
  appended: (fates: readonly Fate[]) => Appended;
};

/** Twice in one batch is once: the first counts. */
export function documentsOf(batch: StoreBatch, prefix: string): BatchDocuments {
  const documents: Document[] = [];
  let duplicates = 0;

  function add<T>(
    kind: IndexKind,
    things: readonly T[],
    toStored: (thing: T) => StoreDocument,
  ): Map<T, number> {
    const places = new Map<T, number>();
    const known = new Set<string>();
    let day = '';
    let index = '';
    for (const thing of things) {
      const { id, at, source } = toStored(thing);
      if (known.has(id)) {
        duplicates++;
        continue;
      }
      known.add(id);
      places.set(thing, documents.length);
      // Most of a batch is of one day.
      if (day === '' || !at.startsWith(day)) {
        day = at.slice(0, 10);
        index = indexName(prefix, kind, at);
      }
      documents.push({ index, id, source: textOf(source) });
    }
    return places;
  }

  const records = add('logs', batch.records, toDocument);
  const events = add('events', batch.events, toDocument);
  const samples = add('samples', batch.samples, toSampleDocument);
  return {
    documents,
    appended(fates) {
      const stored = <T>(places: Map<T, number>): T[] =>
        [...places].filter(([, place]) => fates[place] === 'stored').map(([thing]) => thing);
      const count = (...some: Fate[]) => fates.filter(fate => some.includes(fate)).length;
      const deadLettered = count('dead');
      const knownDead = count('known_dead');
      return {
        records: stored(records),
        events: stored(events),
        samples: stored(samples),
        duplicates: duplicates + count('there') + knownDead,
        ...(deadLettered > 0 && { deadLettered }),
        ...(knownDead > 0 && { knownDead }),
      };
    },
  };
}

/** What tells where a record comes from is one object for all records of a container in a batch: its text is made once. */
const SHARED = ['container', 'host', 'compose', 'service'] as const;
const sharedTexts = new WeakMap<object, string>();

function textOf(source: Record<string, unknown>): string {
  const { container, host, compose, service, ...own } = source;
  const values = [container, host, compose, service];
  let text = JSON.stringify(own).slice(0, -1);
  values.forEach((value, place) => {
    if (typeof value === 'object' && value !== null) text += `,"${SHARED[place] ?? ''}":${sharedText(value)}`;
  });
  return `${text}}`;
}

function sharedText(value: object): string {
  let text = sharedTexts.get(value);
  if (text === undefined) sharedTexts.set(value, (text = JSON.stringify(value)));
  return text;
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
