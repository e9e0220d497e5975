import { expect, test } from 'vitest';
import { allStored } from './bulk-answer.ts';

const answer = (...items: object[]) => JSON.stringify({ items: items.map(create => ({ create })) });
const created = { status: 201 };

test.each([
  ['one document', [created], 1],
  ['many', Array.from({ length: 2_000 }, () => created), 2_000],
  ['none', [], null],
  ['one that is refused', [created, { status: 400, error: { type: 'x', reason: 'y' } }], null],
  ['one that was there', [created, { status: 409 }], null],
  ['one in the failure store', [created, { status: 201, failure_store: 'used' }], null],
])('of %s', (_, items, stored) => {
  expect(allStored(answer(...items))).toEqual(stored === null ? null : { stored });
});

test('nothing else is taken for it', () => {
  const [one, two] = [answer(created), answer(created, created)];
  for (const text of [
    '',
    '{}',
    '[]',
    one.slice(1),
    `${one} `,
    two.replace('201', '202'),
    two.replace('},{', '}.{'),
  ])
    expect(allStored(text)).toBeNull();
});
