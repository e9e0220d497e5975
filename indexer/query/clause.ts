/** From a field and what was written about it to a node of the tree, as the type of the field wants it. */
import { QuaylogError } from '#contract/quaylog-error.ts';
import { LEVELS, STREAMS } from '#contract/log-record.ts';
import { closest } from './closest.ts';
import { parseSpan, type TimeSpan } from './date-math.ts';
import { canonicalField, fieldOf } from './fields.ts';
import { splitPattern, toValue } from './glob.ts';
import { toNumber, toQuantity } from './quantity.ts';
import { quoted, QueryProblem } from './query-error.ts';
import type { QueryNode, RangeOperator, Value } from './query-tree.ts';

/** A value as written; `start` is its offset. */
export type Operand = { value: Value; start: number };

/** What a clause speaks of: the canonical name, and the name as written. */
export type Target = { field: string; written: string };

/** A field with a fixed set of values, written in any case and by other names too. */
type Choice = { noun: string; values: readonly string[]; synonyms: Readonly<Record<string, string>> };

const CHOICES: ReadonlyMap<string, Choice> = new Map([
  [
    'log.level',
    {
      noun: 'level',
      values: LEVELS,
      synonyms: {
        ...{ warning: 'warn', err: 'error', information: 'info', informational: 'info', verbose: 'trace' },
        ...{
          critical: 'fatal',
          crit: 'fatal',
          panic: 'fatal',
          alert: 'fatal',
          emerg: 'fatal',
          emergency: 'fatal',
        },
      },
    },
  ],
  ['log.iostream', { noun: 'stream', values: STREAMS, synonyms: { out: 'stdout', err: 'stderr' } }],
]);

/** A name in front of `:` or an operator. Throws a `QueryProblem` when it is empty or holds an escaped star. */
export function toTarget({ value, start }: Operand): Target {
  const pieces = value.kind === 'wildcard' ? splitPattern(value.pattern) : [value.text];
  const name = pieces.join('*');
  if (name === '')
    throw new QueryProblem(start, 'The name of a field is empty: write one, as in `level:error`.');
  if (pieces.some(piece => piece.includes('*'))) {
    const message =
      'A field name cannot hold a plain `*`: write it without `\\` and quotes, it matches a star too.';
    throw new QueryProblem(start, message);
  }
  return { field: canonicalField(name), written: name };
}

/** `field:value`. Throws a `QueryProblem` for a value that the field cannot have. */
export function isNode(target: Target, operand: Operand, now: Date): QueryNode {
  const { field, written } = target;
  const { value } = operand;
  if (value.kind === 'wildcard' && !/[^*]/.test(value.pattern)) {
    return /^\*+$/.test(field) ? { type: 'all' } : { type: 'exists', field };
  }
  if (written === '_exists_') return { type: 'exists', field: toTarget(operand).field };
  if (written === 'image') return imageNode(value);
  if (field === 'container.id') return { type: 'is', field, value: toIdValue(value) };
  const choice = CHOICES.get(field);
  if (choice) return choiceNode(field, choice, operand);
  const { type } = fieldOf(field);
  if (type === 'date') return timeNode(target, operand, now);
  if (type === 'number' && value.kind !== 'wildcard' && toNumber(value.text) === undefined) {
    throw notNumber(target, value.text, operand.start);
  }
  return { type: 'is', field, value };
}

/** `field >= value` and its like. Throws a `QueryProblem` for what cannot be compared. */
export function rangeNode(
  target: Target,
  operator: RangeOperator,
  operand: Operand & { now: Date },
): QueryNode {
  const { field, written } = target;
  const { value, start, now } = operand;
  if (value.kind === 'wildcard') {
    const message = `A value with \`*\` cannot be compared: write \`${written}:${value.pattern}\`, or a plain value.`;
    throw new QueryProblem(start, message);
  }
  if (written === '_exists_') {
    throw new QueryProblem(start, '`_exists_` takes the name of a field: write `_exists_:user`.');
  }
  const { type } = fieldOf(field);
  if (type === 'text') {
    const message = `${quoted(written)} is text and has no order: look for words in it, as in \`${written}:timeout\`.`;
    throw new QueryProblem(start, message);
  }
  if (type === 'date') return timeRange(field, operator, readSpan(target, operand, now));
  const choice = CHOICES.get(field);
  if (choice) return { type: 'range', field, operator, value: toChoice(value.text, choice, start) };
  const number = toQuantity(value.text, field);
  if (type === 'number' && number === undefined) throw notNumber(target, value.text, start);
  // Digits stay as they are written; what has a unit becomes another number.
  const hasUnit = number !== undefined && toNumber(value.text) === undefined;
  return { type: 'range', field, operator, value: hasUnit ? String(number) : value.text };
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

function choiceNode(field: string, choice: Choice, { value, start }: Operand): QueryNode {
  if (value.kind === 'wildcard') {
    return { type: 'is', field, value: { ...value, pattern: value.pattern.toLowerCase() } };
  }
  // What the histogram calls the records that have none.
  if (value.text.toLowerCase() === 'none') return { type: 'not', node: { type: 'exists', field } };
  return { type: 'is', field, value: { ...value, text: toChoice(value.text, choice, start) } };
}

function toChoice(text: string, { noun, values, synonyms }: Choice, start: number): string {
  const lower = text.toLowerCase();
  const value = Object.hasOwn(synonyms, lower) ? (synonyms[lower] ?? lower) : lower;
  if (values.includes(value)) return value;
  const near = closest(lower, [...values, ...Object.keys(synonyms)]);
  const several = text.split(',').filter(Boolean);
  const hint =
    several.length > 1 ? `Write \`${noun}:(${several.join(' or ')})\`.` : near && `Did you mean \`${near}\`?`;
  throw new QueryProblem(start, `${quoted(text)} is not a ${noun}: use ${values.join(', ')}, or none.`, {
    hint,
  });
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
    const message = `A time takes no \`*\`: write \`${written}:2026-11-22\` for a whole day, or compare it.`;
    throw new QueryProblem(start, message);
  }
  try {
    return parseSpan(value.text, now);
  } catch (error) {
    if (!(error instanceof QuaylogError)) throw error;
    throw new QueryProblem(start, error.message, { hint: error.hint });
  }
}

function notNumber({ field, written }: Target, text: string, start: number): QueryProblem {
  const [, digits] = /^(\d+)x+$/i.exec(text) ?? [];
  const example = digits === undefined ? `${written} >= 500` : `${written}:${digits}*`;
  const unit = fieldOf(field).unit === 'bytes' ? ' (a unit such as kB or MiB may follow)' : '';
  const message = `${quoted(text)} is not a number, and ${quoted(written)} holds numbers${unit}: write \`${example}\`.`;
  return new QueryProblem(start, message);
}
