import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedStore } from '#indexer/store/embedded-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { describeLogStore } from './log-store.contract.ts';

describeLogStore('embedded store', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'quaylog-store-'));
  const open = (): Promise<LogStore> =>
    createEmbeddedStore({
      dir,
      retentionAgeMs: 'all',
      retentionBytes: Infinity,
      now: () => new Date('2026-11-22T11:00:00Z'),
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: (fields, message) => {
          throw new Error(message, { cause: fields });
        },
      },
    });
  let store = await open();
  return {
    store,
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    async remove() {
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
});
