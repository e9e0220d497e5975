/** The reading half of the Elasticsearch store: the questions of the port. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { Total } from '#contract/query.ts';
import type { QueryNode } from '../../../query/query-tree.ts';
import type { FindEvents, FindRecords, LogStore, Selection } from '../../log-store.ts';
import { totalOf } from '../../tally.ts';
import { createAsking, type Server } from './ask.ts';
import { countBuckets, countMatches, countValues, type Question } from './count.ts';
import { fromDocument } from '../document/document.ts';
import { findSamples } from './find-samples.ts';
import type { FieldTypes, IndexKind } from '../document/mapping.ts';
import type { Stored } from '../document/own-fields.ts';
import { placeOf, readPages, type Order } from './scan.ts';
import { planQuery } from './translate.ts';

export type SearchOptions = Server & {
  prefix: string;
  capabilities: FieldTypes;
  /** Makes what was appended to these indices (names and patterns) visible to searches. */
  refresh: (within: readonly string[]) => Promise<void>;
};

export type SearchOfStore = Pick<
  LogStore,
  'findRecords' | 'histogram' | 'facets' | 'findEvents' | 'findSamples'
>;

export function createSearch(options: SearchOptions): SearchOfStore {
  const { prefix, capabilities, refresh } = options;

  async function open(
    kind: IndexKind,
    { from, to, query }: Selection,
    { signal, alsoReads = [] }: { signal?: AbortSignal | undefined; alsoReads?: readonly string[] } = {},
  ): Promise<Question> {
    signal?.throwIfAborted();
    const place = placeOf(prefix, kind, { from, to });
    await refresh(place.within);
    const plan = planQuery(query, capabilities, alsoReads);
    return { asking: createAsking(options, signal), place, plan };
  }

  return {
    async findRecords(find, signal) {
      const question = await open('logs', find, { signal });
      const records = (await findPage(question, find)) as LogRecord[];
      return { records, total: await totalFor(question, find, records.length) };
    },
    async histogram(selection, signal) {
      return countBuckets(await open('logs', selection, { signal, alsoReads: ['log.level'] }), selection);
    },
    async facets({ field, limit, ...selection }, signal) {
      const question = await open('logs', selection, { signal, alsoReads: [field] });
      return countValues(question, { field, limit, types: capabilities });
    },
    async findEvents(find) {
      const question = await open('events', { ...find, query: eventQuery(find) });
      return (await findPage(question, find)) as ContainerEvent[];
    },
    async findSamples(find) {
      const place = placeOf(prefix, 'samples', find);
      await refresh(place.within);
      return findSamples(createAsking(options), place, find);
    },
  };
}

type Page = { order: Order; limit: number; after?: string };

/** The first `limit` matches in `order`, strictly beyond `after`. */
async function findPage({ asking, place, plan }: Question, { order, limit, after }: Page): Promise<Stored[]> {
  const page: Stored[] = [];
  if (limit < 1) return page;
  const firstSize = plan.isExact ? limit : Math.max(limit, 100);
  const reading = { place, query: plan.maybe, order, after, firstSize, reads: ['*'] };
  for await (const documents of readPages(asking, reading)) {
    for (const document of documents) {
      const record = fromDocument(document);
      if (plan.matches(record)) page.push(record);
      if (page.length === limit) return page;
    }
  }
  return page;
}

/** The page says enough when it is all there is, or more than was to be counted. */
async function totalFor(
  question: Question,
  { after, limit, countUpTo }: FindRecords,
  found: number,
): Promise<Total> {
  const isAll = after === undefined && found < limit;
  const isEnough = isAll || found > countUpTo;
  return totalOf(isEnough ? found : await countMatches(question, countUpTo), countUpTo);
}

function eventQuery({ containerIds, actions }: FindEvents): QueryNode {
  return { type: 'and', nodes: [...oneOf('container.id', containerIds), ...oneOf('event.action', actions)] };
}

function oneOf(field: string, texts: readonly string[] | undefined): QueryNode[] {
  if (texts === undefined) return [];
  const nodes = texts.map((text): QueryNode => ({ type: 'is', field, value: { kind: 'phrase', text } }));
  return [{ type: 'or', nodes }];
}
