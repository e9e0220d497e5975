/** A page of samples, thinned to so many a container that stand for their series. */
import type { MetricSample } from '#contract/metric-sample.ts';
import type { FindSamples } from '../../log-store.ts';
import { isKept } from '../../thin-samples.ts';
import type { Asking } from './ask.ts';
import { allOf, type ServerQuery } from './bounds.ts';
import { fromSampleDocument, type FoundDocument } from '../document/document.ts';
import type { Place } from './scan.ts';

/** The server gives no more at once. */
const MAX_PAGE = 10_000;
/** Samples that are chosen among for one answer, at most: 100 containers for a week and more. */
const MAX_PAGES = 1_000;

export async function findSamples(asking: Asking, place: Place, find: FindSamples): Promise<MetricSample[]> {
  const query = allOf([place.filter, ofContainers(find.containerIds)]);
  const counts = await countByContainer(asking, place, query);
  // What is to be thinned is chosen by its keys first.
  const isWhole = [...counts.values()].every(count => count <= find.perContainer);
  const seen = new Map<string, number>();
  const isChosen = (document: FoundDocument): boolean => {
    const [, id] = keyOf(document);
    const index = seen.get(id) ?? 0;
    seen.set(id, index + 1);
    return isKept(index, counts.get(id) ?? 0, find.perContainer);
  };
  const samples: FoundDocument[] = [];
  for await (const page of pagesOf(asking, place, { query, _source: isWhole || KEY })) {
    const chosen = page.filter(isChosen);
    samples.push(...(isWhole ? chosen : await read(asking, place, chosen)));
  }
  return samples.map(fromSampleDocument);
}

const KEY = ['@timestamp', 'container.id'];

/** What it is sorted by. The server's own word on that loses the last digits of a stamp on the way. */
function keyOf({ source }: FoundDocument): [stamp: string, containerId: string] {
  const { '@timestamp': stamp, container } = source as Pick<MetricSample, '@timestamp' | 'container'>;
  return [stamp, container.id];
}

const ofContainers = (ids: readonly string[] | undefined): ServerQuery =>
  ids === undefined ? { match_all: {} } : { terms: { 'container.id': [...ids] } };

async function countByContainer(
  asking: Asking,
  { within }: Place,
  query: ServerQuery,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const sources = [{ id: { terms: { field: 'container.id' } } }];
  for (let after: { id: string } | undefined; ;) {
    const composite = { size: MAX_PAGE, sources, ...(after && { after }) };
    const body = { query, size: 0, track_total_hits: false, aggregations: { containers: { composite } } };
    const [found] = await asking.ask([{ within, body }]);
    const answer = found?.aggregations['containers'] as Composite | undefined;
    for (const { key, doc_count } of answer?.buckets ?? []) counts.set(key.id, doc_count);
    after = answer?.after_key;
    if (after === undefined) return counts;
  }
}

type Composite = { buckets: { key: { id: string }; doc_count: number }[]; after_key?: { id: string } };

async function* pagesOf(
  asking: Asking,
  { within }: Place,
  body: { query: ServerQuery; _source: true | readonly string[] },
): AsyncGenerator<FoundDocument[]> {
  const sort = [
    { '@timestamp': { order: 'asc', unmapped_type: 'date_nanos' } },
    { 'container.id': { order: 'asc', unmapped_type: 'keyword' } },
  ];
  let last: FoundDocument | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const beyond = last ? { search_after: keyOf(last) } : {};
    const page = { ...body, ...beyond, sort, size: MAX_PAGE, track_total_hits: false };
    const [found] = await asking.ask([{ within, body: page }]);
    const documents = found?.documents ?? [];
    yield documents;
    if (documents.length < MAX_PAGE) return;
    last = documents.at(-1);
  }
}

/** Whole documents, in the order given. */
async function read(
  asking: Asking,
  { within }: Place,
  chosen: readonly FoundDocument[],
): Promise<FoundDocument[]> {
  if (chosen.length === 0) return [];
  const values = chosen.map(({ id }) => id);
  const body = { query: { ids: { values } }, size: MAX_PAGE, track_total_hits: false };
  const [found] = await asking.ask([{ within, body }]);
  const byId = new Map(found?.documents.map(document => [document.id, document]));
  return values.flatMap(id => byId.get(id) ?? []);
}
