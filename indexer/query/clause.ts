/** From a field and what was written about it to a node of the tree, as the type of the field wants it. */
import { QuaylogError } from '#contract/errors.ts';
import { LEVELS, STREAMS } from '#contract/log-record.ts';
import { parseSpan, type TimeSpan } from './date-math.ts';
import { canonicalField, fieldOf } from './fields.ts';
import { splitPattern, toValue } from './glob.ts';
import { toNumber, toQuantity } from './quantity.ts';
import { badQuery, quoted } from './query-error.ts';
import type { QueryNode, RangeOperator, Value } from './query-tree.ts';

/** A value as written; `start` is its offset. */
export type Operand = { value: Value; start: number };

/** What a clause speaks of: the canonical name, and the name as written. */
export type Target = { field: string; written: string };

/** Other spellings of levels that people type. */
const LEVEL_SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['warning', 'warn'],
  ['err', 'error'],
  ['critical', 'fatal'],
  ['crit', 'fatal'],
  ['panic', 'fatal'],
  ['emerg', 'fatal'],
  ['alert', 'fatal'],
  ['information', 'info'],
  ['informational', 'info'],
  ['verbose', 'trace'],
]);
const STREAM_SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['out', 'stdout'],
  ['err', 'stderr'],
]);

/** A name in front of `:` or an operator. Throws `bad_query` when it is empty or holds an escaped star. */
export function toTarget({ value, start }: Operand): Target {
  const pieces = value.kind === 'wildcard' ? splitPattern(value.pattern) : [value.text];
  const name = pieces.join('*');
  if (name === '') throw badQuery(start, 'The name of a field is empty: write one, as in `level:error`.');
  if (pieces.some(piece => piece.includes('*'))) {
    const message =
      'A field name cannot hold a plain `*`: write it without `\\` and quotes, it matches a star too.';
    throw badQuery(start, message);
  }
  return { field: canonicalField(name), written: name };
}

/** `field:value`. Throws `bad_query` for a value that the field cannot have. */
export function isNode(target: Target, operand: Operand, now: Date): QueryNode {
  const { field, written } = target;
  const { value } = operand;
  if (value.kind === 'wildcard' && !/[^*]/.test(value.pattern)) {
    return /^\*+$/.test(field) ? { type: 'all' } : { type: 'exists', field };
  }
  if (written === '_exists_') return { type: 'exists', field: toTarget(operand).field };
  if (written === 'image') return imageNode(value);
  if (field === 'log.level') return levelNode(operand);
  if (field === 'log.iostream') return streamNode(operand);
  if (field === 'container.id') return { type: 'is', field, value: toIdValue(value) };
  const { type } = fieldOf(field);
  if (type === 'date') return timeNode(target, operand, now);
  if (type === 'number' && value.kind !== 'wildcard') requireNumber(target, operand);
  return { type: 'is', field, value };
}

/** `field >= value` and its like. Throws `bad_query` for what cannot be compared. */
export function rangeNode(
  target: Target,
  operator: RangeOperator,
  operand: Operand & { now: Date },
): QueryNode {
  const { field, written } = target;
  const { value, start, now } = operand;
  if (value.kind === 'wildcard') {
    throw badQuery(
      start,
      `A value with \`*\` cannot be compared: write \`${written}:${value.pattern}\`, or a plain value.`,
    );
  }
  if (written === '_exists_')
    throw badQuery(start, '`_exists_` takes the name of a field: write `_exists_:user`.');
  const { type } = fieldOf(field);
  if (type === 'text') {
    throw badQuery(
      start,
      `${quoted(written)} is text and has no order: look for words in it, as in \`${written}:timeout\`.`,
    );
  }
  if (type === 'date') return timeRange(field, operator, readSpan(target, operand, now));
  if (field === 'log.level') return { type: 'range', field, operator, value: toLevel(value.text, start) };
  const number = toQuantity(value.text, field);
  if (type === 'number' && number === undefined) requireNumber(target, operand);
  return {
    type: 'range',
    field,
    operator,
    value: number === undefined ? value.text : canonicalNumber(value.text, number),
  };
}

/** Digits stay as written; only what had a unit becomes another number. */
function canonicalNumber(text: string, number: number): string {
  return toNumber(text) === undefined ? String(number) : text;
}

/** `image:redis:7` names the tag too, as on Docker's command line; a port (`c:9000/x`) or a digest is part of the name. */
function imageNode(value: Value): QueryNode {
  const text = value.kind === 'wildcard' ? value.pattern : value.text;
  const [, name = text, tag] = /^([^@]+):([^@:/]+)$/.exec(text) ?? [];
  const is = (field: string, part: string): QueryNode => {
    if (value.kind !== 'wildcard') return { type: 'is', field, value: { kind: value.kind, text: part } };
    return /[^*]/.test(part)
      ? { type: 'is', field, value: toValue(splitPattern(part)) }
      : { type: 'exists', field };
  };
  const nameNode = is('container.image.name', name);
  return tag === undefined ? nameNode : { type: 'and', nodes: [nameNode, is('container.image.tag', tag)] };
}

function levelNode({ value, start }: Operand): QueryNode {
  const field = 'log.level';
  if (value.kind === 'wildcard')
    return { type: 'is', field, value: { ...value, pattern: value.pattern.toLowerCase() } };
  // What the histogram calls records without a level.
  if (value.text.toLowerCase() === 'none') return { type: 'not', node: { type: 'exists', field } };
  return { type: 'is', field, value: { ...value, text: toLevel(value.text, start) } };
}

function toLevel(text: string, start: number): string {
  const lower = text.toLowerCase();
  const level = LEVEL_SYNONYMS.get(lower) ?? lower;
  if ((LEVELS as readonly string[]).includes(level)) return level;
  const several = text.includes(',')
    ? `Write \`level:(${text.split(',').filter(Boolean).join(' or ')})\`.`
    : undefined;
  throw badQuery(start, `${quoted(text)} is not a level: use ${LEVELS.join(', ')}, or none.`, several);
}

function streamNode({ value, start }: Operand): QueryNode {
  const field = 'log.iostream';
  if (value.kind === 'wildcard')
    return { type: 'is', field, value: { ...value, pattern: value.pattern.toLowerCase() } };
  const lower = value.text.toLowerCase();
  const stream = STREAM_SYNONYMS.get(lower) ?? lower;
  if ((STREAMS as readonly string[]).includes(stream))
    return { type: 'is', field, value: { ...value, text: stream } };
  throw badQuery(start, `${quoted(value.text)} is not a stream: use stdout or stderr.`);
}

/** The short id that Docker prints is the beginning of the id. */
function toIdValue(value: Value): Value {
  const isShort = value.kind === 'word' && /^[0-9a-f]{12,63}$/.test(value.text);
  return isShort ? { kind: 'wildcard', pattern: `${value.text}*` } : value;
}

function timeNode(target: Target, operand: Operand, now: Date): QueryNode {
  const span = readSpan(target, operand, now);
  const { field } = target;
  return { type: 'and', nodes: [timeRange(field, '>=', span), timeRange(field, '<=', span)] };
}

/** A day, a minute or a second is compared as a whole: after it is after its end, up to it includes it. */
function timeRange(field: string, operator: RangeOperator, { from, to }: TimeSpan): QueryNode {
  const isExact = from === to;
  if (isExact) return { type: 'range', field, operator, value: from };
  const fromEnd = operator === '>' || operator === '<=';
  const value = fromEnd ? to : from;
  return { type: 'range', field, operator: operator.startsWith('>') ? '>=' : '<', value };
}

function readSpan({ written }: Target, { value, start }: Operand, now: Date): TimeSpan {
  if (value.kind === 'wildcard') {
    throw badQuery(
      start,
      `${quoted(written)} is a time and takes no \`*\`: write \`${written}:2026-11-22\` for a whole day.`,
    );
  }
  try {
    return parseSpan(value.text, now);
  } catch (error) {
    if (!(error instanceof QuaylogError)) throw error;
    throw badQuery(start, error.message, error.hint);
  }
}

function requireNumber({ field, written }: Target, { value, start }: Operand): void {
  const text = value.kind === 'wildcard' ? value.pattern : value.text;
  if (toNumber(text) !== undefined) return;
  const [, digits] = /^(\d+)x+$/i.exec(text) ?? [];
  const example = digits === undefined ? `${written} >= 500` : `${written}:${digits}*`;
  const unit = fieldOf(field).unit === 'bytes' ? ' (a unit such as kB or MiB may follow)' : '';
  throw badQuery(
    start,
    `${quoted(text)} is not a number, and ${quoted(written)} holds numbers${unit}: write \`${example}\`.`,
  );
}
