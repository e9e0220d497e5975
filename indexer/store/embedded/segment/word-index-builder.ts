/** Finds the words of records and where they occur: the writing side of word-index.ts. */
import { tokenize } from '../../../query/tokens.ts';
import { ByteWriter } from './byte-writer.ts';
import { startOfText, textAt, type TextColumn } from './text-column.ts';
import { MAX_WORD_BYTES, type WordPage } from './word-index.ts';
import { WordTable } from './word-table.ts';

const NEWLINE = 10;

/** By byte: the folded byte of an ASCII letter or digit, 0 for what separates, 255 for what is beyond ASCII. */
const CLASSES = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const isDigit = byte >= 48 && byte <= 57;
  const isLower = byte >= 97 && byte <= 122;
  const isUpper = byte >= 65 && byte <= 90;
  CLASSES[byte] = byte > 127 ? 255 : isDigit || isLower ? byte : isUpper ? byte + 32 : 0;
}

/**
 * The pages of all words in these texts; occurrences are places in the column. A page ends at `pageBytes` of words, or earlier
 * where its lists would grow beyond twice that: whoever looks for a rare word does not unpack the lists of its common neighbours.
 */
export function buildWordPages(texts: TextColumn, pageBytes: number): WordPage[] {
  const words = new WordTable(texts.bytes.length, MAX_WORD_BYTES);
  for (let i = 0; i < texts.ends.length; i++) addText(words, texts, i);
  return toPages(words, pageBytes);
}

/**
 * The tokens of query/tokens.ts. Plain ASCII is split here, byte by byte; a text with anything else goes through the one
 * definition of a token, on top of what was found before (which are tokens of it, too).
 */
function addText(words: WordTable, texts: TextColumn, record: number): void {
  const { bytes, ends } = texts;
  const end = ends[record] ?? 0;
  let hash = 0;
  let length = 0;
  for (let at = startOfText(texts, record); at < end; at++) {
    const class_ = CLASSES[bytes[at] ?? 0] ?? 0;
    if (class_ === 255) {
      addBeyondAscii(words, textAt(texts, record), record);
      return;
    }
    if (class_ !== 0) {
      if (length < MAX_WORD_BYTES) {
        words.scratch[length++] = class_;
        hash = Math.imul(hash ^ class_, 0x0100_0193);
      }
    } else if (length > 0) {
      words.add(hash, length, record);
      hash = length = 0;
    }
  }
  if (length > 0) words.add(hash, length, record);
}

function addBeyondAscii(words: WordTable, text: string, record: number): void {
  for (const token of tokenize(text)) {
    const bytes = Buffer.from(token);
    const length = Math.min(bytes.length, MAX_WORD_BYTES);
    let hash = 0;
    for (let i = 0; i < length; i++) {
      words.scratch[i] = bytes[i] ?? 0;
      hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x0100_0193);
    }
    words.add(hash, length, record);
  }
}

function toPages(words: WordTable, pageBytes: number): WordPage[] {
  const { starts: firsts, records } = occurrencesByWord(words);
  const bytes = words.bytes;
  const starts = words.starts;
  const pages: WordPage[] = [];
  const text = new ByteWriter(pageBytes * 2);
  const places = new ByteWriter(pageBytes * 2);
  let first = 0;
  const finishPage = (): void => {
    if (text.length === 0) return;
    const name = Buffer.from(bytes.subarray(starts[first], starts[first + 1])).toString('latin1');
    pages.push({ first: name, words: Buffer.from(text.written), places: Buffer.from(places.written) });
    text.clear();
    places.clear();
  };
  for (const word of sortedWords(words)) {
    encodePlaces(records.subarray(firsts[word], firsts[word + 1]));
    if (places.length + deltas.length > 2 * pageBytes) finishPage();
    if (text.length === 0) {
      first = word;
      text.byte(NEWLINE);
    }
    text.copy(bytes, starts[word] ?? 0, starts[word + 1] ?? 0);
    text.byte(NEWLINE);
    places.varint(deltas.length);
    places.copy(deltas.written, 0, deltas.length);
    if (text.length >= pageBytes) finishPage();
  }
  finishPage();
  return pages;
}

/** The list of places that was encoded last. */
const deltas = new ByteWriter();

function encodePlaces(records: Uint32Array): void {
  deltas.clear();
  let before = -1;
  for (const record of records) {
    deltas.varint(record - before - 1);
    before = record;
  }
}

/** The records of word `w` stand from starts[w] to starts[w + 1], ascending. */
function occurrencesByWord(words: WordTable): { starts: Uint32Array; records: Uint32Array } {
  const pairs = words.occurrences;
  const starts = new Uint32Array(words.count + 1);
  for (let i = 0; i < pairs.length; i += 2) {
    const after = (pairs[i] ?? 0) + 1;
    starts[after] = (starts[after] ?? 0) + 1;
  }
  for (let word = 1; word < starts.length; word++)
    starts[word] = (starts[word] ?? 0) + (starts[word - 1] ?? 0);
  const records = new Uint32Array(pairs.length / 2);
  const next = starts.slice();
  for (let i = 0; i < pairs.length; i += 2) {
    const word = pairs[i] ?? 0;
    records[next[word] ?? 0] = pairs[i + 1] ?? 0;
    next[word] = (next[word] ?? 0) + 1;
  }
  return { starts, records };
}

/**
 * The numbers of the words in the order of their bytes. The first five bytes and the number are one 64-bit integer, which is
 * sorted natively; words that agree in five bytes are put in order afterwards.
 */
function sortedWords(words: WordTable): Uint32Array {
  const count = words.count;
  const bytes = words.bytes;
  const starts = words.starts;
  const keys = new BigUint64Array(count);
  const halves = new Uint32Array(keys.buffer);
  const byteOf = (word: number, at: number): number => {
    const place = (starts[word] ?? 0) + at;
    return place < (starts[word + 1] ?? 0) ? (bytes[place] ?? 0) : 0;
  };
  for (let word = 0; word < count; word++) {
    halves[word * 2 + 1] =
      (byteOf(word, 0) << 24) | (byteOf(word, 1) << 16) | (byteOf(word, 2) << 8) | byteOf(word, 3);
    halves[word * 2] = (byteOf(word, 4) << 24) | (word & 0xff_ffff);
  }
  keys.sort();
  const sorted = new Uint32Array(count);
  for (let i = 0; i < count; i++) sorted[i] = (halves[i * 2] ?? 0) & 0xff_ffff;
  const isSamePrefix = (a: number, b: number): boolean =>
    halves[a * 2 + 1] === halves[b * 2 + 1] && (halves[a * 2] ?? 0) >>> 24 === (halves[b * 2] ?? 0) >>> 24;
  const wordBytes = (word: number): Uint8Array => bytes.subarray(starts[word], starts[word + 1]);
  for (let from = 0, to = 1; from < count; from = to++) {
    while (to < count && isSamePrefix(from, to)) to++;
    if (to - from > 1) sorted.subarray(from, to).sort((a, b) => Buffer.compare(wordBytes(a), wordBytes(b)));
  }
  return sorted;
}
