/**
 * A store that remembers why its last append failed, for `/readyz`, until one succeeds; what the store itself knows comes
 * first. A heartbeat proves nothing: it appends nothing. Each trouble is told once, not with every batch that is sent again.
 */
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { LogStore, StoreBatch } from './log-store.ts';

export type GuardedStore = LogStore & { trouble: () => string | null };

export function guardStore(store: LogStore, onTrouble: (error: unknown) => void): GuardedStore {
  let trouble: string | null = null;
  return {
    ...store,
    trouble: () => store.trouble?.() ?? trouble,
    async append(batch) {
      try {
        const appended = await store.append(batch);
        if (!isEmpty(batch)) trouble = null;
        return appended;
      } catch (error) {
        const reason = error instanceof QuaylogError ? error.sentence : (error as Error).message;
        if (reason !== trouble) onTrouble(error);
        trouble = reason;
        throw error;
      }
    },
  };
}

const isEmpty = ({ records, events, samples }: StoreBatch): boolean =>
  records.length + events.length + samples.length === 0;
