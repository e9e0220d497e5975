import { performance } from 'node:perf_hooks';
import { DEFAULT_LIMIT } from '#contract/constants.ts';
import type { LogPage, LogsParams } from '#contract/query.ts';
import type { LogStore } from '../store/log-store.ts';
import { resolveRange } from './date-math.ts';
import { cursorKey, parseCursor, printCursor } from './page-cursor.ts';
import { parseQuery } from './parse-query.ts';

const COUNT_UP_TO = 10_000;

/** One page; its cursor freezes the range, so that the pages after it neither gap nor double while records arrive. */
export async function readPage(
  params: LogsParams,
  { store, now }: { store: LogStore; now: Date },
  signal: AbortSignal,
): Promise<LogPage> {
  const startedAt = performance.now();
  const { q = '', order = 'desc', limit = DEFAULT_LIMIT } = params;
  const query = parseQuery(q, { now });
  const of = cursorKey(q, order);
  const page = params.cursor === undefined ? undefined : parseCursor(params.cursor, of);
  const { from, to } = page ?? resolveRange(params, now);
  const find = { from, to, query, order, limit, countUpTo: COUNT_UP_TO, ...(page && { after: page.after }) };
  const { records, total } = await store.findRecords(find, signal);
  const last = records.length === limit ? records.at(-1) : undefined;
  return {
    records,
    total,
    cursor: last ? printCursor({ from, to, after: last.event.id, of }) : null,
    tookMs: Math.round((performance.now() - startedAt) * 10) / 10,
  };
}
