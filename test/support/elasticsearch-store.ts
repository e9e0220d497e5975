/** A store on a real Elasticsearch, with indices of its own. */
import { randomBytes } from 'node:crypto';
import {
  createElasticsearchStore,
  type ElasticsearchStoreOptions,
} from '#indexer/store/elasticsearch/elasticsearch-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';

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
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ...options,
  });
}

/** Its templates stay until the node ends: they are small. */
export async function removeIndices(url: string, prefix: string): Promise<void> {
  const list = await fetch(`${url}/${prefix}-*/_settings/index.uuid`);
  const names = Object.keys((await list.json()) as object);
  if (names.length === 0) return;
  const response = await fetch(`${url}/${names.join(',')}`, { method: 'DELETE' });
  if (!response.ok) throw new Error(`DELETE answered ${response.status}: ${await response.text()}`);
}
