/** The one place that knows which stores there are. */
import { join } from 'node:path';
import type { Settings } from '#contract/settings.ts';
import { createEmbeddedStore, type EmbeddedStoreOptions } from './embedded-store.ts';
import type { ElasticsearchPlace } from './elasticsearch/server/connect.ts';
import {
  createElasticsearchStore,
  type ElasticsearchStoreOptions,
} from './elasticsearch/elasticsearch-store.ts';
import type { LogStore } from './log-store.ts';
import { createMemoryStore } from './memory-store.ts';

export type StoreOptions =
  | ({ kind: 'embedded' } & EmbeddedStoreOptions)
  | ({ kind: 'elasticsearch' } & ElasticsearchStoreOptions)
  | { kind: 'memory' };

type Surroundings = Pick<EmbeddedStoreOptions, 'now' | 'log'>;

/** The store that the settings choose. */
export function storeOptionsOf(config: Settings, { now, log }: Surroundings): StoreOptions {
  const common = { retentionAgeMs: config.retentionAge, now, log };
  if (config.store !== 'elasticsearch')
    return {
      kind: 'embedded',
      dir: join(config.data, 'logs'),
      retentionBytes: config.retentionSize,
      ...common,
    };
  return { kind: 'elasticsearch', ...elasticsearchOf(config), ...common };
}

export const elasticsearchOf = (config: Settings): ElasticsearchPlace & { prefix: string } => ({
  urls: config.elasticsearchUrl,
  user: config.elasticsearchUser,
  password: config.elasticsearchPassword,
  apiKey: config.elasticsearchApiKey,
  ca: config.elasticsearchCa,
  prefix: config.elasticsearchPrefix,
});

/** The store that the options name, ready for use. Rejects with `QuaylogError` `store_failed` when its place can never be used. */
export function openStore(options: StoreOptions): Promise<LogStore> {
  switch (options.kind) {
    case 'memory':
      return Promise.resolve(createMemoryStore());
    case 'embedded':
      return createEmbeddedStore(options);
    case 'elasticsearch':
      return createElasticsearchStore(options);
  }
}
