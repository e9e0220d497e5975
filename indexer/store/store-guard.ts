/** A store that remembers why its last append failed, for `/readyz`, until one succeeds. */
import type { LogStore } from './log-store.ts';

export type GuardedStore = LogStore & { trouble: () => string | null };

export function guardStore(store: LogStore, onTrouble: (error: unknown) => void): GuardedStore {
  let trouble: string | null = null;
  return {
    ...store,
    trouble: () => trouble,
    async append(batch) {
      try {
        const appended = await store.append(batch);
        trouble = null;
        return appended;
      } catch (error) {
        trouble = (error as Error).message;
        onTrouble(error);
        throw error;
      }
    },
  };
}
