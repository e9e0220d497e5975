/** Reading dead letters and storing again what they hold. How they are written stands in letter.ts. */
import type { Client } from '@elastic/elasticsearch';
import type { DeadLetter, DeadLetterReplay } from '#contract/dead-letter.ts';
import type { DeadLetterBox } from '../../log-store.ts';
import type { Fate } from './bulk-group.ts';
import type { Document } from './bulk-entry.ts';
import type { Freshness } from '../server/freshness.ts';
import { deadLetterIndex, documentOf, type Letter } from './letter.ts';

export type DeadLetterDeps = {
  client: Client;
  prefix: string;
  freshness: Freshness;
  /** Durable writes, which themselves keep what is refused as a dead letter. */
  write: (documents: Document[]) => Promise<Fate[]>;
  now: () => Date;
  explain: (error: unknown) => Error;
};

type Hit = { _id: string; _source: Letter; sort: unknown[] };
type Answer = { hits: { total: { value: number }; hits: Hit[] } };

/** Documents, perhaps of a megabyte each. */
const PAGE = 100;
/** Of a document, as the list shows it. */
const MAX_SHOWN = 20_000;
const NEWEST_FIRST = [{ '@timestamp': 'desc' }, { key: 'desc' }];
const OLDEST_FIRST = [{ '@timestamp': 'asc' }, { key: 'asc' }];

/** Its calls reject as `explain` and `write` say. */
export function createDeadLetters(deps: DeadLetterDeps): DeadLetterBox {
  const index = deadLetterIndex(deps.prefix);
  const request = createRequest(deps);

  const refresh = () => refreshAll(deps.freshness, index);

  async function find(body: object): Promise<Answer['hits']> {
    const path = `/${index}/_search?ignore_unavailable=true`;
    const { hits } = await request<Answer>({
      method: 'POST',
      path,
      body: { track_total_hits: true, ...body },
    });
    return hits;
  }

  /** Page by page of those there were at the beginning: what is refused again stays where it is. */
  async function* pages(ids?: readonly string[]): AsyncGenerator<Hit[]> {
    const query = ids
      ? { ids: { values: ids } }
      : { range: { '@timestamp': { lte: deps.now().toISOString() } } };
    for (let after: unknown[] | null = null; ;) {
      const { hits }: Answer['hits'] = await find({
        query,
        size: PAGE,
        sort: OLDEST_FIRST,
        ...(after && { search_after: after }),
      });
      if (hits.length > 0) yield hits;
      after = hits.at(-1)?.sort ?? null;
      if (after === null || hits.length < PAGE) return;
    }
  }

  async function replayPage(hits: Hit[]): Promise<DeadLetterReplay> {
    const whole = hits.filter(({ _source }) => _source.is_cut !== true);
    const fates = await deps.write(
      whole.map(({ _source }) => ({ index: _source.index, id: _source.id, source: documentOf(_source) })),
    );
    const stored = whole.filter((_, place) => fates[place] === 'stored' || fates[place] === 'there');
    // Only now: a letter that outlives its document is replayed without harm.
    for (const { _id } of stored)
      await request({ method: 'DELETE', path: `/${index}/_doc/${encodeURIComponent(_id)}` });
    deps.freshness.noteWritten([index]);
    return { stored: stored.length, refused: hits.length - stored.length };
  }

  return {
    async list(limit) {
      await refresh();
      const { total, hits } = await find({ size: limit, sort: NEWEST_FIRST });
      return { total: total.value, letters: hits.map(toDeadLetter) };
    },
    async replay(ids) {
      await refresh();
      const sum = { stored: 0, refused: 0 };
      for await (const hits of pages(ids)) {
        const { stored, refused } = await replayPage(hits);
        sum.stored += stored;
        sum.refused += refused;
      }
      return sum;
    },
  };
}

/** Also what other indexers wrote, or somebody at a terminal: it is rarely asked for. */
function refreshAll(freshness: Freshness, index: string): Promise<void> {
  freshness.noteWritten([index]);
  return freshness.refresh([index]);
}

/** What is not there is no error. */
const createRequest =
  ({ client, explain }: DeadLetterDeps) =>
  <T>(params: { method: string; path: string; body?: object }): Promise<T> =>
    client.transport.request<T>(params, { ignore: [404] }).catch((error: unknown) => {
      throw explain(error);
    });

function toDeadLetter({ _id, _source: letter }: Hit): DeadLetter {
  return {
    id: _id,
    at: letter['@timestamp'],
    index: letter.index,
    type: letter.type,
    reason: letter.reason,
    document: documentOf(letter).slice(0, MAX_SHOWN),
    isCut: letter.is_cut === true,
  };
}
