/** Conditions on one field by name: keywords, numbers, and the application's own. Pure. */
import { FIELDS, fieldOf, levelsInRange, type Field } from '../../../query/fields.ts';
import { createGlob, splitPattern } from '../../../query/glob.ts';
import { toNumber, toQuantity } from '../../../query/quantity.ts';
import type { QueryNode, RangeOperator, Value } from '../../../query/query-tree.ts';
import { allOf, among, anything, both, either, everything, exactly, nothing, type Bounds } from './bounds.ts';
import { MAX_KEYWORD, OWN, type FieldTypes } from '../document/mapping.ts';
import { END_STAMP, FIRST_STAMP, numberTerm, OWN_ROOTS, ownRootOf, WORDS } from '../document/own-fields.ts';
import { textBounds } from './text-query.ts';
import { wildcardQuery } from './wildcard.ts';

export type RangeNode = Extract<QueryNode, { type: 'range' }>;

/** Kibana wants these as other types; what was written is kept beside. */
const WRITTEN_BESIDE = new Set(['event.created', 'source.ip']);
/** Keywords that are true or false: no texts, so no range of texts holds them. */
const FLAGS = new Set(['log.truncated', 'log.partial', 'event.reconciled', 'evidence.oomKilled']);
/** Every record has a value in these. */
const ALWAYS =
  /^(?:@timestamp|message|log|log\.iostream|container|container\.(?:id|name|image|image\.name)|host|host\.(?:id|name)|event|event\.(?:id|dataset))$/;

/**
 * Where the server can count the values of a field as they were written; null when the records must be read for that,
 * undefined when the field never has a value itself.
 */
export function countedField(name: string, types: FieldTypes): string | null | undefined {
  const root = ownRootOf(name);
  if (root !== undefined) return root === name ? undefined : types.flattened ? name : null;
  if (!known.has(name)) return undefined;
  const field = fieldOf(name);
  const isRead = field.type === 'text' || name === '@timestamp' || name === 'event.id';
  return isRead ? null : writtenField(field);
}

/** Where the values of a field stand as they were written. */
function writtenField({ name, type }: Field): string {
  return type === 'number' || WRITTEN_BESIDE.has(name) ? `${name}.text` : name;
}

const known = new Set(FIELDS.map(field => field.name));

export function isBounds(name: string, value: Value, types: FieldTypes): Bounds {
  const root = ownRootOf(name);
  if (root !== undefined) return root === name ? nothing : ownBounds(name, value, { root, types });
  const field = fieldOf(name);
  if (name === 'event.id') return idBounds(value);
  if (!known.has(name)) return nothing;
  if (field.type === 'text') return textBounds(name, value, existsBounds(name));
  if (field.type === 'date') return both([existsBounds(name), anything]);
  if (value.kind === 'wildcard') return globBounds(writtenField(field), splitPattern(value.pattern));
  if (field.type === 'keyword') return termBounds(writtenField(field), value.text);
  const number = toNumber(value.text);
  if (number === undefined || !Number.isSafeInteger(number)) return nothing;
  return exactly({ term: { [name]: { value: number } } });
}

function termBounds(field: string, text: string): Bounds {
  return text.length <= MAX_KEYWORD ? exactly({ term: { [field]: { value: text } } }) : nothing;
}

function globBounds(field: string, pieces: readonly string[]): Bounds {
  const [head = '', tail] = pieces;
  if (pieces.length === 1) return termBounds(field, head);
  if (pieces.length > 2 || tail !== '') return wildcardQuery(field, pieces);
  return head.length <= MAX_KEYWORD ? exactly({ prefix: { [field]: { value: head } } }) : nothing;
}

/** `_id` knows whole ids only. */
function idBounds(value: Value): Bounds {
  return value.kind === 'wildcard' ? anything : exactly({ ids: { values: [value.text] } });
}

/** `app.x` and labels: keys of one flattened field, which knows whole values and how they begin. */
type Own = { root: string; types: FieldTypes };

function ownBounds(name: string, value: Value, { root, types }: Own): Bounds {
  const exists = existsBounds(name);
  if (!types.flattened) return both([exists, anything]);
  if (value.kind !== 'wildcard') return ownTerm(name, value.text);
  const pieces = splitPattern(value.pattern);
  const [head = '', tail] = pieces;
  if (pieces.length === 2 && tail === '') return globBounds(name, pieces);
  if (pieces.length === 1) return ownTerm(name, head);
  const { maybe } = wildcardQuery(root, pieces);
  return among(allOf([exists.maybe, maybe]));
}

/** A number is there as JavaScript writes it; asked for in another way, it cannot be told from a text. */
function ownTerm(name: string, text: string): Bounds {
  const bounds = termBounds(name, text);
  const number = toNumber(text);
  if (number === undefined || String(number) === text) return bounds;
  return { sure: bounds.sure, maybe: either([bounds, termBounds(name, String(number))]).maybe };
}

/** A name without wildcards: of a field, or of an object with fields. */
export function existsBounds(name: string): Bounds {
  if (ALWAYS.test(name)) return everything;
  if (ownRootOf(name) !== undefined) return hasName(name);
  const below = FIELDS.filter(field => field.name === name || field.name.startsWith(`${name}.`));
  return either(below.map(field => fieldExists(field.name)));
}

function fieldExists(name: string): Bounds {
  if (ALWAYS.test(name)) return everything;
  if (WORDS.has(name)) return hasName(name);
  return exactly({ exists: { field: writtenField(fieldOf(name)) } });
}

const NAMES = `${OWN}.names`;
const hasName = (name: string): Bounds => exactly({ term: { [NAMES]: { value: name } } });

/** Whether any field has a name that fits, or is below one that does. */
export function existsAnyBounds(pattern: string): Bounds {
  const fits = createGlob(pattern.split('*'));
  const fitsBelow = createGlob(`${pattern}.*`.split('*'));
  const fitting = FIELDS.filter(({ name }) => fits(name) || fitsBelow(name));
  const names = [pattern, `${pattern}.*`].map(one => wildcardQuery(NAMES, one.split('*')));
  return either([...fitting.map(({ name }) => fieldExists(name)), ...names]);
}

/** Any value under any name that fits, each compared as its own field is; times and the record's id are left out. */
export function isAnyBounds(pattern: string, value: Value, types: FieldTypes): Bounds {
  const fits = createGlob(pattern.split('*'));
  const fitting = FIELDS.filter(({ name, type }) => type !== 'date' && name !== 'event.id' && fits(name));
  return either([
    ...fitting.map(({ name }) => isBounds(name, value, types)),
    ...OWN_ROOTS.map(root => isAnyBelow(root, { pattern, value, types })),
  ]);
}

function isAnyBelow(
  root: string,
  { pattern, value, types }: { pattern: string; value: Value; types: FieldTypes },
): Bounds {
  const [head = '', tail, ...more] = pattern.split('*');
  const prefix = `${root}.`;
  if (!head.startsWith(prefix) && !prefix.startsWith(head)) return nothing;
  const named = wildcardQuery(NAMES, pattern.split('*'));
  if (!types.flattened) return among(named.maybe);
  const pieces = value.kind === 'wildcard' ? splitPattern(value.pattern) : [value.text];
  const ofValue =
    value.kind === 'wildcard' && pieces.length > 1
      ? globBounds(root, pieces)
      : ownTerm(root, pieces.join(''));
  const isWholeRoot = tail === '' && more.length === 0 && prefix.startsWith(head);
  return isWholeRoot ? ofValue : among(allOf([named.maybe, ofValue.maybe]));
}

/** A name without wildcards. */
export function rangeBounds(node: RangeNode): Bounds {
  const { field, operator, value } = node;
  const { type } = fieldOf(field);
  if (type === 'text') return nothing;
  if (field === 'log.level') return exactly({ terms: { [field]: levelsInRange(operator, value) } });
  if (field === 'event.id') return anything;
  if (field === '@timestamp') return stampRange(operator, value);
  const isOwn = ownRootOf(field) !== undefined;
  if (isOwn ? OWN_ROOTS.includes(field) : !known.has(field)) return nothing;
  const number = type === 'date' ? undefined : toQuantity(value, field);
  if (type === 'number') return number === undefined ? nothing : integerRange(field, operator, number);
  if (number !== undefined) return numberRange(field, operator, number);
  if (isOwn) return both([existsBounds(field), anything]);
  return FLAGS.has(field)
    ? nothing
    : exactly({ range: { [writtenField(fieldOf(field))]: { [keyOf[operator]]: value } } });
}

const keyOf = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;

/** The index holds stamps that ids can carry only. */
function stampRange(operator: RangeOperator, value: string): Bounds {
  const isUpper = operator.startsWith('<');
  if (value < FIRST_STAMP) return isUpper ? nothing : everything;
  if (value >= END_STAMP) return isUpper ? everything : nothing;
  // With a side left open, histograms of nanoseconds fail on the server.
  const other = isUpper ? { gte: FIRST_STAMP } : { lt: END_STAMP };
  return exactly({ range: { '@timestamp': { ...other, [keyOf[operator]]: value } } });
}

function integerRange(field: string, operator: RangeOperator, number: number): Bounds {
  const isUpper = operator.startsWith('<');
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER) {
    return isUpper === number > 0 ? exactly({ exists: { field } }) : nothing;
  }
  return exactly({ range: { [field]: { [keyOf[operator]]: number } } });
}

/** Numbers of a name stand in a row among the terms: from its least to its greatest. */
function numberRange(name: string, operator: RangeOperator, number: number): Bounds {
  const bound = numberTerm(name, number);
  const range = operator.startsWith('<')
    ? { gte: `${name}\0`, [keyOf[operator]]: bound }
    : { [keyOf[operator]]: bound, lt: `${name}\x01` };
  return exactly({ range: { [`${OWN}.numbers`]: range } });
}
