import { expect, test } from 'vitest';
import { Pace, retryAfterMs, waitMs } from './pace.ts';

test('one request more for each round that was taken, up to eight; half after a push back, never none', () => {
  const pace = new Pace();
  const limits = [pace.limit];
  for (let i = 0; i < 50; i++) {
    pace.noteTaken();
    limits.push(pace.limit);
  }
  expect(limits[0]).toBe(2);
  expect(limits).toEqual(limits.toSorted((a, b) => a - b));
  expect(limits.at(-1)).toBe(8);
  pace.notePushedBack();
  expect(pace.limit).toBe(4);
  for (let i = 0; i < 9; i++) pace.notePushedBack();
  expect(pace.limit).toBe(1);
});

test('waits anything up to a limit that doubles from half a second to a minute', () => {
  const limits = [1, 2, 3, 7, 8, 50].map(attempts => waitMs(attempts, 1));
  expect(limits).toEqual([500, 1_000, 2_000, 32_000, 60_000, 60_000]);
  expect(waitMs(3, 0)).toBe(0);
  expect(waitMs(3, 0.25)).toBe(500);
});

test('waits as long as the server asks, but no more than a minute', () => {
  expect(waitMs(1, 0.5, 7_000)).toBe(7_000);
  expect(waitMs(9, 0.5, 7_000)).toBe(30_000);
  expect(waitMs(1, 0.5, 3_600_000)).toBe(60_000);
});

test.each([
  [undefined, undefined],
  ['3', 3_000],
  ['Sun, 22 Nov 2026 10:00:05 GMT', 5_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After: %s is %s ms', (header, ms) => {
  expect(retryAfterMs(header, new Date('2026-11-22T10:00:00Z'))).toBe(ms);
});
