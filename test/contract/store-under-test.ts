/** What the suites of stores share. */
import type { QueryNode } from '#indexer/query/query-tree.ts';
import type { FindRecords, LogStore, StoreBatch } from '#indexer/store/log-store.ts';

/** A store with a place of its own. `reopen` closes it and opens the same place again; null when nothing outlives it. */
export type StoreUnderTest = {
  store: LogStore;
  reopen: (() => Promise<LogStore>) | null;
  remove: () => Promise<void>;
};

/** Bounds a hang on a busy machine; not a measure of speed. */
export const PATIENCE_MS = 60_000;
export const ALL: QueryNode = { type: 'all' };
export const EVER = { from: '1970-01-01T00:00:00.000000000Z', to: '2105-01-01T00:00:00.000000000Z' };
export const batchOf = (part: Partial<StoreBatch>): StoreBatch => ({
  records: [],
  events: [],
  samples: [],
  ...part,
});
export const word = (text: string): QueryNode => ({
  type: 'is',
  field: 'message',
  value: { kind: 'word', text },
});
export const is = (field: string, text: string): QueryNode => ({
  type: 'is',
  field,
  value: { kind: 'phrase', text },
});
export const find = (some: Partial<FindRecords> = {}): FindRecords => ({
  ...EVER,
  query: ALL,
  order: 'desc',
  limit: 1_000,
  countUpTo: 10_000,
  ...some,
});
