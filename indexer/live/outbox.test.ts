import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createOutbox } from './outbox.ts';

it('gives items in order and says nothing when there is nothing', () => {
  const outbox = createOutbox<number>(10);
  expect(outbox.take(5)).toBeNull();
  outbox.add([1, 2, 3]);
  expect(outbox.take(2)).toEqual({ items: [1, 2], skipped: 0 });
  expect(outbox.take(2)).toEqual({ items: [3], skipped: 0 });
  expect(outbox.take(2)).toBeNull();
});

it('skips the oldest beyond its bound and counts them once', () => {
  const outbox = createOutbox<number>(3);
  expect(outbox.add([1, 2, 3, 4, 5])).toBe(2);
  expect(outbox.take(10)).toEqual({ items: [3, 4, 5], skipped: 2 });
  outbox.add([6]);
  expect(outbox.take(10)).toEqual({ items: [6], skipped: 0 });
});

it('never loses the count: what was added = taken + skipped + waiting', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 12 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 9 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const outbox = createOutbox<number>(8);
      let added = 0;
      let accounted = 0;
      let last = 0;
      const take = (most: number) => {
        const push = outbox.take(most);
        if (!push) return false;
        accounted += push.items.length + push.skipped;
        for (const item of push.items) {
          expect(item).toBeGreaterThan(last);
          last = item;
        }
        return true;
      };
      for (const one of steps) {
        if ('add' in one) outbox.add(Array.from({ length: one.add }, () => (added += 1)));
        else take(one.take);
      }
      while (take(100));
      expect(accounted).toBe(added);
    }),
  );
});
