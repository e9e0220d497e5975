/** Names of indices: one a day of record time and kind, so that what is sent again meets itself. Pure. */
import type { TimeRange } from '../../log-store.ts';
import type { IndexKind } from './mapping.ts';

const DAY_MS = 86_400_000;
/** A question names its days one by one up to here, then its months, then all there are. */
const MAX_DAYS = 31;
const MAX_MONTHS = 24;

/** `quaylog-logs-2026.11.22` for a stamp of that day (UTC). */
export const indexName = (prefix: string, kind: IndexKind, stamp: string): string =>
  `${prefix}-${kind}-${stamp.slice(0, 10).replaceAll('-', '.')}`;

/** Names and patterns of all indices that can hold documents of the range, and of few others. */
export function indicesWithin(prefix: string, kind: IndexKind, { from, to }: TimeRange): string[] {
  const first = Date.parse(from.slice(0, 10));
  const last = Date.parse(to.slice(0, 10));
  if (last - first < MAX_DAYS * DAY_MS) {
    const days: string[] = [];
    for (let day = first; day <= last; day += DAY_MS) {
      days.push(indexName(prefix, kind, new Date(day).toISOString()));
    }
    return days;
  }
  const months = monthsBetween(from, to);
  return months.length <= MAX_MONTHS
    ? months.map(month => `${indexName(prefix, kind, month)}.*`)
    : [`${prefix}-${kind}-*`];
}

/** `2026-11`, … At most one more than is of use. */
function monthsBetween(from: string, to: string): string[] {
  const months: string[] = [];
  let [year = 0, month = 1] = from.split('-').map(Number);
  for (let text = from.slice(0, 7); text <= to.slice(0, 7) && months.length <= MAX_MONTHS;) {
    months.push(text);
    month += 1;
    if (month > 12) [year, month] = [year + 1, 1];
    text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
  }
  return months;
}
