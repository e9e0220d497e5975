/** One bulk request: documents in, the server's word on each of them out. */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Client } from '@elastic/elasticsearch';
import type { BulkItem } from './bulk-outcome.ts';

/** What is to be written: `create`, so that what is there under its id stays as it is. */
export type Document = { index: string; id: string; source: string };

/** The items of the answer in the order of the documents. Rejects with the client's error when there is no such answer. */
export type SendBulk = (documents: readonly Document[]) => Promise<BulkItem[]>;

const pack = promisify(gzip);
/** A quarter of the CPU of the usual level; JSON shrinks to a tenth of its size all the same. */
const PACKED = { level: constants.Z_BEST_SPEED };
const WANTED = ['status', 'failure_store', 'error.type', 'error.reason', 'error.caused_by.reason'];
const ANSWER_WITHIN_MS = 60_000;

/** Packed with gzip, but plain to servers on the same machine. */
export function createSendBulk(client: Client, urls: readonly string[]): SendBulk {
  const isPacked = !urls.every(isLocal);
  const filter = WANTED.map(key => `items.*.${key}`).join(',');
  return async documents => {
    const body = Buffer.from(bodyOf(documents));
    const { items = [] } = await client.transport.request<{ items?: { create: BulkItem }[] }>(
      {
        method: 'POST',
        path: '/_bulk',
        querystring: { filter_path: filter },
        bulkBody: isPacked ? await pack(body, PACKED) : body,
      },
      {
        requestTimeout: ANSWER_WITHIN_MS,
        ...(isPacked && { headers: { 'content-encoding': 'gzip' } }),
      },
    );
    if (items.length !== documents.length)
      throw new Error(`the answer is about ${items.length} documents, not ${documents.length}`);
    return items.map(item => item.create);
  };
}

/** The body of a bulk request that creates these documents. */
export function bodyOf(documents: readonly Document[]): string {
  let body = '';
  for (const { index, id, source } of documents)
    body += `{"create":{"_index":"${index}","_id":${JSON.stringify(id)}}}\n${source}\n`;
  return body;
}

function isLocal(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}
