/** Asking Elasticsearch: several searches in one request, whole answers or an error, bounded in time, and abandoned on a signal. */
import type { Client, estypes } from '@elastic/elasticsearch';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { ServerQuery } from './bounds.ts';
import type { Capabilities } from '../server/capabilities.ts';
import type { FoundDocument } from '../document/document.ts';
import { KEEP_ALIVE, openPoint } from './point.ts';
import { explain, reasonOf, statusOf } from '../server/explain.ts';

/** Whoever still waits then is told to ask for less. */
const PATIENCE_MS = 30_000;
/** A view of the indices, kept for the next page of a reading. */

/** As the server takes it. (The client's own type forbids an optional query, which it must have.) */
export type SearchBody = { query: ServerQuery; size: number } & Record<string, unknown>;
/** `within`: names and patterns; those that do not exist are empty. */
export type Search = { within: readonly string[]; body: SearchBody };
export type Found = {
  documents: FoundDocument[];
  /** Counted up to `track_total_hits`. */
  total: number;
  aggregations: Record<string, unknown>;
};

export type Asking = {
  /** One answer a search, in order. Rejects with `timeout`, `store_failed`, or the signal's reason. */
  ask: (searches: readonly Search[]) => Promise<Found[]>;
  /** A frozen view for reading on over several pages; `close` when done. */
  openView: (within: readonly string[]) => Promise<View>;
};
export type View = { search: (body: SearchBody) => Promise<Found>; close: () => void };

/** `address`: how the settings name it. `patienceMs`: how long one question may take, with all the requests it needs. */
export type Server = {
  client: Client;
  address: string;
  capabilities: Pick<Capabilities, 'pointInTime'>;
  patienceMs?: number;
};

/** For one question of the port: its signal and its deadline hold for all requests it takes. */
export function createAsking(
  { client, address, capabilities: { pointInTime }, patienceMs = PATIENCE_MS }: Server,
  signal?: AbortSignal,
): Asking {
  const deadline = AbortSignal.timeout(patienceMs);
  const transport = {
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    maxRetries: 0,
    requestTimeout: patienceMs,
  };
  async function attempt<T>(request: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      signal?.throwIfAborted();
      throw deadline.aborted ? tooSlow(error) : toQuaylogError(error, address);
    }
  }
  return {
    ask: searches =>
      attempt(async () => {
        // To the server, no names mean all indices there are.
        const asked = searches.filter(({ within }) => within.length > 0);
        if (asked.length === 0) return searches.map(() => NOTHING_FOUND);
        const { responses } = await client.msearch({ searches: asked.flatMap(toLines) }, transport);
        const found = responses.map(toFound);
        return searches.map(({ within }) => (within.length > 0 && found.shift()) || NOTHING_FOUND);
      }),
    async openView(within) {
      const point = await attempt(() => openPoint({ client, pointInTime }, within, transport));
      let { id } = point;
      return {
        search: body =>
          attempt(async () => {
            const pit = { id, keep_alive: KEEP_ALIVE };
            const request = { ...bounded(body), pit, allow_partial_search_results: false };
            const answer = await client.search(request, transport);
            id = answer.pit_id ?? id;
            return toFound(answer);
          }),
        close: () => point.close(id),
      };
    },
  };
}

export const NOTHING_FOUND: Found = { documents: [], total: 0, aggregations: {} };

const bounded = (body: SearchBody): estypes.SearchSearchRequestBody =>
  ({ ...body, timeout: `${PATIENCE_MS}ms` }) as estypes.SearchSearchRequestBody;

function toLines({
  within,
  body,
}: Search): [estypes.MsearchMultisearchHeader, estypes.SearchSearchRequestBody] {
  return [
    {
      index: [...within],
      ignore_unavailable: true,
      allow_no_indices: true,
      allow_partial_search_results: false,
    },
    bounded(body),
  ];
}

type ServerError = { type: string; reason?: string | null; root_cause?: ServerError[] };
type Hit = { _id?: string; _source?: unknown };
type Answer = {
  error?: ServerError;
  status?: number;
  timed_out?: boolean;
  _shards?: { failed: number };
  hits?: {
    total?: number | { value: number };
    hits: Hit[];
  };
  aggregations?: unknown;
};

function toFound(response: object): Found {
  const answer = response as Answer;
  assertWhole(answer);
  const { total, hits = [] } = answer.hits ?? {};
  return {
    documents: hits.map(toDocument),
    total: typeof total === 'number' ? total : (total?.value ?? 0),
    aggregations: (answer.aggregations ?? {}) as Record<string, unknown>,
  };
}

/** Part of an answer is none: it would be shown as the whole. */
function assertWhole({ error, status = 500, timed_out, _shards }: Answer): void {
  if (error) {
    const { type, reason } = error.root_cause?.[0] ?? error;
    throw failureOf(`${type}: ${reason ?? ''}`, { status });
  }
  if (timed_out) throw tooSlow();
  if ((_shards?.failed ?? 0) > 0) {
    throw new QuaylogError('store_failed', 'Elasticsearch could not read all of its shards.');
  }
}

const toDocument = ({ _id = '', _source = {} }: Hit): FoundDocument => ({
  id: _id,
  source: _source as FoundDocument['source'],
});

function toQuaylogError(error: unknown, address: string): QuaylogError {
  if (error instanceof QuaylogError) return error;
  const { name } = error as Error;
  if (name === 'TimeoutError' || name === 'RequestAbortedError') return tooSlow(error);
  const status = statusOf(error);
  // Of a question, these tell nothing about the server as a whole.
  return status === 400 || status === 404
    ? failureOf(reasonOf(error), { status, cause: error })
    : explain(error, address);
}

const tooSlow = (cause?: unknown): QuaylogError =>
  new QuaylogError('timeout', 'Elasticsearch took too long to answer.', { cause });

function failureOf(reason: string, { status, cause }: { status: number; cause?: unknown }): QuaylogError {
  if (/timeout|task_cancelled/.test(reason)) return tooSlow(cause);
  const message = `Elasticsearch could not answer (${status}, ${reason}).`;
  return new QuaylogError('store_failed', message, { cause });
}
