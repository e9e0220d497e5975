import type { FieldList } from '#contract/query.ts';
import type { LogStore, TimeRange } from '../store/log-store.ts';
import { listFields } from './fields.ts';

/** How many of the newest records are looked at for the applications' own fields. */
const LOOKED_AT = 500;

/** The known fields, and the `app.*` fields that recent records have. */
export async function readFields(store: LogStore, range: TimeRange): Promise<FieldList> {
  const { records } = await store.findRecords({
    ...range,
    query: { type: 'all' },
    order: 'desc',
    limit: LOOKED_AT,
    countUpTo: 0,
  });
  const own = new Map<string, 'keyword' | 'number'>();
  for (const record of records) {
    for (const [key, value] of Object.entries(record.app ?? {})) {
      own.set(`app.${key}`, typeof value === 'number' ? 'number' : 'keyword');
    }
  }
  const appFields = [...own].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, type]) => ({ name, type }));
  return { fields: [...listFields(), ...appFields] };
}
