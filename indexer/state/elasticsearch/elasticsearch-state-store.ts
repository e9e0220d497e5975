/**
 * Small state that several indexers share, in one index of one shard, `PREFIX-state`. Elasticsearch has no transaction over
 * documents, but the creation of one is atomic: that is all this is built on.
 *
 * Documents, each written once but for the marker:
 * - `journal-N`, N from 1 without a hole: `number` N, a `nonce` of its own, `after`: the nonce of the entry it was made to follow, `changes`:
 *   rows with their resulting versions and documents (as text, so that no key of theirs is one of ours). All puts that waited
 *   together; none is split.
 * - `snapshot-S-P`: part P of snapshot S, all rows after entry `number`.
 * - `marker`: which snapshot counts (`through` N, `last`: the nonce of N, `snapshot` S, `parts`), the number below which nothing is kept (`from`), and the
 *   `epoch`, which names this state as a whole.
 *
 * Invariants:
 * 1. The state is the marker's snapshot and the entries after it, applied in order. Whoever applied the same entries has the same
 *    rows at the same versions.
 * 2. Who writes entry N has applied all before it: versions were weighed against exactly what N follows. That is so because
 *    `journal-N` can be created once, is tried only when everything up to N−1 is known, and counts for its writer only when he has
 *    met it there: a number below `from` can be created again, and nobody reads it.
 * 3. An answer holds whatever was acknowledged, to anybody, before it was asked for: all ids are read by realtime get, and a
 *    catch-up that began earlier does not count.
 * 4. A put is one entry: all of it or nothing, and resolves when the server acknowledged it. An entry whose answer was lost is met
 *    again by its nonce, never written twice, and resolves when one after it is acknowledged; where that does not come to
 *    pass the put rejects, and if it was made all the same, `watch` tells.
 * 5. An entry or part is removed only when a marker that does without it is durable. A reader that is behind it sees that in
 *    the marker, read after the entry that it missed, and begins anew.
 * 6. What a primary copy of the server showed last may be gone when it is: never anything before what it acknowledged. So an entry
 *    behind another than it was made to follow changes nothing, for every reader alike; a reader that meets a later term begins
 *    anew, unless the entry before is still there; a hole is filled with an empty entry; and a writer believes the server's word only
 *    in the term in which it read what it built on. A snapshot is taken by the copy its rows were read from, or not at all.
 * 7. Memory here is the rows, no more than the books above put there; a put is at most MAX_PUT_LENGTH.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { StoreLog } from '../../store/log-store.ts';
import { connect, type ElasticsearchPlace } from '../../store/elasticsearch/server/connect.ts';
import { Connection } from '../../store/elasticsearch/server/connection.ts';
import { explain } from '../../store/elasticsearch/server/explain.ts';
import { refuseStrangers } from '../../store/elasticsearch/server/known-server.ts';
import type { StateStore } from '../state-store.ts';
import { createCompaction } from './compact.ts';
import { Follower } from './follower.ts';
import { Journal, type Ask } from './journal.ts';
import { createPersistentAsk } from './persistent-ask.ts';
import type { Change } from './rows.ts';
import { Watchers } from './watchers.ts';
import { Writer } from './writer.ts';

export type ElasticsearchStateOptions = ElasticsearchPlace & {
  /** What the name of our index begins with. */
  prefix: string;
  log: StoreLog;
};

/** How soon others' changes are told. */
const POLL_EVERY_MS = 500;

/**
 * Resolves at once: while the server cannot be reached, or does not let us in, every call rejects with `store_failed` and
 * `trouble` says why. Rejects only when a setting cannot be used.
 */
export async function createElasticsearchStateStore(options: ElasticsearchStateOptions): Promise<StateStore> {
  const { prefix, urls, log } = options;
  const client = await connect(options);
  const ask: Ask = request => client.transport.request(request);
  const store = openStateStore({ ask, index: `${prefix}-state`, address: urls.join(', '), log });
  return {
    ...store,
    async close() {
      await store.close();
      await client.close();
    },
  };
}

export type StateOnServer = {
  ask: Ask;
  index: string;
  address: string;
  log: StoreLog;
  pollEveryMs?: number;
  compactAfter?: number;
};

/** The same over whatever carries the requests. */
export function openStateStore(options: StateOnServer): StateStore {
  const { index, log } = options;
  const closing = new AbortController();
  const explained = (error: unknown) => explain(error, options.address);
  const watchers = new Watchers(log);
  const ask = createPersistentAsk({
    ask: options.ask,
    onAway: error => connection.noteLost(error),
    isPatient: () => connection.trouble === null && !closing.signal.aborted,
  });
  const journal = new Journal(ask, index);
  const tell = (changes: readonly Change[]) => watchers.tell(changes);
  const follower: Follower = new Follower({
    journal,
    epoch: randomUUID(),
    isOwn: entry => writer.isOwn(entry),
    onOthers: tell,
  });
  const compaction = createCompaction({ ...options, journal, follower, explained });
  const writer = new Writer({ journal, follower, onWritten: compaction.look, onUnsure: tell });
  const connection = new Connection<null>({
    async open() {
      await refuseStrangers(() => options.ask(ROOT));
      await ask(templateOf(index));
      return follower.catchUp().then(() => null);
    },
    probe: () => options.ask(ROOT),
    explain: explained,
    log,
  });
  const polling = poll(options.pollEveryMs ?? POLL_EVERY_MS, closing.signal, async () => {
    if (watchers.isAny && connection.trouble === null) await follower.catchUp();
  });

  /** Errors of ours only. */
  async function guarded<T>(work: () => T | Promise<T>): Promise<T> {
    if (closing.signal.aborted) throw new QuaylogError('store_failed', 'The indexer is stopping.');
    await connection.ready();
    try {
      return await work();
    } catch (error) {
      throw explained(error);
    }
  }

  const current = async () => {
    await follower.catchUp();
    return follower.view.rows;
  };
  return {
    isShared: true,
    get: (kind, id) => guarded(async () => (await current()).get(kind, id)),
    list: (kind, how) => guarded(async () => (await current()).list(kind, how)),
    put: async changes => changes.length === 0 || guarded(() => writer.put(changes)),
    watch: watchers.add,
    trouble: () => connection.trouble ?? writer.trouble,
    async close() {
      closing.abort();
      await Promise.all([polling, writer.idle(), compaction.idle()]);
      await connection.close();
    },
  };
}

const ROOT = { method: 'GET', path: '/' };

/** One shard, because it answers for several documents in the order in which they are asked for; searched by nobody but ourselves. */
function templateOf(index: string): Parameters<Ask>[0] {
  const unread = { type: 'object', enabled: false };
  const body = {
    index_patterns: [index],
    priority: 500,
    template: {
      settings: {
        index: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '5s', hidden: true },
      },
      mappings: { dynamic: false, properties: { number: { type: 'long' }, changes: unread } },
    },
    _meta: { description: 'Quaylog puts this whenever it starts' },
  };
  return { method: 'PUT', path: `/_index_template/${index}`, body };
}

/** Until it is aborted; what fails is tried again the next time. */
async function poll(everyMs: number, signal: AbortSignal, look: () => Promise<void>): Promise<void> {
  for (;;) {
    await delay(everyMs, null, { signal, ref: false }).catch(() => null);
    if (signal.aborted) return;
    await look().catch(() => undefined);
  }
}
