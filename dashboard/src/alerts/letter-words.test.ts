import { expect, it } from 'vitest';
import { letterInWords, wholeLetter } from './letter-words.ts';

const wordsOf = (document: unknown) =>
  letterInWords({ document: typeof document === 'string' ? document : JSON.stringify(document) });

it.each([
  ['a record', { message: 'no\n ledger', container: { name: 'web-1' } }, ['web-1', 'no ledger']],
  [
    'an event',
    { event: { action: 'die', dataset: 'docker.events' }, container: { name: 'db' } },
    ['db', 'die'],
  ],
  ['a sample', { event: { dataset: 'docker.stats' } }, [null, 'docker.stats']],
  ['what was cut', '{"message":"half of', [null, '{"message":"half of']],
  ['something else', [1, 2], [null, '[1,2]']],
  [
    'fields that are no text',
    { message: { a: 1 }, container: 'web' },
    [null, '{"message":{"a":1},"container":"web"}'],
  ],
  ['null', 'null', [null, 'null']],
])('%s is told by whose it is and what it says', (_, document, [container, text]) => {
  expect(wordsOf(document)).toMatchObject({ container, text });
});

it('what is long is shown as far as a page should hold', () => {
  const document = JSON.stringify({ message: 'x'.repeat(50_000) });
  expect(letterInWords({ document }).text).toHaveLength(201);
  expect(wholeLetter({ document })).toHaveLength(20_001);
  expect(wholeLetter({ document: '{"message":"half' })).toBe('{"message":"half');
});
