/**
 * Two questions to Elasticsearch for one of ours: documents that surely match, and documents among which all matches are.
 * Where both are one and the same question, the answer needs no second look. Pure.
 */
import type { estypes } from '@elastic/elasticsearch';

export type ServerQuery = estypes.QueryDslQueryContainer;
/** sure ⊆ matches ⊆ maybe. */
export type Bounds = { sure: ServerQuery; maybe: ServerQuery };

const NONE: ServerQuery = { match_none: {} };
const ALL: ServerQuery = { match_all: {} };

export const exactly = (query: ServerQuery): Bounds => ({ sure: query, maybe: query });
/** Documents that are to be looked at; of none of them is it known. */
export const among = (maybe: ServerQuery): Bounds => ({ sure: NONE, maybe });
export const nothing = exactly(NONE);
export const everything = exactly(ALL);
export const anything = among(ALL);

export const isExact = ({ sure, maybe }: Bounds): boolean => sure === maybe;

export const both = (parts: readonly Bounds[]): Bounds => combine(parts, allOf);
export const either = (parts: readonly Bounds[]): Bounds => combine(parts, anyOf);

export function complement(bounds: Bounds): Bounds {
  const sure = not(bounds.maybe);
  return { sure, maybe: isExact(bounds) ? sure : not(bounds.sure) };
}

export function allOf(queries: readonly ServerQuery[]): ServerQuery {
  const parts = queries.filter(query => query !== ALL);
  if (parts.includes(NONE)) return NONE;
  const [only = ALL] = parts;
  return parts.length < 2 ? only : { bool: { filter: parts } };
}

export function anyOf(queries: readonly ServerQuery[]): ServerQuery {
  const parts = queries.filter(query => query !== NONE);
  if (parts.includes(ALL)) return ALL;
  const [only = NONE] = parts;
  return parts.length < 2 ? only : { bool: { should: parts, minimum_should_match: 1 } };
}

export function not(query: ServerQuery): ServerQuery {
  if (query === ALL) return NONE;
  return query === NONE ? ALL : { bool: { must_not: [query] } };
}

function combine(parts: readonly Bounds[], join: (queries: readonly ServerQuery[]) => ServerQuery): Bounds {
  const sure = join(parts.map(part => part.sure));
  return { sure, maybe: parts.every(isExact) ? sure : join(parts.map(part => part.maybe)) };
}
