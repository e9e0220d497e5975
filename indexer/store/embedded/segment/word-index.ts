/**
 * The words of a segment and the records each occurs in: exactly the tokens of query/tokens.ts, cut at MAX_WORD_BYTES.
 *
 * Words stand in the order of their bytes, in pages of two sections: `words` is a newline, then each word and a newline (no
 * token holds one), so that a piece of a word is found by a plain search over bytes; `places` holds for each word the length
 * of a list in bytes and the list: the first record, then the distance to each next one, less one. All are varints.
 */
import { createGlob } from '../../../query/glob.ts';
import { newBits, setBit } from './bits.ts';
import { ByteReader } from './byte-writer.ts';

/** Longer words are found by their beginning and then looked at. */
export const MAX_WORD_BYTES = 200;

const NEWLINE = 10;

/** `first`: the first word, its bytes as characters. */
export type WordPage = { first: string; words: Buffer; places: Buffer };
/** All pages before their sections are read; `firsts` as of `WordPage`. */
export type WordPages = {
  firsts: readonly string[];
  words: (page: number) => Buffer;
  places: (page: number) => Buffer;
};

/** Records in which something occurs for sure, and those in which it may. */
export type Occurrences = { sure: Uint32Array | false; maybe: Uint32Array | false };

const NOWHERE: Occurrences = { sure: false, maybe: false };

export class WordIndex {
  readonly #pages: WordPages;
  readonly #records: number;

  constructor(pages: WordPages, records: number) {
    this.#pages = pages;
    this.#records = records;
  }

  /** `token`: folded, as `tokenize` gives it. */
  find(token: string): Occurrences {
    const bytes = Buffer.from(token);
    const isCut = bytes.length >= MAX_WORD_BYTES;
    const word = bytes.toString('latin1', 0, MAX_WORD_BYTES);
    const page = this.#pageOf(word);
    if (page === -1) return NOWHERE;
    const words = this.#pages.words(page);
    const at = words.indexOf(`\n${word}\n`, 0, 'latin1');
    if (at === -1) return NOWHERE;
    const found = newBits(this.#records);
    addPlaces(this.#pages.places(page), [countWords(words, 0, at)], found);
    return { sure: isCut ? false : found, maybe: found };
  }

  /** The words that are these pieces with anything between them (glob.ts). */
  findGlob(pieces: readonly string[]): Occurrences {
    const [only = ''] = pieces;
    if (pieces.length < 2) return this.find(only);
    const fits = createGlob(pieces);
    const sure = newBits(this.#records);
    const maybe = newBits(this.#records);
    const start = Buffer.from(only).toString('latin1', 0, MAX_WORD_BYTES);
    const longest = pieces.reduce((a, b) => (b.length > a.length ? b : a), '');
    const sought = Buffer.from(longest).subarray(0, MAX_WORD_BYTES - 4);
    const { firsts } = this.#pages;
    for (let page = Math.max(0, this.#pageOf(start)); page < firsts.length; page++) {
      const first = firsts[page] ?? '';
      if (first > start && !first.startsWith(start)) break;
      const { whole, cut } = fittingWords(this.#pages.words(page), sought, fits);
      if (whole.length > 0) addPlaces(this.#pages.places(page), whole, sure);
      if (cut.length > 0) addPlaces(this.#pages.places(page), cut, maybe);
    }
    for (let i = 0; i < sure.length; i++) maybe[i] = (maybe[i] ?? 0) | (sure[i] ?? 0);
    return { sure, maybe };
  }

  /** The last page that begins at or before a word; -1 when all begin beyond it. */
  #pageOf(word: string): number {
    let low = 0;
    const { firsts } = this.#pages;
    let high = firsts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((firsts[middle] ?? '') <= word) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** The places of the words that fit; of words that were cut nothing sure can be said. */
function fittingWords(
  words: Buffer,
  sought: Buffer,
  fits: (word: string) => boolean,
): { whole: number[]; cut: number[] } {
  const whole: number[] = [];
  const cut: number[] = [];
  let counted = 0;
  let countedTo = 0;
  for (let from = 1; from < words.length;) {
    const hit = sought.length === 0 ? from : words.indexOf(sought, from);
    if (hit === -1) break;
    const start = words.lastIndexOf(NEWLINE, hit) + 1;
    const end = words.indexOf(NEWLINE, hit);
    counted += countWords(words, countedTo, start - 1);
    countedTo = start - 1;
    if (end - start >= MAX_WORD_BYTES) cut.push(counted);
    else if (fits(words.toString('utf8', start, end))) whole.push(counted);
    from = end + 1;
  }
  return { whole, cut };
}

/** How many words end between two newlines: from the one at `from` to the one at `to`. */
function countWords(words: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (words[at] === NEWLINE) count++;
  return count;
}

/** `words`: ascending places of words in the page, `places` the lists of the page. */
function addPlaces(places: Buffer, words: readonly number[], found: Uint32Array): void {
  const reader = new ByteReader(places);
  let word = 0;
  for (const wanted of words) {
    for (; word < wanted; word++) {
      const length = reader.varint();
      reader.at += length;
    }
    const length = reader.varint();
    const end = reader.at + length;
    let record = -1;
    while (reader.at < end) {
      // Of common words nearly all distances are one byte.
      const byte = places[reader.at] ?? 0;
      if (byte < 128) reader.at++;
      record += (byte < 128 ? byte : reader.varint()) + 1;
      setBit(found, record);
    }
    word++;
  }
}
