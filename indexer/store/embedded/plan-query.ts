/**
 * What of a query one hourly file can decide by itself.
 *
 * Container, host, compose, level and stream are the same for all records of a kind, so the matcher is asked once per
 * kind and the tree shrinks to what is left of it: nothing (all records of the kind match, or none), or a residual tree.
 * From the residual comes a superset in SQL (superset.ts). Where that is not exact, the records in it are put to the
 * matcher itself: the answers equal the matcher's by construction.
 */
import { createMatcher, type Matcher } from '../../query/match-record.ts';
import type { QueryNode } from '../../query/query-tree.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { everything, supersetOf, type Superset } from './superset.ts';

type Leaf = Extract<QueryNode, { field: string }>;

/** Kinds for which the same residual is left, and the superset of that. */
export type Group = { kinds: number[]; superset: Superset };

export type HourPlan = {
  /** The kinds that can match, or all; an empty list: nothing in this file does. */
  kinds: number[] | 'all';
  groups: Group[];
  /** The superset holds the matches and nothing else. */
  isExact: boolean;
  /** Whether a record matches, its kind alone says. */
  isByKind: boolean;
};

export type QueryPlan = {
  matches: Matcher;
  /** False when neither the query nor the matcher needs what stands in `rest`. */
  needsRest: boolean;
  /** The ids that the query asks for, when it can match no other. */
  onlyId: string | undefined;
  /** `kinds`: the kinds of the file, each with a record of it. */
  forHour: (kinds: ReadonlyMap<number, LogRecord>) => HourPlan;
};

export function planQuery(tree: QueryNode): QueryPlan {
  const leaves = [...leavesOf(tree)];
  const tests = new Map(leaves.filter(isKindLeaf).map(leaf => [leaf as QueryNode, createMatcher(leaf)]));
  return {
    matches: createMatcher(tree),
    needsRest: leaves.some(leaf => !isKindLeaf(leaf) && leaf.field !== 'message'),
    onlyId: onlyIdOf(tree),
    forHour: kinds => planHour(tree, tests, kinds),
  };
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

function planHour(
  tree: QueryNode,
  tests: ReadonlyMap<QueryNode, Matcher>,
  kinds: ReadonlyMap<number, LogRecord>,
): HourPlan {
  const able: number[] = [];
  const groups = new Map<string, Group>();
  for (const [kind, sample] of kinds) {
    const residual = shrink(tree, leaf => tests.get(leaf)?.(sample));
    if (residual === false) continue;
    able.push(kind);
    const key = JSON.stringify(residual);
    const group = groups.get(key) ?? {
      kinds: [],
      superset: residual === true ? everything : supersetOf(residual),
    };
    group.kinds.push(kind);
    groups.set(key, group);
  }
  const supersets = [...groups.values()].map(group => group.superset);
  return {
    kinds: able.length === kinds.size ? 'all' : able,
    groups: [...groups.values()],
    isExact: supersets.every(superset => superset.isExact),
    isByKind: supersets.every(superset => superset === everything),
  };
}

/** The tree without the leaves that `decide` knows; true or false when nothing is left. */
function shrink(node: QueryNode, decide: (leaf: QueryNode) => boolean | undefined): QueryNode | boolean {
  switch (node.type) {
    case 'all':
      return true;
    case 'not': {
      const inner = shrink(node.node, decide);
      return typeof inner === 'boolean' ? !inner : { type: 'not', node: inner };
    }
    case 'and':
    case 'or': {
      const settles = node.type === 'or';
      const left: QueryNode[] = [];
      for (const child of node.nodes) {
        const inner = shrink(child, decide);
        if (inner === settles) return settles;
        if (typeof inner !== 'boolean') left.push(inner);
      }
      return left.length === 0 ? !settles : left.length === 1 ? (left[0] ?? true) : { ...node, nodes: left };
    }
    default:
      return decide(node) ?? node;
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
