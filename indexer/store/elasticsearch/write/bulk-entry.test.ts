import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bodyOf, EntryWriter, lengthOf, type Document } from './bulk-entry.ts';

const aDocument = fc.record({
  index: fc.constantFrom('quaylog-logs-2026.11.22', 'quaylog-logs-2026.11.23'),
  id: fc.string({ unit: 'grapheme', maxLength: 40 }),
  source: fc.jsonValue().map(value => JSON.stringify({ value })),
});

const linesOf = (documents: readonly Document[]): string =>
  documents
    .map(({ index, id, source }) => `${JSON.stringify({ create: { _index: index, _id: id } })}\n${source}\n`)
    .join('');

function write(documents: readonly Document[]): Document[] {
  const writer = new EntryWriter();
  for (const document of documents) {
    writer.begin('nowhere', 'dropped');
    writer.drop();
    writer.add(document);
  }
  return writer.take();
}

test('a request says of each document where it goes, and the document, from whatever batches they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(aDocument, { maxLength: 5 }), { maxLength: 4 }),
      fc.func(fc.boolean()),
      (batches, isSent) => {
        const made = batches.flatMap((batch, place) => (place % 3 === 2 ? batch : write(batch)));
        const plain = batches.flat();
        expect(made.map(({ index, id, source }) => ({ index, id, source }))).toEqual(plain);
        const sent = made.filter((_, place) => isSent(place));
        expect(bodyOf(sent).toString()).toBe(linesOf(plain.filter((_, place) => isSent(place))));
        for (const document of made)
          expect(lengthOf(document)).toBeGreaterThanOrEqual(document.source.length);
      },
    ),
    { numRuns: 300 },
  );
});

test('what was not taken is forgotten', () => {
  const writer = new EntryWriter();
  writer.add({ index: 'i', id: 'a', source: '{}' });
  writer.clear();
  writer.add({ index: 'i', id: 'b', source: '{}' });
  expect(writer.take().map(({ id }) => id)).toEqual(['b']);
});
