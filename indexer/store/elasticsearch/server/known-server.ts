/** What answers is asked what it is before anything else: some answer everything, and understand nothing. */
import { QuaylogError } from '#contract/quaylog-error.ts';
import { statusOf } from './explain.ts';

/** On nothing of Elasticsearch before it was any of this ever run. Forks count anew. */
const OLDEST = 8;

type Root = { version?: { number?: unknown; distribution?: unknown } };

/**
 * `askRoot`: GET of `/`, as it is answered. Rejects with its error, and with `store_failed` when what answers is no server of
 * ours, or too old.
 */
export async function refuseStrangers(askRoot: () => Promise<unknown>): Promise<void> {
  const root = await askRoot().catch((error: unknown) => {
    // Who may not ask this may still do all we need.
    if (statusOf(error) === 403) return null;
    throw error;
  });
  if (root === null) return;
  const { number, distribution } = (root as Root).version ?? {};
  if (typeof number !== 'string') throw unusable('is no Elasticsearch: it does not say its version');
  if (distribution === undefined && Number.parseInt(number) < OLDEST)
    throw unusable(`is too old: it is of version ${number.slice(0, 20)}`);
}

export const unusable = (what: string): QuaylogError =>
  new QuaylogError('store_failed', `What answers at QUAYLOG_ELASTICSEARCH_URL ${what}.`, {
    hint: 'Name Elasticsearch 8.19 or later there, or OpenSearch 3.',
  });
