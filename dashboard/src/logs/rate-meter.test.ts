import { expect, it } from 'vitest';
import { createRateMeter } from './rate-meter.ts';

it('says how many a second came lately, and nothing of what is long past', () => {
  let now = 10_000;
  const meter = createRateMeter(() => now);
  expect(meter.perSecond()).toBe(0);
  for (let i = 0; i < 30; i += 1) {
    meter.add(200);
    now += 100;
  }
  expect(meter.perSecond()).toBeGreaterThan(1_600);
  expect(meter.perSecond()).toBeLessThanOrEqual(2_000);
  now += 4_000;
  expect(meter.perSecond()).toBe(0);
});
