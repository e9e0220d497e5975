import { afterAll, beforeAll, describe } from 'vitest';
import type { LogStore } from '#indexer/store/log-store.ts';
import { ELASTICSEARCH_VERSIONS, serverName, whyNoElasticsearch } from '../support/elasticsearch-home.ts';
import { ELASTICSEARCH_PATIENCE_MS, sharedElasticsearch } from '../support/elasticsearch.ts';
import {
  newPrefix,
  openTestState,
  openTestStore,
  removeIndices,
  removeRows,
} from '../support/elasticsearch-store.ts';
import { describeLogStore } from './log-store.contract.ts';
import { stateStoreContract } from './state-store.contract.ts';

for (const version of [...ELASTICSEARCH_VERSIONS, 'opensearch'] as const) {
  const why = whyNoElasticsearch(version);
  describe.skipIf(why !== null)(why ?? serverName(version), () => {
    let url: string;
    beforeAll(async () => {
      url = await sharedElasticsearch(version);
    }, ELASTICSEARCH_PATIENCE_MS);

    // One store for all tests: what each leaves is removed, and to connect takes the server longer than most of them.
    const prefix = newPrefix();
    let store: LogStore | null = null;
    const open = async () => (store ??= await openTestStore(url, prefix));
    const close = async () => {
      await store?.close();
      store = null;
    };
    afterAll(close);

    describeLogStore(serverName(version), async () => ({
      store: await open(),
      async reopen() {
        await close();
        return open();
      },
      remove: () => removeIndices(url, prefix),
    }));

    stateStoreContract(
      `state in ${serverName(version)}`,
      async () => {
        const reopen = () => openTestState(url, prefix);
        return { store: await reopen(), reopen, dispose: async () => removeRows(await reopen()) };
      },
      ELASTICSEARCH_PATIENCE_MS,
    );
  });
}
