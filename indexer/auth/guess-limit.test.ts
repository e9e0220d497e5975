import { expect, test } from 'vitest';
import { createGuessLimit } from './guess-limit.ts';

const MINUTE = 60_000;

function limitAt() {
  const clock = { now: 0 };
  return { clock, limit: createGuessLimit(() => clock.now) };
}

test('of 10,000 guesses in 15 minutes ten are looked at, and the rest hear how long to wait', () => {
  const { clock, limit } = limitAt();
  let admitted = 0;
  for (let i = 0; i < 10_000; i += 1) {
    clock.now = (i / 10_000) * 15 * MINUTE;
    const waitMs = limit.admit('10.0.0.1');
    if (waitMs === 0) admitted += 1;
    else expect(clock.now + waitMs).toBeGreaterThanOrEqual(15 * MINUTE);
  }
  expect(admitted).toBe(10);
});

test('never more than ten within any 15 minutes, at whatever pace they come', () => {
  const { clock, limit } = limitAt();
  const admitted: number[] = [];
  for (let i = 0; i < 5_000; i += 1) {
    clock.now += (i * 7_919) % 20_000;
    if (limit.admit('a') === 0) admitted.push(clock.now);
  }
  admitted.forEach((at, i) =>
    expect((admitted[i + 10] ?? Infinity) - at).toBeGreaterThanOrEqual(15 * MINUTE),
  );
  expect(admitted.length).toBeGreaterThan(10);
});

test('a right guess does not count', () => {
  const { limit } = limitAt();
  for (let i = 0; i < 100; i += 1) {
    expect(limit.admit('a')).toBe(0);
    limit.forgive('a');
  }
});

test.each([
  ['10.0.0.1', '::ffff:10.0.0.1', true],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['10.0.0.1', '10.0.0.2', false],
])('%s and %s share their guesses: %s', (one, other, share) => {
  const { limit } = limitAt();
  for (let i = 0; i < 10; i += 1) limit.admit(one);
  expect(limit.admit(other) > 0).toBe(share);
});
