import { beforeEach, expect, test } from 'vitest';
import { createSqliteStateStore } from '../state/sqlite-state-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { createSessionBook, type SessionBook } from './session-book.ts';

const HOUR = 3_600_000;
let nowMs: number;
let state: StateStore;
let book: SessionBook;
beforeEach(() => {
  nowMs = Date.parse('2026-11-22T10:00:00Z');
  state = createSqliteStateStore({ file: ':memory:' });
  book = createSessionBook({ state, now: () => new Date(nowMs) });
});

test('a session has 256 bits, of which the store keeps only a hash', async () => {
  const shown = await book.begin();
  expect(Buffer.from(shown, 'base64url')).toHaveLength(32);
  expect(await book.isValid(shown)).toBe(true);
  expect(JSON.stringify(await state.list('session'))).not.toContain(shown);
});

test.each(['', 'x', 'A'.repeat(43), '__proto__'])('%j was never begun', async shown => {
  await book.begin();
  expect(await book.use(shown)).toBe(false);
});

test('unused for twelve hours it ends; looking at it is no use', async () => {
  const shown = await book.begin();
  nowMs += 12 * HOUR - 1;
  expect(await book.isValid(shown)).toBe(true);
  nowMs += 1;
  expect(await book.isValid(shown)).toBe(false);
  expect(await book.use(shown)).toBe(false);
});

test('in use it lasts seven days, and not a moment longer', async () => {
  const shown = await book.begin();
  for (let hour = 0; hour < 7 * 24; hour += 6) {
    expect(await book.use(shown)).toBe(true);
    nowMs += 6 * HOUR;
  }
  expect(await book.use(shown)).toBe(false);
});

test('one that was ended stays ended, also when it is used at that moment', async () => {
  const shown = await book.begin();
  nowMs += HOUR;
  await Promise.all([book.use(shown), book.end(shown), book.use(shown)]);
  expect(await book.isValid(shown)).toBe(false);
  expect(await state.list('session')).toEqual([]);
});

test('each begins with one that is its own, and ends only that', async () => {
  const [one, other] = [await book.begin(), await book.begin()];
  await book.end(one);
  expect([await book.isValid(one), await book.isValid(other)]).toEqual([false, true]);
});

test('there are a thousand at most: the longest unused makes room', async () => {
  const first = await book.begin();
  nowMs += 1;
  const at = new Date(nowMs).toISOString();
  const others = Array.from({ length: 999 }, (_, i) => `${i}`);
  await state.put(
    others.map(id => ({ kind: 'session' as const, id, document: { createdAt: at, seenAt: at } })),
  );
  expect(await book.isValid(first)).toBe(true);
  const last = await book.begin();
  expect(await state.list('session')).toHaveLength(1_000);
  expect([await book.isValid(first), await book.isValid(last)]).toEqual([false, true]);
});
