/**
 * A query as the hourly files are asked it.
 *
 * Container, host, compose, level and stream are the same for all records of a kind, so the matcher is asked once per kind;
 * that alone may decide. For the rest of the tree each leaf becomes two sets of records (bounds.ts). What is between the two is
 * put to the matcher itself: the answers equal the matcher's by construction.
 */
import { createMatcher, type Matcher } from '../../../query/match-record.ts';
import type { QueryNode } from '../../../query/query-tree.ts';
import { createBounds, isInRest, type FindBounds } from './bounds.ts';
import type { Kind } from '../segment/kind.ts';

type Leaf = Extract<QueryNode, { field: string }>;

export type QueryPlan = {
  matches: Matcher;
  /** What a matcher must see of a record, beside its kind. */
  needs: 'message' | 'rest' | 'everything';
  /** The one id that the query asks for, when it can match no other. */
  onlyId: string | undefined;
  /** Whether all records of a kind match, or none; undefined: it depends. */
  decide: (kind: Kind) => boolean | undefined;
  bounds: FindBounds;
};

export function planQuery(tree: QueryNode): QueryPlan {
  const leaves = [...leavesOf(tree)];
  const tests = new Map(leaves.filter(isKindLeaf).map(leaf => [leaf as QueryNode, createKindTest(leaf)]));
  const decisions = new Map<Kind, boolean | undefined>();
  return {
    matches: createMatcher(tree),
    needs: needsOf(leaves.filter(leaf => !isKindLeaf(leaf))),
    onlyId: onlyIdOf(tree),
    decide(kind) {
      if (!decisions.has(kind))
        decisions.set(
          kind,
          decide(tree, leaf => tests.get(leaf)?.(kind)),
        );
      return decisions.get(kind);
    },
    bounds: createBounds(tree, leaf => tests.get(leaf)),
  };
}

function needsOf(leaves: readonly Leaf[]): QueryPlan['needs'] {
  if (leaves.every(({ field }) => field === 'message')) return 'message';
  return leaves.every(({ field }) => isInRest(field)) ? 'rest' : 'everything';
}

/** Whether a field (canonical, perhaps with wildcards) reads only what all records of a kind share. */
export function isKindField(field: string): boolean {
  return (
    /^(?:container|host|compose)\./.test(field) ||
    field === 'log.level' ||
    field === 'log.level_source' ||
    field === 'log.iostream'
  );
}

const isKindLeaf = (leaf: Leaf): boolean => isKindField(leaf.field);

function createKindTest(leaf: Leaf): (kind: Kind) => boolean {
  const matches = createMatcher(leaf);
  const known = new Map<Kind, boolean>();
  return kind => {
    let isMatch = known.get(kind);
    if (isMatch === undefined) known.set(kind, (isMatch = matches(kind.sample)));
    return isMatch;
  };
}

/** What the leaves that `test` knows say about the tree; undefined: not enough. */
function decide(node: QueryNode, test: (leaf: QueryNode) => boolean | undefined): boolean | undefined {
  switch (node.type) {
    case 'all':
      return true;
    case 'not': {
      const inner = decide(node.node, test);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const settles = node.type === 'or';
      const children = node.nodes.map(child => decide(child, test));
      if (children.includes(settles)) return settles;
      return children.includes(undefined) ? undefined : !settles;
    }
    default:
      return test(node);
  }
}

function* leavesOf(node: QueryNode): Generator<Leaf> {
  if (node.type === 'and' || node.type === 'or') for (const child of node.nodes) yield* leavesOf(child);
  else if (node.type === 'not') yield* leavesOf(node.node);
  else if (node.type !== 'all') yield node;
}

/** A look-up by id, alone or among other conditions. */
function onlyIdOf(tree: QueryNode): string | undefined {
  if (tree.type === 'and') return tree.nodes.map(onlyIdOf).find(id => id !== undefined);
  if (tree.type !== 'is' || tree.field !== 'event.id' || tree.value.kind === 'wildcard') return undefined;
  return /^[0-9a-v]{32}$/.test(tree.value.text) ? tree.value.text : undefined;
}
