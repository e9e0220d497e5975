import { createMemoryStore } from '#indexer/store/memory-store.ts';
import { describeLogStore } from './log-store.contract.ts';

describeLogStore('memory store', () =>
  Promise.resolve({ store: createMemoryStore(), reopen: null, remove: () => Promise.resolve() }),
);
