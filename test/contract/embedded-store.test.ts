import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedStore, type EmbeddedStoreOptions } from '#indexer/store/embedded-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { describeSameAnswers } from './log-store-answers.contract.ts';
import { describeCounting } from './log-store-counting.contract.ts';
import { describeLogStore } from './log-store.contract.ts';
import type { StoreUnderTest } from './store-under-test.ts';

async function create(options: Partial<EmbeddedStoreOptions>): Promise<StoreUnderTest> {
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
      ...options,
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
}

describeLogStore('embedded store', () => create({}));

// Every hour is over at once, so that what is asked about is moved at any moment.
const createPacking = (): Promise<StoreUnderTest> =>
  create({ now: () => new Date('2200-01-01T00:00:00Z'), tidyEveryMs: 20, packIdleMs: 0 });
describeCounting('embedded store that packs all the time', createPacking);
describeSameAnswers('embedded store that packs all the time', createPacking);
