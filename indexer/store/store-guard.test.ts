import { expect, it } from 'vitest';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { LogStore, StoreBatch } from './log-store.ts';
import { createMemoryStore } from './memory-store.ts';
import { guardStore } from './store-guard.ts';

const heartbeat: StoreBatch = { records: [], events: [], samples: [] };
const sample = {
  '@timestamp': '2026-11-22T10:00:00.000000000Z',
  container: { id: 'c', name: 'web' },
  host: { id: 'h', name: 'host' },
  cpuPercent: 0,
  memoryBytes: 0,
  memoryLimitBytes: null,
  networkRxBytes: 0,
  networkTxBytes: 0,
  blockReadBytes: 0,
  blockWriteBytes: 0,
  pids: 1,
};

it('remembers a failed append until one with something in it succeeds, and tells of it once', async () => {
  const memory = createMemoryStore();
  let isFull = true;
  const store: LogStore = {
    ...memory,
    append: batch =>
      isFull && batch.samples.length > 0
        ? Promise.reject(new QuaylogError('store_full', 'The disk is full.'))
        : memory.append(batch),
  };
  const errors: unknown[] = [];
  const guarded = guardStore(store, error => errors.push(error));
  expect(guarded.trouble()).toBeNull();
  await expect(guarded.append({ ...heartbeat, samples: [sample] })).rejects.toThrow('full');
  expect(guarded.trouble()).toBe('The disk is full.');
  await expect(guarded.append({ ...heartbeat, samples: [sample] })).rejects.toThrow('full');
  await guarded.append(heartbeat);
  expect(guarded.trouble()).toBe('The disk is full.');
  isFull = false;
  await guarded.append({ ...heartbeat, samples: [sample] });
  expect(guarded.trouble()).toBeNull();
  expect(errors).toHaveLength(1);
});
