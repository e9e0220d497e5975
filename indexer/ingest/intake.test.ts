import { expect, test } from 'vitest';
import { createIntake } from './intake.ts';

const busy = expect.objectContaining({ code: 'busy', retryAfterSeconds: 1 }) as Error;

test('so many batches at once and no more, until one leaves', () => {
  const intake = createIntake({ maxBatches: 2 });
  const first = intake.enter();
  intake.enter();
  expect(() => intake.enter()).toThrow(busy);
  first.leave();
  first.leave();
  intake.enter();
  expect(() => intake.enter()).toThrow(busy);
});

test('so many bytes at once, and what left is free again', () => {
  const intake = createIntake({ maxBytes: 100 });
  const [first, second] = [intake.enter(), intake.enter()];
  first.grow(60);
  second.grow(40);
  expect(() => second.grow(1)).toThrow(busy);
  expect(() => intake.enter()).toThrow(busy);
  first.leave();
  second.grow(60);
});

test('a batch by itself always fits: a batch has a limit of its own', () => {
  const intake = createIntake({ maxBytes: 100 });
  intake.enter().grow(1_000);
});

test.each([
  [0, 1, 16],
  [0, 2, 16],
  [0, 8, 4],
  [0, 1_000, 1],
  [30, 1, 2],
  [32, 1, 1],
  [0, 0, 16],
])('with %d on their way and %d collectors the credit is %d', (inside, collectors, credit) => {
  const intake = createIntake({ maxBatches: 32 });
  for (let i = 0; i < inside; i += 1) intake.enter();
  expect(intake.credit(collectors)).toBe(credit);
});
