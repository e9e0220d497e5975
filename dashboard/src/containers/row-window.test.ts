import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROW_PX, windowOf } from './row-window.ts';

test('what is in sight is always drawn, and never more than a few screens', () => {
  const inputs = [
    fc.integer({ min: 0, max: 40_000 }),
    fc.integer({ min: 100, max: 2_000 }),
    fc.nat(1_500),
  ] as const;
  fc.assert(
    fc.property(...inputs, (scrollTop, height, count) => {
      const { first, end } = windowOf(scrollTop, height, count);
      for (
        let row = Math.floor(scrollTop / ROW_PX);
        row * ROW_PX < scrollTop + height && row < count;
        row += 1
      ) {
        expect(row).toBeGreaterThanOrEqual(first);
        expect(row).toBeLessThan(end);
      }
      expect(end - first).toBeLessThanOrEqual(height / ROW_PX + 42);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(count);
    }),
  );
});

test('a few pixels of scrolling keep the window', () => {
  expect(windowOf(640, 800, 500)).toEqual(windowOf(655, 800, 500));
});

test('the rows next to those in sight are drawn, so that j and k find them', () => {
  const { first, end } = windowOf(100 * ROW_PX, 20 * ROW_PX, 500);
  expect(first).toBeLessThan(100);
  expect(end).toBeGreaterThan(120);
});
