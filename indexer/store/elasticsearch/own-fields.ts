/**
 * What a document holds for our own questions beside its ECS fields (mapping.ts): read once, when the record is stored.
 *
 * - `order`: with the stamp, the order of ids. `_id` itself cannot be sorted by.
 * - `words`: the tokens of texts, as query/tokens.ts makes them.
 * - `names`: what `exists` finds, of the fields that have no mapping of their own: those of the application, labels, texts.
 * - `numbers`: what a range by size compares, as `name NUL number`, in terms whose order is that of the numbers. One field
 *   for any number of names, and units are read as the matcher reads them.
 * - `cut`: fields with a value that the index does not hold as it is (too long, no text of UTF-8, too deep). A question that
 *   touches such a field is never sure about the document, and puts it to the matcher (translate.ts).
 * - `cut_words`: texts with a token that is cut, which matters to some patterns only (text-query.ts).
 */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { recordId } from '../../parse/record-id.ts';
import { fieldOf } from '../../query/fields.ts';
import { toQuantity } from '../../query/quantity.ts';
import { MAX_DEPTH, MAX_KEYWORD } from './mapping.ts';
import { wordsOf } from './words.ts';

export type Stored = LogRecord | ContainerEvent;
export type OwnFields = {
  order: { stream: string; ordinal: number };
  words?: Record<string, string>;
  names?: readonly string[];
  numbers?: readonly string[];
  cut?: readonly string[];
  cut_words?: readonly string[];
};
export type Reading = { own: OwnFields; isFaithful: boolean };

/** Longer names (UTF-16 units) of the application's fields are not indexed. */
export const MAX_NAME = 512;

/** Text fields and where their tokens stand below `words`. */
export const WORDS: ReadonlyMap<string, string> = new Map([
  ['message', 'message'],
  ['error.message', 'error_message'],
  ['error.stack_trace', 'stack_trace'],
  ['event.original', 'original'],
]);

/** What was found in a part of a record. `isFaithful`: a document can hold the part as it is. */
type Part = {
  words: Record<string, string>;
  names: Set<string>;
  numbers: string[];
  cut: Set<string>;
  cutWords: string[];
  isFaithful: boolean;
};

/** `isFaithful`: the document can hold the record as it is, and gives it back so. */
export function readOwnFields(record: Stored): Reading {
  const part = emptyPart();
  for (const [key, value] of Object.entries(record)) {
    if (key === 'container' || key === 'host' || key === 'compose' || key === 'service') {
      addPart(part, sharedPart(key, value as object));
    } else if (key === 'event') {
      readEvent(part, value as Stored['event']);
    } else if (key !== '@timestamp') {
      readValue(part, key, { value, depth: 1 });
    }
  }
  if (!isStampOfId(record)) leaveOut(part, '@timestamp');
  const { words, names, numbers, cut, cutWords, isFaithful } = part;
  const own: OwnFields = { order: orderOf(record.event.id) };
  if (Object.keys(words).length > 0) own.words = words;
  if (names.size > 0) own.names = [...names];
  if (numbers.length > 0) own.numbers = numbers;
  if (cut.size > 0) own.cut = [...cut];
  if (cutWords.length > 0) own.cut_words = cutWords;
  return { own, isFaithful };
}

/**
 * The part of an id that follows its stamp, in two: `stream` is the same for nearly all lines of a stream of a container
 * (15 of 16 characters are its key), `ordinal` is nearly always 0. Ordered by them, ids of one stamp are in order.
 */
export function orderOf(id: string): OwnFields['order'] {
  // The 13th digit of an id has four bits of the stamp and one of the key.
  const firstBit = Number.parseInt(id.charAt(12), 32) & 1;
  return { stream: `${firstBit}${id.slice(13, 28)}`, ordinal: Number.parseInt(id.slice(28), 32) };
}

/** A number as text of 16 digits, in the order of numbers. */
export function sortableNumber(number: number): string {
  view.setFloat64(0, number + 0);
  const high = view.getUint32(0);
  const low = view.getUint32(4);
  const isNegative = high >= 0x8000_0000;
  const digits = (bits: number): string => (bits >>> 0).toString(16).padStart(8, '0');
  return isNegative ? digits(~high) + digits(~low) : digits(high ^ 0x8000_0000) + digits(low);
}

const view = new DataView(new ArrayBuffer(8));

const emptyPart = (): Part => ({
  words: {},
  names: new Set(),
  numbers: [],
  cut: new Set(),
  cutWords: [],
  isFaithful: true,
});

/** Records of one batch share the objects that tell where they come from: each is read once. */
const sharedParts = new WeakMap<object, Part>();

function sharedPart(key: string, value: object): Part {
  let part = sharedParts.get(value);
  if (part === undefined) {
    part = emptyPart();
    readValue(part, key, { value, depth: 1 });
    sharedParts.set(value, part);
  }
  return part;
}

function addPart(to: Part, { names, numbers, cut, isFaithful }: Part): void {
  for (const name of names) to.names.add(name);
  to.numbers.push(...numbers);
  for (const name of cut) to.cut.add(name);
  to.isFaithful &&= isFaithful;
}

function readEvent(part: Part, event: Stored['event']): void {
  for (const [key, value] of Object.entries(event)) {
    if (key !== 'id') readValue(part, `event.${key}`, { value, depth: 2 });
  }
}

/** Answers whether there is a value in it: a string, a number, true or false. */
function readValue(part: Part, path: string, { value, depth }: { value: unknown; depth: number }): boolean {
  if (typeof value === 'string') readText(part, path, value);
  else if (typeof value === 'number') readNumber(part, path, value);
  else if (typeof value !== 'boolean') {
    return typeof value === 'object' && value !== null && readObject(part, path, { value, depth });
  }
  if (ownRootOf(path) !== undefined || (WORDS.has(path) && path !== 'message')) part.names.add(path);
  return true;
}

function readObject(part: Part, path: string, { value, depth }: { value: object; depth: number }): boolean {
  if (depth >= MAX_DEPTH) return leaveOut(part, ownRootOf(path) ?? path);
  let hasValue = false;
  const isList = Array.isArray(value);
  for (const [key, below] of Object.entries(value)) {
    const name = isList ? path : `${path}.${key}`;
    const isLeftOut = !isList && (!isPlainKey(key) || name.length > MAX_NAME);
    const hasOne = isLeftOut
      ? leaveOut(part, ownRootOf(path) ?? path)
      : readValue(part, name, { value: below, depth: depth + 1 });
    hasValue ||= hasOne;
  }
  // The names of objects exist, too.
  if (hasValue && ownRootOf(path) !== undefined) part.names.add(path);
  return hasValue;
}

function readText(part: Part, path: string, text: string): void {
  if (!text.isWellFormed()) leaveOut(part, path);
  if (fieldOf(path).type === 'text') {
    const place = WORDS.get(path);
    if (place === undefined) return;
    const { words, hasCut } = wordsOf(text);
    if (words !== '') part.words[place] = words;
    if (hasCut) part.cutWords.push(path);
    return;
  }
  if (text.length > MAX_KEYWORD) part.cut.add(path);
  else noteQuantity(part, path, text);
}

function noteQuantity(part: Part, path: string, text: string): void {
  const first = text.charCodeAt(0);
  // A digit or a minus sign.
  if (first !== 45 && !(first >= 48 && first <= 57)) return;
  const number = toQuantity(text, path);
  if (number !== undefined) part.numbers.push(numberTerm(path, number));
}

function readNumber(part: Part, path: string, number: number): void {
  if (fieldOf(path).type !== 'number') part.numbers.push(numberTerm(path, number));
  else if (!Number.isSafeInteger(number)) part.cut.add(path);
}

export const numberTerm = (path: string, number: number): string => `${path}\0${sortableNumber(number)}`;

/** The document is not given back as it is, so the record is kept verbatim too. */
function leaveOut(part: Part, field: string): true {
  part.cut.add(field);
  part.isFaithful = false;
  return true;
}

/** The objects whose keys others choose. */
export const OWN_ROOTS = ['app', 'container.labels'];

/** The one of them that a name is below, or is. */
export const ownRootOf = (name: string): string | undefined =>
  OWN_ROOTS.find(root => name === root || name.startsWith(`${root}.`));

/** Keys that a flattened field takes and that its names are unambiguous with. */
export const isPlainKey = (key: string): boolean => key !== '' && !key.includes('\0') && key.isWellFormed();

const ZERO_KEY = Buffer.alloc(9);

/** Years beyond those that ids can carry are clamped there, and dates of nanoseconds end too. */
function isStampOfId({ '@timestamp': stamp, event: { id } }: Stored): boolean {
  const expected = recordId(ZERO_KEY, stamp, 0);
  const isSameTime =
    id.startsWith(expected.slice(0, 12)) &&
    Number.parseInt(id.charAt(12), 32) >> 1 === Number.parseInt(expected.charAt(12), 32) >> 1;
  return isSameTime && stamp >= FIRST_STAMP && stamp < END_STAMP;
}

/** From when to when ids can tell the time (parse/record-id.ts). */
export const FIRST_STAMP = '1970-01-01T00:00:00.000000000Z';
export const END_STAMP = '2106-02-07T06:28:16.000000000Z';
