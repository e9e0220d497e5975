/**
 * From a query tree to two sets of the records of a segment: those that match for sure, and those that may. Kinds and the word
 * index tell both exactly; texts are narrowed down by what they must contain. Every step keeps sure ⊆ matches ⊆ maybe.
 */
import { fieldOf } from '../../../query/fields.ts';
import { splitPattern } from '../../../query/glob.ts';
import { tokenGlobs } from '../../../query/match-text.ts';
import { toNumber } from '../../../query/quantity.ts';
import type { QueryNode, Value } from '../../../query/query-tree.ts';
import { fold, tokenize } from '../../../query/tokens.ts';
import { and, areDisjoint, isEmpty, not, or, type Bits } from '../segment/bits.ts';
import type { Kind } from '../segment/kind.ts';
import type { Probe } from './probe.ts';

export type Bounds = { sure: Bits; maybe: Bits };
/** Only records in `within` are asked about; what is said of others means nothing. */
export type FindBounds = (probe: Probe, within: Bits) => Bounds;
type KindTestOf = (leaf: QueryNode) => ((kind: Kind) => boolean) | undefined;

const anything: Bounds = { sure: false, maybe: true };
export const exactly = (bits: Bits): Bounds => ({ sure: bits, maybe: bits });

/** `kindTestOf`: the test of a leaf that a kind alone decides. */
export function createBounds(tree: QueryNode, kindTestOf: KindTestOf): FindBounds {
  switch (tree.type) {
    case 'all':
      return () => exactly(true);
    case 'not': {
      const inner = createBounds(tree.node, kindTestOf);
      return (probe, within) => {
        const found = inner(probe, within);
        if (isExact(found)) return exactly(not(found.sure, probe.count));
        return { sure: not(found.maybe, probe.count), maybe: not(found.sure, probe.count) };
      };
    }
    case 'and':
      return intersect(tree.nodes.toSorted(byCost).map(node => createBounds(node, kindTestOf)));
    case 'or':
      return unite(tree.nodes.map(node => createBounds(node, kindTestOf)));
    default: {
      const test = kindTestOf(tree);
      return test ? probe => exactly(probe.ofKinds(test)) : leafBounds(tree);
    }
  }
}

/** What narrows down for nothing comes first. */
const byCost = (a: QueryNode, b: QueryNode): number => costOf(a) - costOf(b);

function costOf(node: QueryNode): number {
  if (node.type === 'and' || node.type === 'or') return Math.max(0, ...node.nodes.map(costOf));
  if (node.type === 'not') return costOf(node.node);
  if (node.type === 'all') return 0;
  return node.field === 'message' ? 1 : isInRest(node.field) ? 2 : 0;
}

function intersect(parts: readonly FindBounds[]): FindBounds {
  return (probe, within) => {
    let all = exactly(true);
    for (const part of parts) {
      all = combine(and, all, part(probe, and(within, all.maybe)));
      if (areDisjoint(within, all.maybe)) return exactly(false);
    }
    return all;
  };
}

function unite(parts: readonly FindBounds[]): FindBounds {
  return (probe, within) =>
    parts.map(part => part(probe, within)).reduce((a, b) => combine(or, a, b), exactly(false));
}

const isExact = ({ sure, maybe }: Bounds): boolean => sure === maybe;

/** What is exact stays one set. */
export function combine(operator: typeof and, a: Bounds, b: Bounds): Bounds {
  const maybe = operator(a.maybe, b.maybe);
  return isExact(a) && isExact(b) ? exactly(maybe) : { sure: operator(a.sure, b.sure), maybe };
}

type LeafNode = Extract<QueryNode, { field: string }>;

function leafBounds(leaf: LeafNode): FindBounds {
  if (leaf.type === 'range') return () => anything;
  if (leaf.type === 'exists') return existsBounds(leaf.field);
  const { field, value } = leaf;
  if (field === 'message') return messageBounds(value);
  if (!isInRest(field)) return () => anything;
  return fieldOf(field).type === 'text' ? restTextBounds(value) : keywordBounds(value);
}

function messageBounds(value: Value): FindBounds {
  const globs =
    value.kind === 'wildcard' ? tokenGlobs(value.pattern) : tokenize(value.text).map(token => [token]);
  if (globs.length === 0) {
    const piece = fold(value.kind === 'wildcard' ? '' : value.text);
    return (probe, within) => atMost(probe.messagesWith([piece].filter(isPlain), within));
  }
  const others = globs.slice(1);
  return probe => {
    const words = probe.words();
    if (!words) return anything;
    const [first = ['']] = globs;
    const found = words.findGlob(first);
    if (others.length === 0) return found;
    let maybe: Bits = found.maybe;
    for (const glob of others) {
      if (isEmpty(maybe)) break;
      maybe = and(maybe, words.findGlob(glob).maybe);
    }
    return atMost(maybe);
  };
}

const atMost = (maybe: Bits): Bounds => ({ sure: false, maybe });

function restTextBounds(value: Value): FindBounds {
  const pieces = value.kind === 'wildcard' ? tokenGlobs(value.pattern).flat() : tokenize(value.text);
  const piece = longest(pieces.filter(isPlain));
  return piece === '' ? () => anything : (probe, within) => atMost(probe.restsWithFolded(piece, within));
}

/** Keywords are compared with their case, so they stand in the JSON as they are; numbers as JavaScript prints them. */
function keywordBounds(value: Value): FindBounds {
  if (value.kind === 'wildcard') return restWith([longest(splitPattern(value.pattern))], false);
  const number = toNumber(value.text);
  return restWith(number === undefined ? [value.text] : [value.text, String(number)], true);
}

function existsBounds(field: string): FindBounds {
  const key = field.slice(field.lastIndexOf('.') + 1);
  return isInRest(field) ? restWith([key], true) : () => anything;
}

/** Records whose rest holds one of some pieces, as far as JSON leaves them as they are; `areWhole` as of `restsWith`. */
function restWith(pieces: readonly string[], areWhole: boolean): FindBounds {
  if (!pieces.every(isPlain)) return () => anything;
  return (probe, within) => atMost(probe.restsWith(pieces, within, areWhole));
}

/** Whether a field can only be in `rest`: kinds and columns hold the others, and a name with a wildcard may mean those. */
export const isInRest = (field: string): boolean =>
  !field.includes('*') &&
  !/^(?:message|@timestamp|container|host|compose)(?:\.|$)|^(?:log|event|event\.id|event\.dataset)$/.test(
    field,
  );

const longest = (pieces: readonly string[]): string =>
  pieces.reduce((a, b) => (b.length > a.length ? b : a), '');

/** Printable ASCII that JSON does not escape. */
export const isPlain = (text: string): boolean => /^[ !#-[\]-~]+$/.test(text);
