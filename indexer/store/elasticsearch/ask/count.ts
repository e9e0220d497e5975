/** Counting what a query found: what is sure by the server, the rest by the matcher; into the shapes of the contract. */
import type { Facets, Histogram } from '#contract/query.ts';
import { bucketsOf, epochMs } from '../../histogram-interval.ts';
import type { Selection } from '../../log-store.ts';
import { BucketTally, FacetTally } from '../../tally.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { NOTHING_FOUND, type Asking, type Found, type SearchBody } from './ask.ts';
import { allOf } from './bounds.ts';
import { fromDocument } from '../document/document.ts';
import { countedField } from './field-query.ts';
import type { FieldTypes } from '../document/mapping.ts';
import { firstBody, readPages, type Place, type Reading } from './scan.ts';
import type { Plan } from './translate.ts';

export type Question = { asking: Asking; place: Place; plan: Plan };

/** How many match, no further than `upTo` and a few. `Infinity`: all. */
export async function countMatches(question: Question, upTo: number): Promise<number> {
  const { place, plan } = question;
  const sure = {
    query: allOf([place.filter, plan.sure]),
    size: 0,
    track_total_hits: upTo === Infinity || upTo + 1,
  };
  const [first, rest] = await askWithUnsure(question, sure);
  let count = first.total;
  if (count > upTo) return count;
  for await (const records of readMatches(question, rest)) {
    count += records.length;
    if (count > upTo) break;
  }
  return count;
}

export async function countBuckets(
  question: Question,
  selection: Selection & { buckets: number },
): Promise<Histogram> {
  const { place, plan } = question;
  const buckets = bucketsOf(selection, selection.buckets);
  const tally = new BucketTally(buckets);
  const [sure, rest] = await askWithUnsure(question, {
    query: allOf([place.filter, plan.sure]),
    size: 0,
    track_total_hits: false,
    aggregations: {
      time: {
        date_histogram: {
          field: '@timestamp',
          fixed_interval: `${buckets.intervalMs}ms`,
          min_doc_count: 1,
        },
        aggregations: { level: { terms: { field: 'log.level', missing: 'none', size: 20 } } },
      },
    },
  });
  for (const slot of bucketsIn<{ level: unknown }>(sure.aggregations['time'])) {
    for (const level of bucketsIn(slot.level))
      tally.add(Number(slot.key), String(level.key), level.doc_count);
  }
  for await (const records of readMatches(question, rest)) {
    for (const record of records) tally.add(epochMs(record['@timestamp']), record.log.level);
  }
  return tally.toHistogram();
}

/** Values of a field that the server tells apart for one answer; a field with more is read record by record. */
const MAX_VALUES = 10_000;

export async function countValues(
  question: Question,
  { field, limit, types }: { field: string; limit: number; types: FieldTypes },
): Promise<Facets> {
  const tally = new FacetTally(field);
  const counted = countedField(field, types);
  if (counted === undefined) tally.addMissing(await countMatches(question, Infinity));
  else if (counted === null || !(await tallyByServer(question, { tally, counted }))) {
    return tallyAll(question, { field, limit });
  }
  return tally.toFacets(limit);
}

type Values = { sum_other_doc_count?: number; doc_count_error_upper_bound?: number };

/** Answers false, with nothing counted, when the server has not told all values. */
async function tallyByServer(
  question: Question,
  { tally, counted }: { tally: FacetTally; counted: string },
): Promise<boolean> {
  const { place, plan } = question;
  const [sure, rest] = await askWithUnsure(question, {
    query: allOf([place.filter, plan.sure]),
    size: 0,
    track_total_hits: false,
    aggregations: {
      values: { terms: { field: counted, size: MAX_VALUES, shard_size: MAX_VALUES } },
      missing: { missing: { field: counted } },
    },
  });
  const values = (sure.aggregations['values'] ?? {}) as Values;
  const hasAll = values.sum_other_doc_count === 0;
  // The most frequent ones will do, when they are surely those and nothing is to be added to them.
  const hasFirst = values.doc_count_error_upper_bound === 0 && rest.first?.documents.length === 0;
  if (!hasAll && !hasFirst && 'buckets' in values) return false;
  for (const { key, doc_count } of bucketsIn(values)) tally.addValue(String(key), doc_count);
  tally.addMissing((sure.aggregations['missing'] as { doc_count?: number } | undefined)?.doc_count ?? 0);
  for await (const records of readMatches(question, rest)) for (const record of records) tally.add(record);
  return true;
}

async function tallyAll(
  question: Question,
  { field, limit }: { field: string; limit: number },
): Promise<Facets> {
  const tally = new FacetTally(field);
  const everyone = { ...unsureOf(question), query: question.plan.maybe };
  for await (const records of readMatches(question, everyone)) {
    for (const record of records) tally.add(record);
  }
  return tally.toFacets(limit);
}

/** One request: a search of what is sure, and the first page of what is not. */
async function askWithUnsure(question: Question, body: SearchBody): Promise<[sure: Found, rest: Reading]> {
  const { asking, place } = question;
  const unsure = unsureOf(question);
  const [sure, first] = await asking.ask([
    { within: place.within, body },
    { within: place.within, body: firstBody(unsure) },
  ]);
  return [sure ?? NOTHING_FOUND, { ...unsure, first: first ?? NOTHING_FOUND }];
}

const unsureOf = ({ place, plan }: Question): Reading => ({
  place,
  query: plan.unsure,
  order: 'desc',
  reads: plan.reads,
});

async function* readMatches({ asking, plan }: Question, reading: Reading): AsyncGenerator<LogRecord[]> {
  for await (const documents of readPages(asking, reading)) {
    yield documents.map(document => fromDocument(document) as LogRecord).filter(plan.matches);
  }
}

type Bucket<More> = { key: string | number; doc_count: number } & More;

function bucketsIn<More>(aggregation: unknown): Bucket<More>[] {
  return (aggregation as { buckets?: Bucket<More>[] } | undefined)?.buckets ?? [];
}
