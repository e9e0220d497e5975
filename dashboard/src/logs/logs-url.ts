/** The whole state of the Logs page as a query string, so that every view is a link. Unknown and broken values are left out. */
import { DEFAULT_RANGE } from './time-range.ts';

export const DETAIL_TABS = ['fields', 'json', 'raw', 'context'] as const;
export type DetailTab = (typeof DETAIL_TABS)[number];

/** `live` only ever holds together with `to: 'now'`. `line`: id of the selected row. */
export type LogsState = {
  q: string;
  from: string;
  to: string;
  live: boolean;
  events: boolean;
  line: string | null;
  detail: DetailTab | null;
  facets: boolean;
  /** Facets the reader added, and those folded. */
  fields: readonly string[];
  folded: readonly string[];
};

export const DEFAULT_STATE: LogsState = {
  q: '',
  ...DEFAULT_RANGE,
  live: true,
  events: true,
  line: null,
  detail: null,
  facets: true,
  fields: [],
  folded: [],
};

/** Only what differs from the default, in a fixed order, without the question mark. */
export function encodeState(state: LogsState): string {
  const search = new URLSearchParams();
  for (const name of ['q', 'from', 'to'] as const) {
    if (state[name] !== DEFAULT_STATE[name]) search.set(name, state[name]);
  }
  if (state.to === 'now' && !state.live) search.set('live', 'off');
  if (!state.events) search.set('events', 'off');
  if (state.line !== null) search.set('line', state.line);
  if (state.line !== null && state.detail !== null) search.set('detail', state.detail);
  if (!state.facets) search.set('facets', 'off');
  for (const field of state.fields) search.append('field', field);
  for (const field of state.folded) search.append('folded', field);
  return search.toString();
}

export function decodeState(text: string): LogsState {
  const search = new URLSearchParams(text);
  const to = search.get('to') ?? DEFAULT_STATE.to;
  const line = search.get('line') ?? null;
  const detail = DETAIL_TABS.find(tab => tab === search.get('detail')) ?? null;
  return {
    q: search.get('q') ?? DEFAULT_STATE.q,
    from: search.get('from') ?? DEFAULT_STATE.from,
    to,
    live: to === 'now' && search.get('live') !== 'off',
    events: search.get('events') !== 'off',
    line,
    detail: line === null ? null : detail,
    facets: search.get('facets') !== 'off',
    fields: [...new Set(search.getAll('field'))],
    folded: [...new Set(search.getAll('folded'))],
  };
}

/** Whether two states ask the indexer the same question. */
export const sameQuestion = (a: LogsState, b: LogsState): boolean =>
  a.q === b.q && a.from === b.from && a.to === b.to && a.live === b.live;
