/** The one place that knows which stores there are. */
import { createEmbeddedStore, type EmbeddedStoreOptions } from './embedded-store.ts';
import type { LogStore } from './log-store.ts';
import { createMemoryStore } from './memory-store.ts';

export type StoreOptions = ({ kind: 'embedded' } & EmbeddedStoreOptions) | { kind: 'memory' };

/** The store that the options name, ready for use. Rejects with `QuaylogError` `store_failed` when its place cannot be used. */
export function openStore(options: StoreOptions): Promise<LogStore> {
  switch (options.kind) {
    case 'memory':
      return Promise.resolve(createMemoryStore());
    case 'embedded':
      return createEmbeddedStore(options);
  }
}
