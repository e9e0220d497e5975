/** A frozen view of indices: a point in time, as Elasticsearch and as OpenSearch have it. They differ in their paths alone. */
import type { Client } from '@elastic/elasticsearch';
import type { Capabilities } from '../server/capabilities.ts';

/** `id`: of the first search; each answers the one for the next. */
type Point = { id: string; close: (id: string) => void };
type Limits = { signal: AbortSignal; requestTimeout: number };

export const KEEP_ALIVE = '1m';

type PointServer = { client: Client } & Pick<Capabilities, 'pointInTime'>;
type Dialect = {
  open: string;
  close: string;
  idOf: (answer: { id?: string; pit_id?: string }) => string;
  closing: (id: string) => object;
};

const ELASTICSEARCH: Dialect = {
  open: '_pit',
  close: '/_pit',
  idOf: ({ id = '' }) => id,
  closing: id => ({ id }),
};
const OPENSEARCH: Dialect = {
  open: '_search/point_in_time',
  close: '/_search/point_in_time',
  idOf: ({ pit_id: id = '' }) => id,
  closing: id => ({ pit_id: [id] }),
};

/** Not asked under the signal: of a view that was opened for someone who had gone, nobody would know what to close. */
export async function openPoint(
  { client, pointInTime }: PointServer,
  within: readonly string[],
  { signal, requestTimeout }: Limits,
): Promise<Point> {
  signal.throwIfAborted();
  const dialect = pointInTime ? ELASTICSEARCH : OPENSEARCH;
  const opening = client.transport.request<{ id?: string; pit_id?: string }>(
    {
      method: 'POST',
      path: `/${within.map(encodeURIComponent).join(',')}/${dialect.open}`,
      querystring: { keep_alive: KEEP_ALIVE, ignore_unavailable: true },
    },
    { requestTimeout },
  );
  // Nobody waits for it: it ends by itself soon after, if this fails.
  const close = (id: string) =>
    void client.transport
      .request({ method: 'DELETE', path: dialect.close, body: dialect.closing(id) })
      .catch(() => undefined);
  const gone = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
  try {
    return { id: dialect.idOf(await Promise.race([opening, gone])), close };
  } catch (error) {
    void opening.then(answer => close(dialect.idOf(answer))).catch(() => undefined);
    throw error;
  }
}
