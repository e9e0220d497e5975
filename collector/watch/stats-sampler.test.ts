import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCounters } from '../counters.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { StatsReading } from '../engine/engine.ts';
import { createStatsSampler, type StatsSampler } from './stats-sampler.ts';

const reading: StatsReading = {
  stamp: '2026-11-22T10:00:00.000000000Z',
  cpuNanos: 1,
  systemNanos: 1,
  onlineCpus: 1,
  memoryBytes: 1,
  memoryLimitBytes: null,
  networkRxBytes: 0,
  networkTxBytes: 0,
  blockReadBytes: 0,
  blockWriteBytes: 0,
  pids: 1,
};

let sampler: StatsSampler;
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  sampler.stop();
  vi.useRealTimers();
});

/** Runs for so many seconds; answers how often each container was read. */
async function readsIn(seconds: number, ids: string[], broken: string[] = []) {
  const reads: Record<string, number> = {};
  let most = 0;
  sampler = createStatsSampler({
    engine: {
      readStats: id => {
        reads[id] = (reads[id] ?? 0) + 1;
        return broken.includes(id)
          ? Promise.reject(new EngineError('refused', 'no'))
          : Promise.resolve(reading);
      },
    },
    intervalMs: 10_000,
    runningIds: () => ids,
    onSample: () => undefined,
    counters: createCounters(),
    log: pino({ level: 'silent' }),
  });
  sampler.start();
  for (let second = 0; second < seconds; second++) {
    const before = Object.values(reads).reduce((a, b) => a + b, 0);
    await vi.advanceTimersByTimeAsync(1_000);
    const now = Object.values(reads).reduce((a, b) => a + b, 0);
    if (second > 1) most = Math.max(most, now - before);
  }
  return { reads, most };
}

it('reads each container twice at first, then once an interval', async () => {
  const { reads } = await readsIn(32, ['a', 'b', 'c']);
  for (const count of Object.values(reads)) expect(count).toBeGreaterThanOrEqual(4);
  for (const count of Object.values(reads)) expect(count).toBeLessThanOrEqual(6);
});

it('spreads many containers over the interval', async () => {
  const { most } = await readsIn(
    32,
    Array.from({ length: 100 }, (_, i) => `c${i}`),
  );
  expect(most).toBe(10);
});

it('asks for a container that cannot be read no more often than for others', async () => {
  const { reads } = await readsIn(62, ['a', 'b'], ['b']);
  expect(reads['b']).toBe(reads['a']);
});
