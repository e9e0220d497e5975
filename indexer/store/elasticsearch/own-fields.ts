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
import { FIELDS, type Field } from '../../query/fields.ts';
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

/** The objects whose keys others choose. */
export const OWN_ROOTS = ['app', 'container.labels'];

/** The one of them that a name is below, or is. */
export const ownRootOf = (name: string): string | undefined =>
  OWN_ROOTS.find(root => name === root || name.startsWith(`${root}.`));

/** `isFaithful`: the document can hold the record as it is, and gives it back so. */
export function readOwnFields(record: Stored): Reading {
  const reader = new OwnFieldReader();
  for (const key in record) {
    const value: unknown = record[key as keyof Stored];
    const node = TABLE.below.get(key) ?? UNKNOWN;
    if (SHARED.has(key)) reader.add(readShared(value as object, node));
    else reader.readKnown(value, node);
  }
  if (!isStampOfId(record)) reader.leaveOut('@timestamp');
  return { own: reader.found(orderOf(record.event.id)), isFaithful: reader.isFaithful };
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

/** A number as text of 16 digits, in the order of numbers: the bits of negative ones turned round, else the sign set. */
export function sortableNumber(number: number): string {
  scratch.writeDoubleBE(number + 0);
  if (number < 0) for (let i = 0; i < 8; i++) scratch[i] = ~(scratch[i] ?? 0);
  else scratch[0] = (scratch[0] ?? 0) | 0x80;
  return scratch.toString('hex');
}

const scratch = Buffer.alloc(8);

/** Records of one batch share the objects that tell where they come from: each is read once. */
const SHARED = new Set(['container', 'host', 'compose', 'service']);
const sharedParts = new WeakMap<object, OwnFieldReader>();

function readShared(value: object, node: Node): OwnFieldReader {
  let reader = sharedParts.get(value);
  if (reader === undefined) {
    reader = new OwnFieldReader();
    reader.readKnown(value, node);
    sharedParts.set(value, reader);
  }
  return reader;
}

/** The table of fields by the keys that lead to them. `root`: what is below has names of others' choice. */
type Node = { field?: Field; root?: string; below: Map<string, Node> };

const UNKNOWN: Node = { below: new Map() };
const TABLE = createTable();

function createTable(): Node {
  const table: Node = { below: new Map() };
  const nodeOf = (name: string): Node => {
    let node = table;
    for (const key of name.split('.')) {
      const next = node.below.get(key) ?? { below: new Map<string, Node>() };
      node.below.set(key, next);
      node = next;
    }
    return node;
  };
  for (const field of FIELDS) nodeOf(field.name).field = field;
  for (const root of OWN_ROOTS) nodeOf(root).root = root;
  // The id and the time of a record stand for themselves.
  for (const name of ['@timestamp', 'event.id']) delete nodeOf(name).field;
  return table;
}

class OwnFieldReader {
  isFaithful = true;
  #words: Record<string, string> | undefined;
  #names: Set<string> | undefined;
  #numbers: string[] | undefined;
  #cut: Set<string> | undefined;
  #cutWords: string[] | undefined;

  found(order: OwnFields['order']): OwnFields {
    const own: OwnFields = { order };
    if (this.#words) own.words = this.#words;
    if (this.#names) own.names = [...this.#names];
    if (this.#numbers) own.numbers = this.#numbers;
    if (this.#cut) own.cut = [...this.#cut];
    if (this.#cutWords) own.cut_words = this.#cutWords;
    return own;
  }

  /** Takes over what was found in a part that several records share: it has no texts. */
  add(part: OwnFieldReader): void {
    if (part.#names) for (const name of part.#names) this.#addName(name);
    if (part.#numbers) (this.#numbers ??= []).push(...part.#numbers);
    if (part.#cut) for (const name of part.#cut) this.#addCut(name);
    this.isFaithful &&= part.isFaithful;
  }

  /** The document cannot hold a value of the field, so the record is kept verbatim too. */
  leaveOut(field: string): void {
    this.#addCut(field);
    this.isFaithful = false;
  }

  /** A value of our own format. */
  readKnown(value: unknown, node: Node): void {
    if (node.root !== undefined) this.#readOwn(value, node.root, 1);
    else if (typeof value === 'string') this.#readText(value, node.field);
    else if (typeof value === 'number') this.#readNumber(value, node.field);
    else if (Array.isArray(value)) for (const element of value) this.readKnown(element, node);
    else if (typeof value === 'object' && value !== null) {
      for (const key in value) {
        this.readKnown((value as Record<string, unknown>)[key], node.below.get(key) ?? UNKNOWN);
      }
    }
  }

  #readText(text: string, field: Field | undefined): void {
    if (field === undefined) {
      this.isFaithful &&= text.isWellFormed();
      return;
    }
    if (!text.isWellFormed()) this.leaveOut(field.name);
    if (field.type !== 'text') this.#readKeyword(text, field.name);
    else this.#readWords(text, field.name);
  }

  #readWords(text: string, name: string): void {
    const place = WORDS.get(name);
    if (place === undefined) return;
    const { words, hasCut } = wordsOf(text);
    if (words !== '') (this.#words ??= {})[place] = words;
    if (hasCut) (this.#cutWords ??= []).push(name);
    if (name !== 'message') this.#addName(name);
  }

  #readKeyword(text: string, name: string): void {
    if (text.length > MAX_KEYWORD) {
      this.#addCut(name);
      return;
    }
    // A digit or a minus sign: perhaps a quantity.
    const first = text.charCodeAt(0);
    if (first !== 45 && !(first >= 48 && first <= 57)) return;
    const number = toQuantity(text, name);
    if (number !== undefined) this.#addNumber(name, number);
  }

  #readNumber(number: number, field: Field | undefined): void {
    if (field === undefined) return;
    if (field.type !== 'number') this.#addNumber(field.name, number);
    else if (!Number.isSafeInteger(number)) this.#addCut(field.name);
  }

  /** Answers whether there is a value in it: a string, a number, true or false. */
  #readOwn(value: unknown, path: string, depth: number): boolean {
    if (typeof value === 'string') {
      if (!value.isWellFormed()) this.leaveOut(path);
      this.#readKeyword(value, path);
    } else if (typeof value === 'number') this.#addNumber(path, value);
    else if (typeof value !== 'boolean') {
      const hasValue = typeof value === 'object' && value !== null && this.#readObject(value, path, depth);
      if (!hasValue) return false;
    }
    // The names of objects exist, too.
    this.#addName(path);
    return true;
  }

  #readObject(value: object, path: string, depth: number): boolean {
    const root = ownRootOf(path) ?? path;
    let hasValue = false;
    if (depth >= MAX_DEPTH) {
      this.leaveOut(root);
    } else if (Array.isArray(value)) {
      for (const element of value) hasValue = this.#readOwn(element, path, depth + 1) || hasValue;
    } else {
      for (const key in value) {
        const name = `${path}.${key}`;
        if (isPlainKey(key) && name.length <= MAX_NAME) {
          hasValue = this.#readOwn((value as Record<string, unknown>)[key], name, depth + 1) || hasValue;
        } else {
          this.leaveOut(root);
        }
      }
    }
    return hasValue;
  }

  #addName(name: string): void {
    (this.#names ??= new Set()).add(name);
  }

  #addNumber(name: string, number: number): void {
    (this.#numbers ??= []).push(numberTerm(name, number));
  }

  #addCut(name: string): void {
    (this.#cut ??= new Set()).add(name);
  }
}

export const numberTerm = (name: string, number: number): string => `${name}\0${sortableNumber(number)}`;

/** Keys that a flattened field takes and that its names are unambiguous with. */
export const isPlainKey = (key: string): boolean => key !== '' && !key.includes('\0') && key.isWellFormed();

/** Ids are made from stamps (parse/record-id.ts): of years that they can carry, theirs is the record's own. */
const isStampOfId = ({ '@timestamp': stamp }: Stored): boolean => stamp >= FIRST_STAMP && stamp < END_STAMP;

/** From when to when ids can tell the time (parse/record-id.ts). */
export const FIRST_STAMP = '1970-01-01T00:00:00.000000000Z';
export const END_STAMP = '2106-02-07T06:28:16.000000000Z';
