import type { LogRecord } from '#contract/log-record.ts';
import type { LogPage } from '#contract/query.ts';
import type { Stack } from './stack.ts';

export type LogSource = Pick<Stack, 'get'>;

/** Every record that matches, oldest first, page by page. */
export async function readAllLogs(stack: LogSource, q: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const params = new URLSearchParams({ q, from: 'now-1d', to: 'now+1h', order: 'asc', limit: '1000' });
    if (cursor !== '') params.set('cursor', cursor);
    const page: LogPage = await stack.get<LogPage>(`/api/v1/logs?${params}`);
    records.push(...page.records);
    cursor = page.cursor;
  }
  return records;
}

/** How many records match, exact up to 10,000. */
export async function countLogs(stack: LogSource, q: string): Promise<number> {
  const params = new URLSearchParams({ q, from: 'now-1d', to: 'now+1h', limit: '1' });
  return (await stack.get<LogPage>(`/api/v1/logs?${params}`)).total.value;
}
