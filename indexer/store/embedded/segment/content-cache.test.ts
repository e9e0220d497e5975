import { expect, test } from 'vitest';
import { createContentCache, type Keep } from './content-cache.ts';

/** Asks for `part`; whether it had to be made. */
function isMade(keep: Keep, part: number, length = 10): boolean {
  let made = false;
  const content = keep(part, () => {
    made = true;
    return new Uint8Array(length).fill(part);
  });
  expect(content).toEqual(new Uint8Array(length).fill(part));
  return made;
}

test('makes each part once, and mixes no two things', () => {
  const cache = createContentCache(100);
  const [one, other] = [cache.scope(), cache.scope()];
  expect([isMade(one, 1), isMade(one, 1), isMade(other, 1), isMade(one, 1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test('lets go of what was not asked for longest when it is too much', () => {
  const keep = createContentCache(30).scope();
  for (const part of [1, 2, 3]) isMade(keep, part);
  isMade(keep, 1);
  isMade(keep, 4);
  expect([1, 3, 4].map(part => isMade(keep, part))).toEqual([false, false, false]);
  expect(isMade(keep, 2)).toBe(true);
});

test('keeps alone what is larger than all it may keep', () => {
  const keep = createContentCache(30).scope();
  isMade(keep, 1);
  expect([isMade(keep, 2, 50), isMade(keep, 2, 50), isMade(keep, 1)]).toEqual([true, false, true]);
});

test('keeps no larger buffer than what it was given to keep', () => {
  const keep = createContentCache(1_000).scope();
  const large = Buffer.alloc(50_000, 7);
  const kept = keep(1, () => large.subarray(100, 200));
  expect(kept).toEqual(Buffer.alloc(100, 7));
  expect(kept.buffer.byteLength).toBe(100);
});
