import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNever, msOf, nextStamp, shiftStamp, stampOf, toStamp } from './stamp.ts';

test.each([
  ['2026-11-22T10:41:07Z', '2026-11-22T10:41:07.000000000Z'],
  ['2026-11-22T10:41:07.1Z', '2026-11-22T10:41:07.100000000Z'],
  ['2026-11-22T10:41:07.123456789Z', '2026-11-22T10:41:07.123456789Z'],
  ['2026-11-22T11:41:07+01:00', '2026-11-22T10:41:07.000000000Z'],
  ['not a time', '1970-01-01T00:00:00.000000000Z'],
])('%s is the stamp %s', (time, stamp) => {
  expect(toStamp(time)).toBe(stamp);
});

test('a shift keeps what is below the millisecond', () => {
  expect(shiftStamp('2026-11-22T10:41:07.123456789Z', -1_000)).toBe('2026-11-22T10:41:06.123456789Z');
});

test('the next stamp is one nanosecond later, over a millisecond too', () => {
  expect(nextStamp('2026-11-22T10:41:07.123456789Z')).toBe('2026-11-22T10:41:07.123456790Z');
  expect(nextStamp('2026-11-22T10:41:07.123999999Z')).toBe('2026-11-22T10:41:07.124000000Z');
});

test('stamps order as their times do', () => {
  const ms = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(ms, ms, (a, b) => {
      expect(msOf(stampOf(a))).toBe(a);
      expect(stampOf(a) < stampOf(b)).toBe(a < b);
    }),
  );
});

test('the zero time of the engine means never', () => {
  expect([isNever('0001-01-01T00:00:00Z'), isNever(null), isNever('2026-11-22T10:41:07Z')]).toEqual([
    true,
    true,
    false,
  ]);
});
