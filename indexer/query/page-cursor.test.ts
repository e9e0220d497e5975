import { expect, it } from 'vitest';
import { cursorKey, parseCursor, printCursor } from './page-cursor.ts';

const cursor = {
  from: '2026-11-22T10:00:00.000000000Z',
  to: '2026-11-22T11:00:00.000000000Z',
  after: '0'.repeat(32),
  of: cursorKey('level:error', 'desc'),
};

it('reads what it printed', () => {
  expect(parseCursor(printCursor(cursor), cursor.of)).toEqual(cursor);
});

it.each([
  ['another query', printCursor(cursor), cursorKey('level:warn', 'desc')],
  ['another order', printCursor(cursor), cursorKey('level:error', 'asc')],
  ['garbage', '%%%', cursor.of],
  ['JSON that is no cursor', Buffer.from('[1]').toString('base64url'), cursor.of],
])('refuses a cursor of %s', (_what, text, key) => {
  expect(() => parseCursor(text, key)).toThrow(expect.objectContaining({ code: 'bad_cursor' }));
});
