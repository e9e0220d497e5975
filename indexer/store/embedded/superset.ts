/**
 * From a query tree to a set of records that SQL can find and that holds every match: words by the index, other texts by
 * `LIKE` and `instr`. `isExact` says that it holds nothing else. Pure.
 */
import { fieldOf } from '../../query/fields.ts';
import { splitPattern } from '../../query/glob.ts';
import { tokenGlobs } from '../../query/match-text.ts';
import { toNumber } from '../../query/quantity.ts';
import type { QueryNode, Value } from '../../query/query-tree.ts';
import { fold, tokenize } from '../../query/tokens.ts';

/** An expression of FTS5, and whether the set is what it finds or all but that. */
export type Words = { match: string; isNegated: boolean };
/** A condition on `texts AS t` with its parameters. */
export type TextCondition = { sql: string; parameters: string[] };
/** The records in both sets; null is all records. */
export type Superset = { words: Words | null; text: TextCondition | null; isExact: boolean };

export const everything: Superset = { words: null, text: null, isExact: true };
const anything: Superset = { ...everything, isExact: false };

/** Far below the limits of FTS5's parser; people's queries are 2 or 3 deep. */
const MAX_DEPTH = 16;

/** A tree without `all`, as `shrink` leaves it. */
export function supersetOf(tree: QueryNode): Superset {
  return visit(tree, false, 0);
}

/** `isNegated`: the set of the tree's complement. Pushing `not` to the leaves keeps every step a superset. */
function visit(node: QueryNode, isNegated: boolean, depth: number): Superset {
  if (depth > MAX_DEPTH) return anything;
  switch (node.type) {
    case 'all':
      return isNegated ? anything : everything;
    case 'not':
      return visit(node.node, !isNegated, depth + 1);
    case 'and':
    case 'or': {
      const sets = node.nodes.map(child => visit(child, isNegated, depth + 1));
      return (node.type === 'and') !== isNegated ? intersect(sets) : unite(sets);
    }
    case 'is':
      return isNegated ? complement(leafSet(node.field, node.value)) : leafSet(node.field, node.value);
    case 'exists':
      return isNegated ? anything : existsSet(node.field);
    case 'range':
      return anything;
  }
}

function intersect(sets: readonly Superset[]): Superset {
  const words = sets.flatMap(set => set.words ?? []);
  const texts = sets.flatMap(set => set.text ?? []);
  return {
    words: words.length > 0 ? intersectWords(words) : null,
    text: texts.length > 0 ? joinTexts(texts, ' AND ') : null,
    isExact: sets.every(set => set.isExact),
  };
}

function unite(sets: readonly Superset[]): Superset {
  const words = sets.flatMap(set => set.words ?? []);
  const texts = sets.flatMap(set => set.text ?? []);
  return {
    words: words.length === sets.length ? negate(intersectWords(words.map(negate))) : null,
    text: texts.length === sets.length ? joinTexts(texts, ' OR ') : null,
    isExact: sets.every(set => set.isExact),
  };
}

/** Only what is exact has a complement one can tell. */
function complement(set: Superset): Superset {
  return set.isExact && set.words ? { ...set, words: negate(set.words) } : anything;
}

const negate = ({ match, isNegated }: Words): Words => ({ match, isNegated: !isNegated });

/** FTS5 has AND, OR and a binary NOT, so a set without any positive part stays the complement of one. */
function intersectWords(words: readonly Words[]): Words {
  const wanted = words.filter(({ isNegated }) => !isNegated).map(({ match }) => match);
  const unwanted = words.filter(({ isNegated }) => isNegated).map(({ match }) => match);
  if (wanted.length === 0) return { match: bracket(unwanted, ' OR '), isNegated: true };
  if (unwanted.length === 0) return { match: bracket(wanted, ' AND '), isNegated: false };
  return { match: `(${bracket(wanted, ' AND ')} NOT ${bracket(unwanted, ' OR ')})`, isNegated: false };
}

const bracket = (parts: readonly string[], operator: string): string =>
  parts.length === 1 ? parts.join('') : `(${parts.join(operator)})`;

const joinTexts = (texts: readonly TextCondition[], operator: string): TextCondition => ({
  sql: `(${texts.map(({ sql }) => sql).join(operator)})`,
  parameters: texts.flatMap(({ parameters }) => parameters),
});

function leafSet(field: string, value: Value): Superset {
  if (field === 'message') return messageSet(value);
  if (!isInRest(field)) return anything;
  if (fieldOf(field).type !== 'text') return { ...anything, text: keywordCondition(value) };
  const pieces = value.kind === 'wildcard' ? tokenGlobs(value.pattern).flat() : tokenize(value.text);
  return { ...anything, text: foldedCondition('t.rest', pieces) };
}

function messageSet(value: Value): Superset {
  if (value.kind === 'wildcard') return globSet(tokenGlobs(value.pattern));
  const tokens = tokenize(value.text);
  if (tokens.length > 0) return wordSet(`"${tokens.join(' ')}"`, true);
  return { ...anything, text: foldedCondition('t.message', [fold(value.text)]) };
}

/** `[['api'], ['conn', '']]` is the phrase `api conn*`, which the index knows; other globs narrow down only. */
function globSet(globs: string[][]): Superset {
  const last = globs.at(-1) ?? [];
  const isPhrase = globs.slice(0, -1).every(glob => glob.length === 1);
  if (isPhrase && last.length === 1) return wordSet(`"${globs.flat().join(' ')}"`, true);
  if (isPhrase && isPrefix(last)) return wordSet(`"${globs.map(glob => glob[0]).join(' ')}" *`, true);
  const parts = globs
    .filter(([head]) => head !== '')
    .map(([head = '', ...more]) => (more.length === 0 ? `"${head}"` : `"${head}" *`));
  return {
    words: parts.length > 0 ? { match: `(${parts.join(' AND ')})`, isNegated: false } : null,
    text: foldedCondition('t.message', globs.flat()),
    isExact: false,
  };
}

const isPrefix = ([head, tail, ...more]: string[]): boolean =>
  head !== '' && tail === '' && more.length === 0;
const wordSet = (match: string, isExact: boolean): Superset => ({
  words: { match, isNegated: false },
  text: null,
  isExact,
});

function existsSet(field: string): Superset {
  const key = field.slice(field.lastIndexOf('.') + 1);
  return isInRest(field) && isVerbatimInJson(key)
    ? { ...anything, text: { sql: 'instr(t.rest, ?)', parameters: [key] } }
    : anything;
}

/** Whether a field can only be in `rest`: columns and kinds hold the others, and a name with a wildcard may mean those. */
export const isInRest = (field: string): boolean =>
  !field.includes('*') &&
  !/^(?:message|@timestamp|container|host|compose)(?:\.|$)|^(?:log|event|event\.id|event\.dataset)$/.test(
    field,
  );

/** Keywords are compared with their case, so they stand in the JSON as they are; numbers as JavaScript prints them. */
function keywordCondition(value: Value): TextCondition | null {
  if (value.kind === 'wildcard') {
    const piece = longest(splitPattern(value.pattern));
    return isVerbatimInJson(piece) ? { sql: 'instr(t.rest, ?)', parameters: [piece] } : null;
  }
  if (!isVerbatimInJson(value.text)) return null;
  const number = toNumber(value.text);
  const texts = number === undefined ? [value.text] : [value.text, String(number)];
  return { sql: `(${texts.map(() => 'instr(t.rest, ?)').join(' OR ')})`, parameters: texts };
}

/**
 * Texts that hold the longest piece, whatever the case. `LIKE` folds ASCII only and stops at NUL: a text with anything
 * else (its characters are not its bytes) is let through to the matcher.
 */
function foldedCondition(column: string, pieces: readonly string[]): TextCondition | null {
  const piece = longest(pieces.filter(isVerbatimInJson));
  if (piece === '') return null;
  const pattern = `%${piece.replace(/[%_!]/g, '!$&')}%`;
  return {
    sql: `(${column} LIKE ? ESCAPE '!' OR length(${column}) <> octet_length(${column}))`,
    parameters: [pattern],
  };
}

const longest = (pieces: readonly string[]): string =>
  pieces.reduce((a, b) => (b.length > a.length ? b : a), '');

/** Printable ASCII that JSON does not escape. */
const isVerbatimInJson = (text: string): boolean => /^[ !#-[\]-~]+$/.test(text);
