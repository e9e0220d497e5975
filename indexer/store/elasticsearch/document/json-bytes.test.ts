import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonBytes } from './json-bytes.ts';
import { sortableNumber } from './own-fields.ts';
import { wordsOf, writeWords } from './words.ts';

const out = new JsonBytes();

const written = (write: (out: JsonBytes) => void): string => {
  out.clear();
  write(out);
  return out.text(0);
};
const join = (parts: string[]): string => parts.join('');
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 700 }),
  fc
    .array(fc.constantFrom('a', 'Z', '9', ' ', '-', '"', '\\', '\n', 'é', '\ud83d'), { maxLength: 60 })
    .map(join),
  fc.array(fc.constantFrom('a', ' ', '-', 'x'.repeat(126)), { maxLength: 20 }).map(join),
);

test('texts are those of JSON', () => {
  fc.assert(
    fc.property(anyText, text => {
      expect(written(out => out.string(text))).toBe(`${JSON.stringify(text)},`);
    }),
    { numRuns: 1_000 },
  );
});

test('numbers, and what is none, are those of JSON', () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.constant(-0)), number => {
      expect(written(out => out.number(number))).toBe(`${JSON.stringify(number)},`);
    }),
    { numRuns: 1_000 },
  );
  for (const value of [true, false, null]) expect(written(out => out.literal(value))).toBe(`${value},`);
});

test('numbers that sort are those of questions', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), number => {
      expect(written(out => out.sortable(number))).toBe(sortableNumber(number));
    }),
    { numRuns: 1_000 },
  );
});

test('words are those of questions', () => {
  fc.assert(
    fc.property(anyText, text => {
      const { words, hasCut } = wordsOf(text);
      let told: boolean | null = null;
      const json = written(out => (told = writeWords(out, text)));
      expect([told, json]).toEqual(words === '' ? [null, ''] : [hasCut, `${JSON.stringify(words)},`]);
    }),
    { numRuns: 1_000 },
  );
});

test('what is written together is one JSON, however much it is', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2_000 }), { maxLength: 400 }), texts => {
      const json = written(out => {
        out.byte(0x7b);
        out.key('texts');
        out.byte(0x5b);
        for (const text of texts) out.string(text);
        out.close(0x5d);
        out.close(0x7d);
      });
      expect(JSON.parse(json.slice(0, -1))).toEqual({ texts: texts });
    }),
    { numRuns: 100 },
  );
});
