/** Reading what a question found, page by page in the order of ids. */
import { idRange, stampOfId } from '../../../parse/record-id.ts';
import type { TimeRange } from '../../log-store.ts';
import type { Asking, Found, SearchBody, View } from './ask.ts';
import { allOf, type ServerQuery } from './bounds.ts';
import type { FoundDocument } from '../document/document.ts';
import { indicesWithin } from '../document/index-names.ts';
import { OWN, type IndexKind } from '../document/mapping.ts';
import { orderOf } from '../document/own-fields.ts';

export type Order = 'asc' | 'desc';
/** Where to look: the stamps of ids in [from, to), and their indices. */
export type Place = { within: string[]; filter: ServerQuery };

const FIRST_PAGE = 500;
const MAX_PAGE = 1_000;

const FORMAT = 'strict_date_optional_time_nanos';

export function placeOf(prefix: string, kind: IndexKind, range: TimeRange): Place {
  // As ids carry them: the years that they clamp are no dates of nanoseconds.
  const ids = idRange(range.from, range.to);
  const [from, to] = [stampOfId(ids.from), stampOfId(ids.to)];
  return {
    within: from < to ? indicesWithin(prefix, kind, { from, to }) : [],
    filter: { range: { '@timestamp': { gte: from, lt: to, format: FORMAT } } },
  };
}

export type Reading = {
  place: Place;
  query: ServerQuery;
  order: Order;
  /** Parts of the documents that are needed; `['*']` is all. */
  reads: readonly string[];
  after?: string | undefined;
  firstSize?: number;
  /** The first page (`firstBody`), when it was asked for beside other things. */
  first?: Found;
};

export const firstBody = (reading: Reading): SearchBody =>
  pageBody(reading, { size: firstSizeOf(reading), after: reading.after });

const firstSizeOf = ({ firstSize = FIRST_PAGE }: Reading): number => Math.min(firstSize, MAX_PAGE);

/** Sorted as ids are; `after` is the id that was read last. */
function pageBody(
  { place, query, order, reads }: Reading,
  { size, after }: { size: number; after: string | undefined },
): SearchBody {
  const sort = [
    { '@timestamp': { order, unmapped_type: 'date_nanos' } },
    { [`${OWN}.order.stream`]: { order, unmapped_type: 'keyword' } },
    { [`${OWN}.order.ordinal`]: { order, unmapped_type: 'integer' } },
  ];
  const body: SearchBody = {
    query: allOf([place.filter, query]),
    size,
    sort,
    track_total_hits: false,
    _source: [...reads],
  };
  if (after === undefined) return body;
  const { stream, ordinal } = orderOf(after);
  return { ...body, search_after: [stampOfId(after), stream, ordinal] };
}

/**
 * All documents of a reading, a page at a time. One page needs one search; what is longer is read from a frozen view.
 * The patience of `asking` bounds how many that can be.
 */
export async function* readPages(asking: Asking, reading: Reading): AsyncGenerator<FoundDocument[]> {
  const { within } = reading.place;
  let size = firstSizeOf(reading);
  let found = reading.first ?? (await asking.ask([{ within, body: firstBody(reading) }]))[0];
  let view: View | undefined;
  try {
    for (;;) {
      const documents = found?.documents ?? [];
      if (documents.length > 0) yield documents;
      if (documents.length < size) return;
      size = Math.min(size * 2, MAX_PAGE);
      view ??= await asking.openView(within);
      found = await view.search(pageBody(reading, { size, after: documents.at(-1)?.id }));
    }
  } finally {
    view?.close();
  }
}
