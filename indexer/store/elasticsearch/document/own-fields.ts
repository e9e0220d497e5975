/**
 * What a document holds for our own questions beside its ECS fields (mapping.ts): document-writer.ts writes it, once.
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

export type Stored = LogRecord | ContainerEvent;
export type OwnFields = {
  order: { stream: string; ordinal: number };
  words?: Record<string, string>;
  names?: readonly string[];
  numbers?: readonly string[];
  cut?: readonly string[];
  cut_words?: readonly string[];
};

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

/**
 * The part of an id that follows its stamp, in two: `stream` is the same for nearly all lines of a stream of a container
 * (15 of 16 characters are its key), `ordinal` is nearly always 0. Ordered by them, ids of one stamp are in order.
 */
export function orderOf(id: string): OwnFields['order'] {
  // The 13th digit of an id has four bits of the stamp and one of the key; in both rows of digits, 0 and a, even ones come first.
  const code = id.charCodeAt(12);
  const firstBit = (code < 0x41 ? code : code + 1) & 1;
  return {
    stream: `${firstBit}${id.slice(13, 28)}`,
    ordinal: id.endsWith('0000') ? 0 : Number.parseInt(id.slice(28), 32),
  };
}

/** A number as text of 16 digits, in the order of numbers: the bits of negative ones turned round, else the sign set. */
export function sortableNumber(number: number): string {
  scratch.writeDoubleBE(number + 0);
  if (number < 0) for (let i = 0; i < 8; i++) scratch[i] = ~(scratch[i] ?? 0);
  else scratch[0] = (scratch[0] ?? 0) | 0x80;
  return scratch.toString('hex');
}

const scratch = Buffer.alloc(8);

export const numberTerm = (name: string, number: number): string => `${name}\0${sortableNumber(number)}`;

/** Keys that a flattened field takes and that its names are unambiguous with. */
export const isPlainKey = (key: string): boolean => key !== '' && !key.includes('\0') && key.isWellFormed();

/** From when to when ids can tell the time (parse/record-id.ts). */
export const FIRST_STAMP = '1970-01-01T00:00:00.000000000Z';
export const END_STAMP = '2106-02-07T06:28:16.000000000Z';
