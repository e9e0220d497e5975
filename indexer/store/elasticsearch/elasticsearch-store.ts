/**
 * The store for many machines: Elasticsearch from 8.19, or OpenSearch 3. One index a day and kind (index-names.ts), documents
 * under ids of their own (document.ts), written until the server says of each that it has it (bulk.ts).
 */
import type { Client } from '@elastic/elasticsearch';
import { shiftStamp } from '#contract/stamp.ts';
import type { LogStore, StoreBatch, StoreLog } from '../log-store.ts';
import { documentsOf, salvage } from './write/batch-documents.ts';
import { createBulk, type Bulk } from './write/bulk.ts';
import type { Document } from './write/bulk-entry.ts';
import { createSendBulk } from './write/bulk-request.ts';
import { degradations, detectCapabilities } from './server/capabilities.ts';
import { connect, type ElasticsearchPlace } from './server/connect.ts';
import { Connection } from './server/connection.ts';
import { createDeadLetters } from './write/dead-letters.ts';
import { explain } from './server/explain.ts';
import { Freshness } from './server/freshness.ts';
import { indicesWithin } from './document/index-names.ts';
import { deadLetterIndex, letterOf, smallerLetter } from './write/letter.ts';
import { dropExpired } from './server/retention.ts';
import { createSearch, type SearchOfStore } from './ask/search.ts';
import { putTemplates } from './templates.ts';

export type ElasticsearchStoreOptions = ElasticsearchPlace & {
  /** What the names of our indices and templates begin with. */
  prefix: string;
  /** What ended longer ago is dropped, whole days at a time. */
  retentionAgeMs: number | 'all';
  now: () => Date;
  log: StoreLog;
};

const TIDY_EVERY_MS = 3_600_000;

/**
 * Resolves at once: while the server cannot be reached, or does not let us in, every call rejects with `store_failed` and
 * `trouble` says why. Rejects only when a setting cannot be used.
 */
export async function createElasticsearchStore(options: ElasticsearchStoreOptions): Promise<LogStore> {
  const { prefix, now, log } = options;
  const client = await connect(options);
  const explained = (error: unknown) => explain(error, options.urls.join(', '));
  const freshness = new Freshness(client, explained);
  const tidy = () => dropOld(client, options, explained);
  const connection = new Connection<SearchOfStore>({
    async open() {
      const search = await openSearch(client, options, freshness);
      tidy();
      return search;
    },
    probe: () => client.transport.request({ method: 'GET', path: '/' }),
    explain: explained,
    log,
  });
  const bulk = openBulk(client, options, error => connection.noteLost(error));
  const timer = setInterval(() => connection.trouble === null && tidy(), TIDY_EVERY_MS).unref();

  /** Some may be stored even when it rejects. */
  const write = (documents: Document[]) =>
    bulk.write(documents).finally(() => {
      freshness.noteWritten([...documents.map(({ index }) => index), deadLetterIndex(prefix)]);
    });
  const box = createDeadLetters({ client, prefix, freshness, write, now, explain: explained });

  async function append(batch: StoreBatch) {
    await connection.ready();
    const { documents, appended } = documentsOf(batch, prefix);
    const outcome = appended(await write(documents));
    if (outcome.deadLettered)
      log.warn({ documents: outcome.deadLettered }, 'elasticsearch refuses documents: they are dead letters');
    return outcome;
  }

  return {
    append,
    findRecords: async (find, signal) => (await connection.ready()).findRecords(find, signal),
    histogram: async (selection, signal) => (await connection.ready()).histogram(selection, signal),
    facets: async (selection, signal) => (await connection.ready()).facets(selection, signal),
    findEvents: async find => (await connection.ready()).findEvents(find),
    findSamples: async find => (await connection.ready()).findSamples(find),
    share: () => freshness.refresh([`${prefix}-*`]),
    noteElsewhere: stamp => freshness.noteWritten(indicesAround(prefix, stamp)),
    trouble: () => connection.trouble,
    deadLetters: {
      list: async limit => (await connection.ready(), box.list(limit)),
      replay: async ids => (await connection.ready(), box.replay(ids)),
    },
    async close() {
      clearInterval(timer);
      bulk.close();
      await connection.close();
      await client.close();
    },
  };
}

/** Of the minute before and after. */
function indicesAround(prefix: string, stamp: string): string[] {
  const around = { from: shiftStamp(stamp, -60_000), to: shiftStamp(stamp, 60_000) };
  return (['logs', 'events', 'samples'] as const).flatMap(kind => indicesWithin(prefix, kind, around));
}

async function openSearch(
  client: Client,
  { prefix, urls, log }: ElasticsearchStoreOptions,
  freshness: Freshness,
): Promise<SearchOfStore> {
  const capabilities = await detectCapabilities(client, prefix);
  await putTemplates(client, { prefix, capabilities });
  for (const degradation of degradations(capabilities))
    log.warn({ degradation }, 'elasticsearch lacks something');
  const refresh = (within: readonly string[]) => freshness.refresh(within);
  return createSearch({ client, address: urls.join(', '), prefix, capabilities, refresh });
}

function openBulk(
  client: Client,
  { prefix, urls, now }: ElasticsearchStoreOptions,
  onAway: (error: unknown) => Error,
): Bulk {
  const letters = deadLetterIndex(prefix);
  return createBulk({
    send: createSendBulk(client, urls),
    salvage,
    letterOf: (document, refusal) =>
      document.index === letters
        ? smallerLetter(document)
        : letterOf(document, refusal, { letters, now: now() }),
    async makeIndex(index) {
      // 400: it is there by now.
      await client.transport.request({ method: 'PUT', path: `/${index}` }, { ignore: [400] });
    },
    onAway,
    now,
    random: Math.random,
  });
}

function dropOld(
  client: Client,
  { prefix, retentionAgeMs, now, log }: ElasticsearchStoreOptions,
  explained: (error: unknown) => Error,
): void {
  if (retentionAgeMs === 'all') return;
  dropExpired(client, { prefix, ageMs: retentionAgeMs, now: now() }).then(
    indices => {
      if (indices.length > 0) log.info({ indices }, 'indices dropped by retention');
    },
    (error: unknown) => log.warn({ err: explained(error) }, 'retention failed'),
  );
}
