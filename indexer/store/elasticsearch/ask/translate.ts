/**
 * From a query tree to questions that Elasticsearch can answer. Pure.
 *
 * Of a document whose fields are all indexed whole, most leaves are known exactly; of some only a superset (bounds.ts).
 * Documents with a cut value in a field that the query touches (`quaylog.cut`) are never sure. What is not sure is put to
 * the matcher: the answers equal the matcher's by construction.
 */
import { fieldOf } from '../../../query/fields.ts';
import { createMatcher, type Matcher } from '../../../query/match-record.ts';
import type { QueryNode } from '../../../query/query-tree.ts';
import {
  allOf,
  anyOf,
  anything,
  both,
  complement,
  either,
  everything,
  isExact,
  not,
  nothing,
  type Bounds,
  type ServerQuery,
} from './bounds.ts';
import { existsAnyBounds, existsBounds, isAnyBounds, isBounds, rangeBounds } from './field-query.ts';
import { OWN, VERBATIM, type FieldTypes } from '../document/mapping.ts';
import { seesCutTokens } from './text-query.ts';

export type Plan = {
  matches: Matcher;
  /** Documents that match, and nothing else. */
  sure: ServerQuery;
  /** All that match are among these. */
  maybe: ServerQuery;
  /** `maybe` without `sure`: to be put to the matcher. */
  unsure: ServerQuery;
  /** Only documents with a cut value are unsure: next to none. */
  isExact: boolean;
  /** The parts of a document that the matcher must see; '*' is all. */
  reads: string[];
};

/** The server refuses deeper questions at 30; each of our levels makes at most two. */
const MAX_DEPTH = 12;
/** The server refuses more than 1,024 clauses in the smallest heap. */
const MAX_CLAUSES = 700;
/** A name with a wildcard may mean each field of the table. */
const CLAUSES_OF_ANY = 70;

type Leaf = Extract<QueryNode, { field: string }>;

/** `alsoReads`: canonical names of fields that are looked at beside the query's own (of facets). */
export function planQuery(tree: QueryNode, types: FieldTypes, alsoReads: readonly string[] = []): Plan {
  const budget = { clauses: MAX_CLAUSES };
  const bounds = visit(tree, { types, budget, depth: 0 });
  const leaves = [...leavesOf(tree)];
  const fields = [...alsoReads, ...leaves.map(leaf => leaf.field)];
  const isCut = anyOf([cutIn(fields), wordsCutIn(leaves)]);
  return {
    matches: createMatcher(tree),
    sure: allOf([bounds.sure, not(isCut)]),
    maybe: anyOf([bounds.maybe, isCut]),
    unsure: anyOf([isExact(bounds) ? nothing.sure : allOf([bounds.maybe, not(bounds.sure)]), isCut]),
    isExact: isExact(bounds),
    reads: partsOf(fields),
  };
}

type Visit = { types: FieldTypes; budget: { clauses: number }; depth: number };

function visit(node: QueryNode, { types, budget, depth }: Visit): Bounds {
  if (depth > MAX_DEPTH || budget.clauses <= 0) return anything;
  const below = { types, budget, depth: depth + 1 };
  switch (node.type) {
    case 'all':
      return everything;
    case 'not':
      return complement(visit(node.node, below));
    case 'and':
      return both(node.nodes.map(child => visit(child, below)));
    case 'or':
      return either(node.nodes.map(child => visit(child, below)));
    default:
      budget.clauses -= node.field.includes('*') ? CLAUSES_OF_ANY : 1;
      return leafBounds(node, types);
  }
}

function leafBounds(leaf: Leaf, types: FieldTypes): Bounds {
  const isPattern = leaf.field.includes('*');
  switch (leaf.type) {
    case 'is':
      return (isPattern ? isAnyBounds : isBounds)(leaf.field, leaf.value, types);
    case 'exists':
      return isPattern ? existsAnyBounds(leaf.field) : existsBounds(leaf.field);
    case 'range':
      return isPattern ? anything : rangeBounds(leaf);
  }
}

/** Documents with a cut value in one of these fields, or somewhere below the same root where that is not known better. */
function cutIn(touched: readonly string[]): ServerQuery {
  // Of texts only tokens are asked for.
  const fields = touched.filter(field => fieldOf(field).type !== 'text');
  if (fields.length === 0) return nothing.sure;
  if (fields.some(field => field.includes('*'))) return { exists: { field: `${OWN}.cut` } };
  const roots = fields.flatMap(field => (/^(?:app|container\.labels)(?=\.)/.exec(field) ?? []) as string[]);
  return { terms: { [`${OWN}.cut`]: [...new Set([...fields, ...roots])] } };
}

/** Documents with a cut token, when a pattern could fit what is cut off. */
function wordsCutIn(leaves: readonly Leaf[]): ServerQuery {
  const texts = leaves.filter(
    leaf =>
      leaf.type === 'is' &&
      leaf.value.kind === 'wildcard' &&
      (leaf.field.includes('*') || fieldOf(leaf.field).type === 'text') &&
      seesCutTokens(leaf.value.pattern),
  );
  if (texts.length === 0) return nothing.sure;
  const field = `${OWN}.cut_words`;
  return texts.some(leaf => leaf.field.includes('*'))
    ? { exists: { field } }
    : { terms: { [field]: texts.map(leaf => leaf.field) } };
}

/** Whole roots of the application's fields and labels: their keys may hold dots of their own. */
function partsOf(fields: readonly string[]): string[] {
  if (fields.some(field => field.includes('*'))) return ['*'];
  const parts = fields.map(field => /^(?:app|container\.labels)(?=\.)/.exec(field)?.[0] ?? field);
  return [...new Set(['@timestamp', 'log', `event.${VERBATIM}`, ...parts])];
}

function* leavesOf(node: QueryNode): Generator<Leaf> {
  if (node.type === 'and' || node.type === 'or') for (const child of node.nodes) yield* leavesOf(child);
  else if (node.type === 'not') yield* leavesOf(node.node);
  else if (node.type !== 'all') yield node;
}
