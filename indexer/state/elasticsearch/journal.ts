/** The documents that hold the shared state, and the few requests about them. What they mean stands in elasticsearch-state-store.ts. */
import { statusOf } from '../../store/elasticsearch/server/explain.ts';
import type { Change } from './rows.ts';

/** One entry of the journal. `nonce` is its own, `after` that of the entry it was made to follow. */
export type Draft = { number: number; nonce: string; after: string; changes: Change[] };
/** As it is kept. `term` is another when the server's primary copy is another, or was started anew. */
export type Entry = Draft & { term: number };

/**
 * Where a reader begins: the parts of the snapshot after entry `through`, whose nonce is `last`, then the entries. Nothing below `from`
 * is kept.
 */
export type Marker = {
  epoch: string;
  through: number;
  last: string;
  snapshot: string;
  parts: number;
  from: number;
};
export const emptyMarker = (epoch: string): Marker => ({
  epoch,
  through: 0,
  last: '',
  snapshot: '',
  parts: 0,
  from: 1,
});
export type PlacedMarker = Marker & { sequence: number; term: number };

/** Entries from a number on, without a hole; `isFull`: there may be more; `isTorn`: one is missing, and a later one is there. */
export type Page = { entries: Entry[]; isFull: boolean; isTorn: boolean; marker: PlacedMarker | null };

/** A request to the server: resolves to the answer's body, rejects with the client's error. */
export type Ask = <T>(request: {
  method: string;
  path: string;
  body?: object;
  bulkBody?: string;
}) => Promise<T>;

type Source = Partial<Marker & Draft>;
type Item = {
  found?: boolean;
  error?: { type?: string; reason?: string };
  _source?: Source;
  _seq_no?: number;
  _primary_term?: number;
};

const MARKER = 'marker';
const PARTS_AT_ONCE = 4;
const MAX_DROPPED = 5_000;
const entryId = (number: number): string => `journal-${number}`;
const partId = (snapshot: string, part: number): string => `snapshot-${snapshot}-${part}`;

export class Journal {
  private readonly ask: Ask;
  private readonly index: string;

  constructor(ask: Ask, index: string) {
    this.ask = ask;
    this.index = index;
  }

  /**
   * One shard answers in the order of the list: the marker is read last. So an entry that was not found, and is not below the
   * marker's `from`, was not there yet: it has not been removed.
   */
  async read(from: number, count: number): Promise<Page> {
    const numbers = Array.from({ length: count }, (_, place) => from + place);
    const items = await this.readAll([...numbers.map(entryId), MARKER]);
    const marker = markerOf(items.pop());
    const firstMissing = items.findIndex(item => item.found !== true);
    const found = firstMissing < 0 ? items : items.slice(0, firstMissing);
    return {
      entries: found.map(entryOf),
      isFull: firstMissing < 0,
      isTorn: firstMissing >= 0 && items.slice(firstMissing).some(item => item.found === true),
      marker,
    };
  }

  /** `taken`: an entry of this number is there already. */
  async create(entry: Draft): Promise<{ term: number } | 'taken'> {
    return this.createDocument(entryId(entry.number), entry);
  }

  /** The marker; where there is none, an empty one is made. */
  async settleMarker(empty: Marker): Promise<PlacedMarker> {
    for (;;) {
      const [item] = await this.readAll([MARKER]);
      const marker = markerOf(item);
      if (marker) return marker;
      await this.createDocument(MARKER, empty);
    }
  }

  /** Null when a part is missing: the marker has moved on. */
  async readSnapshot({ snapshot, parts }: Marker): Promise<Change[] | null> {
    const changes: Change[] = [];
    for (let first = 0; first < parts; first += PARTS_AT_ONCE) {
      const count = Math.min(PARTS_AT_ONCE, parts - first);
      const items = await this.readAll(
        Array.from({ length: count }, (_, at) => partId(snapshot, first + at)),
      );
      if (items.some(({ found }) => found !== true)) return null;
      for (const { _source } of items) for (const change of _source?.changes ?? []) changes.push(change);
    }
    return changes;
  }

  /** Whether it is known that one primary copy took all of it, the one of this term. */
  async writeSnapshot(
    { snapshot, through }: Marker,
    { parts, term }: { parts: readonly Change[][]; term: number },
  ): Promise<boolean> {
    for (const [part, changes] of parts.entries()) {
      const created = await this.createDocument(partId(snapshot, part), { number: through, changes });
      if (created === 'taken' || created.term !== term) return false;
    }
    return true;
  }

  /** False when another moved it first. */
  async moveMarker({ sequence, term }: PlacedMarker, next: Marker): Promise<boolean> {
    const condition = `if_seq_no=${sequence}&if_primary_term=${term}`;
    return this.unlessThere({
      method: 'PUT',
      path: `/${this.index}/_doc/${MARKER}?${condition}`,
      body: next,
    });
  }

  /** Entries and parts of snapshots below this number. What was written just now, or is too much, is left to the next time. */
  async dropBelow(number: number): Promise<void> {
    const { hits } = await this.ask<{ hits: { hits: { _id: string }[] } }>({
      method: 'POST',
      path: `/${this.index}/_search`,
      body: { query: { range: { number: { lt: number } } }, size: MAX_DROPPED, _source: false },
    });
    if (hits.hits.length === 0) return;
    const bulkBody = hits.hits.map(({ _id }) => `${JSON.stringify({ delete: { _id } })}\n`).join('');
    await this.ask({ method: 'POST', path: `/${this.index}/_bulk`, bulkBody });
  }

  private async createDocument(id: string, body: object): Promise<{ term: number } | 'taken'> {
    try {
      const path = `/${this.index}/_create/${id}`;
      const { _primary_term } = await this.ask<Item>({ method: 'PUT', path, body });
      return { term: _primary_term ?? 0 };
    } catch (error) {
      if (statusOf(error) === 409) return 'taken';
      throw error;
    }
  }

  private async unlessThere(request: Parameters<Ask>[0]): Promise<boolean> {
    try {
      await this.ask(request);
      return true;
    } catch (error) {
      if (statusOf(error) === 409) return false;
      throw error;
    }
  }

  /** By id, so that what was acknowledged is there, refreshed or not. */
  private async readAll(ids: readonly string[]): Promise<Item[]> {
    const body = { docs: ids.map(_id => ({ _id })) };
    const { docs } = await this.ask<{ docs: Item[] }>({ method: 'POST', path: `/${this.index}/_mget`, body });
    for (const { error } of docs)
      if (error && error.type !== 'index_not_found_exception') throw new UnreadableError(error);
    return docs;
  }
}

/** The answer as a whole was 200, but a shard gave none. */
class UnreadableError extends Error {
  readonly statusCode = 503;
  readonly body: { error: { type?: string; reason?: string } };

  constructor(error: { type?: string; reason?: string }) {
    super(error.reason ?? 'a document could not be read');
    this.body = { error };
  }
}

function entryOf({ _source = {}, _primary_term: term = 0 }: Item): Entry {
  const { number = 0, nonce = '', after = '', changes = [] } = _source;
  return { number, nonce, after, changes, term };
}

function markerOf(item: Item | undefined): PlacedMarker | null {
  if (item?.found !== true) return null;
  const { epoch = '', through = 0, last = '', snapshot = '', parts = 0, from = 1 } = item._source ?? {};
  return {
    epoch,
    through,
    last,
    snapshot,
    parts,
    from,
    sequence: item._seq_no ?? 0,
    term: item._primary_term ?? 0,
  };
}
