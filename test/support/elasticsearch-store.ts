/** A store on a real Elasticsearch, with indices of its own. */
import { randomBytes } from 'node:crypto';
import {
  createElasticsearchStore,
  type ElasticsearchStoreOptions,
} from '#indexer/store/elasticsearch/elasticsearch-store.ts';
import { createElasticsearchStateStore } from '#indexer/state/elasticsearch/elasticsearch-state-store.ts';
import { STATE_KINDS, type StateStore } from '#indexer/state/state-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** `prefix`: of its own; indices below it are for `removeIndices`. */
export const newPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;

export function openTestStore(
  url: string,
  prefix: string,
  options: Partial<ElasticsearchStoreOptions> = {},
): Promise<LogStore> {
  return createElasticsearchStore({
    urls: [url],
    user: '',
    password: '',
    apiKey: '',
    ca: '',
    prefix,
    retentionAgeMs: 'all',
    now: () => new Date('2026-11-22T11:00:00Z'),
    log: SILENT,
    ...options,
  });
}

/** The state that indexers share there. */
export const openTestState = (url: string, prefix: string): Promise<StateStore> =>
  createElasticsearchStateStore({
    urls: [url],
    user: '',
    password: '',
    apiKey: '',
    ca: '',
    prefix,
    log: SILENT,
  });

/** All there are, and closes it. */
export async function removeRows(state: StateStore): Promise<void> {
  for (const kind of STATE_KINDS) {
    const rows = await state.list(kind);
    await state.put(rows.map(({ id }) => ({ kind, id, document: null })));
  }
  await state.close();
}

/** Its templates stay until the node ends: they are small. */
export async function removeIndices(url: string, prefix: string): Promise<void> {
  const list = await fetch(`${url}/${prefix}-*/_settings/index.uuid?expand_wildcards=all`);
  const names = Object.keys((await list.json()) as object);
  if (names.length === 0) return;
  const response = await fetch(`${url}/${names.join(',')}`, { method: 'DELETE' });
  if (!response.ok) throw new Error(`DELETE answered ${response.status}: ${await response.text()}`);
}
