import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenize } from '../../../query/tokens.ts';
import { MAX_TOKEN, termOfToken, termsOf, wordsOf } from './words.ts';

const anyText = fc.array(
  fc.oneof(
    fc.constantFrom('a', 'Z', '9', ' ', '_', '\0', 'İ', 'ς', '日', '😀', '\ud83d', 'x'.repeat(MAX_TOKEN)),
    fc.string(),
  ),
  { maxLength: 12 },
);

describe('the words of a text', () => {
  test('are its tokens, in order', () => {
    fc.assert(
      fc.property(anyText, pieces => {
        const text = pieces.join('');
        expect(wordsOf(text).words).toBe(termsOf(text).join(' '));
        expect(wordsOf(text).hasCut).toBe(tokenize(text).some(token => token.length > MAX_TOKEN));
      }),
      { numRuns: 2_000 },
    );
  });

  test('are short enough for the tokenizer of the index, and told apart however long they are', () => {
    const tokens = ['', 'a', 'b', 'a'.repeat(10_000)].map(end => 'x'.repeat(MAX_TOKEN) + end);
    const terms = tokens.map(termOfToken);
    expect(new Set(terms).size).toBe(tokens.length);
    expect(Math.max(...terms.map(term => term.length))).toBeLessThan(255);
    expect(terms.every(term => term.startsWith('x'.repeat(MAX_TOKEN)))).toBe(true);
  });

  test('are never cut within a character', () => {
    const token = `${'x'.repeat(MAX_TOKEN - 1)}𝒳yz`;
    expect(termOfToken(token).isWellFormed()).toBe(true);
  });
});
