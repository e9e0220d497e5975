/** Where small state lives: beside the embedded store, in one file of this machine; with Elasticsearch, there, for all indexers. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '#contract/settings.ts';
import type { StoreLog } from '../store/log-store.ts';
import { elasticsearchOf } from '../store/open-store.ts';
import { createElasticsearchStateStore } from './elasticsearch/elasticsearch-state-store.ts';
import { createSqliteStateStore } from './sqlite-state-store.ts';
import type { StateStore } from './state-store.ts';

/** Rejects with a system error or `store_failed` when its place can never be used; a server may be away. */
export async function openState(config: Settings, log: StoreLog): Promise<StateStore> {
  if (config.store === 'elasticsearch')
    return createElasticsearchStateStore({ ...elasticsearchOf(config), log });
  mkdirSync(config.data, { recursive: true });
  accessSync(config.data, constants.W_OK);
  return createSqliteStateStore({ file: stateFile(config.data) });
}

export const stateFile = (data: string): string => join(data, 'state.db');
