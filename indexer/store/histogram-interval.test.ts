import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketsOf, epochMs } from './histogram-interval.ts';

const aStamp = fc
  .tuple(
    fc.date({ min: new Date(0), max: new Date('2106-01-01'), noInvalidDate: true }),
    fc.constantFrom('000000', '000001', '999999'),
  )
  .map(([date, rest]) => `${date.toISOString().slice(0, 23)}${rest}Z`);

describe('buckets', () => {
  test('cover any range, are aligned, and are no more than asked for', () => {
    fc.assert(
      fc.property(aStamp, aStamp, fc.integer({ min: 1, max: 1_000 }), (a, b, max) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const { intervalMs, firstMs, count } = bucketsOf({ from, to }, max);
        expect(count).toBeLessThanOrEqual(max);
        expect(firstMs % intervalMs).toBe(0);
        if (from === to) {
          expect(count).toBe(0);
          return;
        }
        expect(firstMs).toBeLessThanOrEqual(epochMs(from));
        expect(firstMs + intervalMs).toBeGreaterThan(epochMs(from));
        // The last nanosecond before `to` is within the last bucket.
        const lastMs = to.endsWith('000000Z') ? epochMs(to) - 1 : epochMs(to);
        expect(Math.floor((lastMs - firstMs) / intervalMs)).toBe(count - 1);
      }),
    );
  });

  test('are as short as may be', () => {
    const range = { from: '2026-11-22T10:00:00.000000000Z', to: '2026-11-22T11:00:00.000000000Z' };
    const lengths = [3_600, 1_800, 720, 360, 180, 120, 60, 30, 12, 6, 4, 2, 1].map(
      max => bucketsOf(range, max).intervalMs / 1_000,
    );
    expect(lengths).toEqual([1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600]);
  });
});
