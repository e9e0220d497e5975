/** Reading stored records: a whole range from its beginning, or the last lines of it. */
import { MAX_LIMIT } from '#contract/constants.ts';
import type { LogPage } from '#contract/query.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { ApiClient, Params } from './api-client.ts';

export type RecordRange = { q: string; from: string; to?: string };

/** Every record of the range, oldest first, a page at a time. */
export async function* readForwards(api: ApiClient, range: RecordRange): AsyncGenerator<LogRecord[]> {
  yield* pages(api, { ...range, order: 'asc', limit: MAX_LIMIT });
}

/** The newest `count` records of the range, oldest first. */
export async function readLast(api: ApiClient, range: RecordRange, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const limit = Math.min(count, MAX_LIMIT);
  if (limit === 0) return records;
  for await (const page of pages(api, { ...range, order: 'desc', limit })) {
    records.push(...page);
    if (records.length >= count) break;
  }
  return records.slice(0, count).reverse();
}

async function* pages(api: ApiClient, params: Params): AsyncGenerator<LogRecord[]> {
  let cursor: string | null = null;
  do {
    const page: LogPage = await api.get<LogPage>('/api/v1/logs', { ...params, cursor: cursor ?? undefined });
    if (page.records.length > 0) yield page.records;
    cursor = page.cursor;
  } while (cursor !== null);
}
