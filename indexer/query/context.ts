import { QuaylogError } from '#contract/quaylog-error.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { Context } from '#contract/query.ts';
import { stampOfId } from '../parse/record-id.ts';
import type { LogStore } from '../store/log-store.ts';
import { toStamp } from './date-math.ts';
import type { QueryNode } from './query-tree.ts';

/** How far around a record its neighbours are looked for: a week each way. */
const REACH_MS = 7 * 24 * 3_600_000;

/** The records of the same container just before and just after one, both lists oldest first. */
export async function readContext(
  store: LogStore,
  ask: { id: string; before: number; after: number },
): Promise<Context> {
  const at = Date.parse(stampOfId(ask.id));
  const from = toStamp(at - REACH_MS);
  const to = toStamp(at + REACH_MS);
  const record = await findOne(store, ask.id, { from: toStamp(at), to });
  const around = { from, to, query: isContainer(record.container.id), after: ask.id, countUpTo: 0 };
  const find = (order: 'asc' | 'desc', limit: number): Promise<LogRecord[]> =>
    limit === 0
      ? Promise.resolve([])
      : store.findRecords({ ...around, order, limit }).then(page => page.records);
  const [before, after] = await Promise.all([find('desc', ask.before), find('asc', ask.after)]);
  return { before: before.reverse(), record, after };
}

async function findOne(store: LogStore, id: string, range: { from: string; to: string }): Promise<LogRecord> {
  const query: QueryNode = { type: 'is', field: 'event.id', value: { kind: 'phrase', text: id } };
  const { records } = await store.findRecords({ ...range, query, order: 'asc', limit: 1, countUpTo: 0 });
  const [record] = records;
  if (!record) throw new QuaylogError('not_found', `No record has the id ${id}.`);
  return record;
}

const isContainer = (id: string): QueryNode => ({
  type: 'is',
  field: 'container.id',
  value: { kind: 'phrase', text: id },
});
