import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isKept } from './thin-samples.ts';

test('a series is thinned to exactly as many as asked for, evenly, ends included', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 2, max: 1_000 }), (count, keep) => {
      const kept = Array.from({ length: count }, (_, i) => i).filter(i => isKept(i, count, keep));
      expect(kept).toHaveLength(Math.min(count, keep));
      expect(kept.at(0)).toBe(0);
      expect(kept.at(-1)).toBe(count - 1);
      const steps = kept.slice(1).map((index, i) => index - (kept[i] ?? 0));
      if (steps.length > 0) expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(1);
    }),
  );
});
