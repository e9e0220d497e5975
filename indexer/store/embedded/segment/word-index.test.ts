import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTextTest, tokenGlobs } from '../../../query/match-text.ts';
import { tokenize } from '../../../query/tokens.ts';
import { hasBit } from './bits.ts';
import { ByteWriter } from './byte-writer.ts';
import type { TextColumn } from './text-column.ts';
import { buildWordPages } from './word-index-builder.ts';
import { MAX_WORD_BYTES, WordIndex } from './word-index.ts';

function columnOf(texts: readonly string[]): TextColumn {
  const bytes = new ByteWriter();
  const ends = texts.map(text => {
    bytes.text(text);
    return bytes.length;
  });
  return { bytes: bytes.written, ends: Uint32Array.from(ends) };
}

function indexOf(texts: readonly string[], pageBytes = 8_192): WordIndex {
  const pages = buildWordPages(columnOf(texts), pageBytes);
  const none = Buffer.alloc(0);
  return new WordIndex(
    {
      firsts: pages.map(({ first }) => first),
      words: page => pages[page]?.words ?? none,
      places: page => pages[page]?.places ?? none,
    },
    texts.length,
  );
}

const placesOf = (bits: Uint32Array | false, count: number): number[] =>
  Array.from({ length: count }, (_, i) => i).filter(i => hasBit(bits, i));

const PIECES = ['error', 'Err', 'a', 'ab', 'abc', '10', '7', 'Straße', 'İx', 'é', '日本', '𝒳', 'conn'];
const aText = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(' ', '', '-', '.', '\n', '😀')), {
    maxLength: 9,
  })
  .map(pieces => pieces.flat().join(''));
/** From a word on each page, or two, to all words on one. */
const somePageBytes = fc.constantFrom(1, 20, 8_192);
const texts = fc.array(aText, { maxLength: 60 });

describe('the index of words', () => {
  test('finds exactly the texts that have a token', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...PIECES, 'absent'), somePageBytes, (all, piece, pageBytes) => {
        const index = indexOf(all, pageBytes);
        for (const token of tokenize(piece)) {
          const expected = all.flatMap((text, i) => (tokenize(text).includes(token) ? [i] : []));
          expect(placesOf(index.find(token).sure, all.length)).toEqual(expected);
          expect(placesOf(index.find(token).maybe, all.length)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('finds exactly the texts with a token that fits a pattern', () => {
    const pattern = fc.constantFrom('*rr*', 'a*', '*c', '*b*', 'c*n', 'İ*', '*', '*7', 'str*e', 'x*');
    fc.assert(
      fc.property(texts, pattern, somePageBytes, (all, glob, pageBytes) => {
        const [pieces = []] = tokenGlobs(glob);
        const fits = createTextTest({ kind: 'wildcard', pattern: glob });
        const expected = all.flatMap((text, i) => (fits(text) ? [i] : []));
        expect(placesOf(indexOf(all, pageBytes).findGlob(pieces).sure, all.length)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps many words over many pages', () => {
    const all = Array.from({ length: 5_000 }, (_, i) => `w${(i * 7_919) % 100_003} common x${i % 10}`);
    const index = indexOf(all);
    for (const i of [0, 1, 77, 4_999])
      expect(placesOf(index.find(`w${(i * 7_919) % 100_003}`).sure, 5_000)).toEqual([i]);
    expect(placesOf(index.find('common').sure, 5_000)).toHaveLength(5_000);
    expect(placesOf(index.find('x3').sure, 5_000)).toHaveLength(500);
    const beginning = all.flatMap((text, i) => (text.startsWith('w12') ? [i] : []));
    expect(placesOf(index.findGlob(['w12', '']).sure, 5_000)).toEqual(beginning);
  });

  test('keeps the long lists of common words out of the pages of rare ones', () => {
    const all = Array.from({ length: 5_000 }, (_, i) => `aa bb ${i === 77 ? 'bc' : ''} dd`);
    const pages = buildWordPages(columnOf(all), 2_048);
    expect(pages.map(({ first, places }) => [first, places.length < 4_096])).toEqual([
      ['aa', false],
      ['bb', false],
      ['bc', true],
      ['dd', false],
    ]);
    expect(placesOf(indexOf(all, 2_048).find('bc').sure, 5_000)).toEqual([77]);
  });

  test('is not sure of words too long to be kept whole', () => {
    const long = 'y'.repeat(MAX_WORD_BYTES);
    const all = [`${long}a`, `${long}b`, long, 'z'];
    const index = indexOf(all);
    for (const found of [index.find(`${long}a`), index.findGlob([long, 'a'])]) {
      expect(placesOf(found.sure, 4)).toEqual([]);
      expect(placesOf(found.maybe, 4)).toEqual([0, 1, 2]);
    }
  });
});
