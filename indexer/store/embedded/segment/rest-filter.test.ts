import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlain } from '../ask/bounds.ts';
import { encodeRestFilters, RestFilters, wordsOf } from './rest-filter.ts';
import type { TextColumn } from './text-column.ts';

function columnOf(texts: readonly string[]): TextColumn {
  let end = 0;
  return {
    bytes: Buffer.from(texts.join('')),
    ends: Uint32Array.from(texts, text => (end += Buffer.byteLength(text))),
  };
}

const filtersOf = (chunks: readonly string[][]): RestFilters =>
  new RestFilters(encodeRestFilters(chunks.map(columnOf)), chunks.length);

const aValue = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('a', 'B', '7', '-', '.', '_', 'é', '"') }),
  fc.uuid(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.boolean(),
);

describe('the filters of rests', () => {
  test('never deny a value or a name that is there', () => {
    const aRest = fc.dictionary(fc.string(), fc.oneof(aValue, fc.array(aValue)));
    fc.assert(
      fc.property(fc.array(fc.array(aRest, { maxLength: 4 }), { minLength: 1, maxLength: 4 }), chunks => {
        const filters = filtersOf(chunks.map(rests => rests.map(rest => JSON.stringify(rest))));
        for (const [chunk, rests] of chunks.entries()) {
          const texts = rests
            .flatMap(rest => [...Object.keys(rest), ...Object.values(rest).flat()])
            .map(String);
          for (const text of texts.filter(isPlain))
            expect([text, filters.mayHold(chunk, wordsOf(text))]).toEqual([text, true]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('deny nearly all that is not there', () => {
    const ids = (from: number) => Array.from({ length: 2_000 }, (_, i) => `u${(from + i) * 7_919}`);
    const restsOf = (some: string[]) => some.map(id => JSON.stringify({ id }));
    const filters = filtersOf([restsOf(ids(0)), [], restsOf(ids(2_000))]);
    const passed = (chunk: number) => ids(4_000).filter(id => filters.mayHold(chunk, wordsOf(id))).length;
    expect(passed(0)).toBeLessThan(20);
    expect(passed(1)).toBe(0);
    expect(passed(2)).toBeLessThan(20);
  });

  test('say nothing of what has no words', () => {
    expect(filtersOf([['{"a":"--"}'], []]).mayHold(0, wordsOf('--'))).toBe(true);
  });
});
