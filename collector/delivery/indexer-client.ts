/** One POST to the indexer over a kept connection. */
import { Pool } from 'undici';
import type { IngestAck } from '#contract/batch.ts';

const ANSWER_WITHIN_MS = 30_000;

/** `status` null: nobody answered. `ack` only with status 200. */
export type IngestAnswer = { status: number | null; ack?: IngestAck; message: string };

export type IndexerClient = {
  /** Never rejects. */
  post(body: string): Promise<IngestAnswer>;
  close(): Promise<void>;
};

export function createIndexerClient(indexerUrl: string, connections: number): IndexerClient {
  const url = new URL(indexerUrl);
  const path = `${url.pathname.replace(/\/$/, '')}/api/v1/ingest`;
  const pool = new Pool(url.origin, {
    connections,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  });
  return {
    async post(body) {
      try {
        const headers = { 'content-type': 'application/json' };
        const response = await pool.request({ path, method: 'POST', headers, body });
        return readAnswer(response.statusCode, await response.body.text());
      } catch (cause) {
        return { status: null, message: (cause as Error).message };
      }
    },
    close: () => pool.destroy(),
  };
}

function readAnswer(status: number, text: string): IngestAnswer {
  const body = parseJson(text);
  if (status === 200) {
    if (isAck(body)) return { status, ack: body, message: '' };
    return { status: 502, message: 'the answer is not an ack: is this the address of an indexer?' };
  }
  const message = (body as { error?: { message?: unknown } } | null)?.error?.message;
  return { status, message: typeof message === 'string' ? message : `status ${status}` };
}

const isAck = (body: unknown): body is IngestAck =>
  typeof body === 'object' &&
  body !== null &&
  'batchId' in body &&
  'watched' in body &&
  Array.isArray(body.watched);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
