/** Patterns over the terms of a field, kept small enough for the server's automata. Pure. */
import { among, exactly, type Bounds, type ServerQuery } from './bounds.ts';

/** Lucene gives up on automata that cost more to determine; the product of the pieces' lengths bounds that cost. */
const MAX_COST = 2_000;
const MAX_PIECE = 100;

/** Terms that are these pieces with anything between them; `pieces` as `splitPattern` gives them, at least two. */
export function wildcardQuery(field: string, pieces: readonly string[]): Bounds {
  if (costOf(pieces) <= MAX_COST && pieces.every(piece => piece.length <= MAX_PIECE)) {
    return exactly(wildcard(field, pieces));
  }
  const longest = pieces.reduce((a, b) => (b.length > a.length ? b : a), '').slice(0, MAX_PIECE);
  return among(
    wildcard(field, ['', longest.replace(/[\ud800-\udbff]$/, '').replace(/^[\udc00-\udfff]/, ''), '']),
  );
}

const costOf = (pieces: readonly string[]): number =>
  pieces.reduce((cost, piece) => cost * (piece.length + 1), 1);

function wildcard(field: string, pieces: readonly string[]): ServerQuery {
  const value = pieces.map(piece => piece.replace(/[*?\\]/g, '\\$&')).join('*');
  return { wildcard: { [field]: { value } } };
}
