/** Dead letters for the command line: through the store that the settings name, beside whatever indexers run. */
import type { DeadLetterDesk } from '#contract/dead-letter.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { readIndexerConfig, type Flags } from '../config.ts';
import { openStore, storeOptionsOf } from './open-store.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** The settings that say where the store is; others may be wrong. */
const PLACE = /^QUAYLOG_(STORE|ELASTICSEARCH)/;

/** Rejects with `QuaylogError` `store_failed` when a setting is wrong, or when the store is one that refuses nothing. */
export async function openDeadLetters(flags: Flags): Promise<DeadLetterDesk> {
  const { config, problems } = readIndexerConfig(flags);
  const wrong = problems.filter(({ key }) => PLACE.test(key));
  if (wrong.length > 0)
    throw new QuaylogError('store_failed', wrong.map(({ message }) => message).join('\n'));
  if (config.store !== 'elasticsearch')
    throw new QuaylogError('store_failed', 'The embedded store refuses nothing, so it has no dead letters.', {
      hint: 'For those of Elasticsearch set QUAYLOG_STORE=elasticsearch and QUAYLOG_ELASTICSEARCH_URL, as the indexer has them.',
    });
  // To drop what is old is for an indexer.
  const options = storeOptionsOf({ ...config, retentionAge: 'all' }, { now: () => new Date(), log: SILENT });
  const store = await openStore(options);
  const { deadLetters } = store;
  return {
    list: async limit => (await deadLetters?.list(limit)) ?? { total: 0, letters: [] },
    replay: async ids => (await deadLetters?.replay(ids)) ?? { stored: 0, refused: 0 },
    close: () => store.close(),
  };
}
