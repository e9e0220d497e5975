/** What the server can do, found by asking it to check templates that use it: versions and licences lie, and forks count anew. */
import type { Client } from '@elastic/elasticsearch';
import type { FieldTypes } from '../document/mapping.ts';
import { reasonOf, statusOf } from './explain.ts';
import { refuseStrangers, unusable } from './known-server.ts';

export type Capabilities = FieldTypes & {
  /** Indices made for logs: sorted, packed with zstd. */
  logsdb: boolean;
  bestCompression: boolean;
  /** A template may name a part that people may add, and that need not be there. */
  optionalParts: boolean;
  /** Frozen views by the paths of Elasticsearch; OpenSearch has its own. */
  pointInTime: boolean;
};

const TRIALS: Record<Exclude<keyof Capabilities, 'pointInTime'>, object> = {
  flattened: { template: mapping('flattened') },
  matchOnlyText: { template: mapping('match_only_text') },
  logsdb: { template: { settings: { 'index.mode': 'logsdb', 'index.mapping.source.mode': 'stored' } } },
  bestCompression: { template: { settings: { 'index.codec': 'best_compression' } } },
  optionalParts: { composed_of: ['quaylog@none'], ignore_missing_component_templates: ['quaylog@none'] },
};

function mapping(type: string): object {
  return { mappings: { properties: { '@timestamp': { type: 'date_nanos' }, trial: { type } } } };
}

/** Rejects with the client's error when the server cannot be asked, with `store_failed` when it is too old, or none. */
export async function detectCapabilities(client: Client, prefix: string): Promise<Capabilities> {
  await refuseStrangers(() => client.transport.request({ method: 'GET', path: '/' }));
  const refused = await whyRefused(client, prefix, { template: mapping('keyword') });
  if (refused !== null) throw unusable(`has no composable index templates (${refused})`);
  const trials = Object.entries(TRIALS).map(async ([name, trial]) => [
    name,
    (await whyRefused(client, prefix, trial)) === null,
  ]);
  const found = Object.fromEntries(await Promise.all(trials)) as Omit<Capabilities, 'pointInTime'>;
  return { ...found, pointInTime: await hasPointInTime(client, prefix) };
}

/** What is missing, for people; empty when nothing is. */
export function degradations({ flattened, logsdb, bestCompression }: Capabilities): string[] {
  return [
    ...(flattened ? [] : ['no flattened field: fields of applications are found more slowly']),
    ...(logsdb || bestCompression ? [] : ['neither logsdb nor best_compression: indices take more disk']),
  ];
}

/** Nothing is kept on the server. Null when the template is good. */
async function whyRefused(client: Client, prefix: string, trial: object): Promise<string | null> {
  // Above any template people have for everything, so that none of them stands in the way.
  const body = { index_patterns: [`${prefix}-trial`], priority: 999_999, ...trial };
  try {
    await client.transport.request({ method: 'POST', path: '/_index_template/_simulate', body });
    return null;
  } catch (error) {
    if ([400, 404, 405].includes(statusOf(error) ?? 0)) return reasonOf(error);
    throw error;
  }
}

/** Asked of an index that is not there: who knows the path says so. */
async function hasPointInTime(client: Client, prefix: string): Promise<boolean> {
  const path = `/${prefix}-trial/_pit`;
  const answer = client.transport.request({ method: 'POST', path, querystring: { keep_alive: '1s' } });
  return answer.then(
    () => true,
    (error: unknown) => {
      const status = statusOf(error) ?? 0;
      if (status >= 400 && status < 500 && status !== 401) return status !== 400 && status !== 405;
      throw error;
    },
  );
}
