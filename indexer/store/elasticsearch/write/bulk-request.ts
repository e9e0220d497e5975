/** One bulk request: documents in, the server's word on each of them out. */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Client } from '@elastic/elasticsearch';
import type { BulkAnswer } from '../server/bulk-answer.ts';
import { bodyOf, type Document } from './bulk-entry.ts';
import type { BulkItem } from '../server/bulk-outcome.ts';

/** The items of the answer in the order of the documents, unless all of them say the same. Rejects with the client's error when there is no such answer. */
export type SendBulk = (documents: readonly Document[]) => Promise<BulkItem[] | 'all_stored'>;

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
    const body = bodyOf(documents);
    const answer = await client.transport.request<BulkAnswer>(
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
    const isAllStored = 'stored' in answer;
    const items = isAllStored ? [] : (answer.items ?? []);
    const count = isAllStored ? answer.stored : items.length;
    if (count !== documents.length)
      throw new Error(`the answer is about ${count} documents, not ${documents.length}`);
    return isAllStored ? 'all_stored' : items.map(item => item.create);
  };
}

function isLocal(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}
