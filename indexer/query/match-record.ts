/** The meaning of a query tree: whether one document matches. Every store gives the same answers. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { fieldOf, levelsInRange } from './fields.ts';
import { createGlob, splitPattern } from './glob.ts';
import { createTextTest } from './match-text.ts';
import { toNumber, toQuantity } from './quantity.ts';
import type { QueryNode, RangeOperator, Value } from './query-tree.ts';
import { createFieldProbe, createFieldReader, someLeaf, type Leaf } from './read-field.ts';

export type QueryDocument = LogRecord | ContainerEvent;
export type Matcher = (document: QueryDocument) => boolean;
type LeafTest = (leaf: Leaf) => boolean;
type IsNode = Extract<QueryNode, { type: 'is' }>;
type RangeNode = Extract<QueryNode, { type: 'range' }>;

/** Compiles a tree once, to be asked about many documents. Never throws, and neither does what it returns. */
export function createMatcher(tree: QueryNode): Matcher {
  switch (tree.type) {
    case 'all':
      return () => true;
    case 'and': {
      const matchers = tree.nodes.map(createMatcher);
      return document => matchers.every(matches => matches(document));
    }
    case 'or': {
      const matchers = tree.nodes.map(createMatcher);
      return document => matchers.some(matches => matches(document));
    }
    case 'not': {
      const matches = createMatcher(tree.node);
      return document => !matches(document);
    }
    case 'is':
      return tree.field.includes('*') ? createWildcardIs(tree) : createSome(tree.field, createIsTest(tree));
    case 'exists':
      return createFieldProbe(tree.field);
    case 'range':
      return tree.field.includes('*')
        ? createWildcardRange(tree)
        : createSome(tree.field, createRangeTest(tree));
  }
}

/** Any value of the field passes; a field without a value does not. */
function createSome(field: string, test: LeafTest): Matcher {
  const read = createFieldReader(field);
  return document => read(document).some(test);
}

/** Any value under any name that fits, each compared as its own field is; times and the record's id are left out. */
function createWildcardIs({ field, value }: IsNode): Matcher {
  const fits = createGlob(field.split('*'));
  const tests = { text: onText(createTextTest(value)), keyword: createKeywordTest(value) };
  return document =>
    someLeaf(document, (name, leaf) => {
      if (!fits(name) || name === 'event.id') return false;
      const { type } = fieldOf(name);
      return type !== 'date' && tests[type === 'text' ? 'text' : 'keyword'](leaf);
    });
}

/** As for the application's fields, whatever field it is; texts and times are left out. */
function createWildcardRange(range: RangeNode): Matcher {
  const fits = createGlob(range.field.split('*'));
  const test = createRangeTest(range);
  return document =>
    someLeaf(document, (name, leaf) => {
      if (!fits(name)) return false;
      const { type } = fieldOf(name);
      return type !== 'date' && type !== 'text' && test(leaf);
    });
}

function createIsTest({ field, value }: IsNode): LeafTest {
  return fieldOf(field).type === 'text' ? onText(createTextTest(value)) : createKeywordTest(value);
}

const onText =
  (test: (text: string) => boolean): LeafTest =>
  leaf =>
    test(String(leaf));

function createKeywordTest(value: Value): LeafTest {
  if (value.kind === 'wildcard') {
    const fits = createGlob(splitPattern(value.pattern));
    return leaf => fits(String(leaf));
  }
  const { text } = value;
  const number = toNumber(text);
  return leaf => (typeof leaf === 'number' ? leaf === number : String(leaf) === text);
}

function createRangeTest({ field, operator, value }: RangeNode): LeafTest {
  const { type } = fieldOf(field);
  if (type === 'text') return () => false;
  if (field === 'log.level') {
    const levels = new Set<Leaf>(levelsInRange(operator, value));
    return leaf => levels.has(leaf);
  }
  const accepts = comparisons[operator];
  const bound = type === 'date' ? undefined : toQuantity(value, field);
  if (bound === undefined) {
    return leaf => typeof leaf === 'string' && accepts(compareCodePoints(leaf, value));
  }
  return leaf => {
    const number = typeof leaf === 'string' ? toQuantity(leaf, field) : leaf;
    return typeof number === 'number' && accepts(number - bound);
  };
}

const comparisons: Record<RangeOperator, (difference: number) => boolean> = {
  '<': difference => difference < 0,
  '<=': difference => difference <= 0,
  '>': difference => difference > 0,
  '>=': difference => difference >= 0,
};

/**
 * The order of code points, which is that of UTF-8 bytes (SQLite's BINARY, Elasticsearch's keywords). JavaScript compares
 * UTF-16 units and puts the surrogates of U+10000 and above before U+E000.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rankOfUnit(left) - rankOfUnit(right);
  }
  return a.length - b.length;
}

function rankOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
