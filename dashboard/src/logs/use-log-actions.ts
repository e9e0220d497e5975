import type { RefObject } from 'react';
import { stampOf, type LogRow } from './log-row-types.ts';
import type { LogSession } from './log-session.ts';
import { encodeState, type DetailTab, type LogsState } from './logs-url.ts';
import { resolveTime } from './time-range.ts';
import type { LogActions } from './use-log-keys.ts';

type ActionParts = {
  session: LogSession;
  state: LogsState;
  change: (change: Partial<LogsState>) => void;
  isPaused: boolean;
  setPausedBy: (by: 'reader' | 'scroll' | null) => void;
  input: RefObject<HTMLInputElement | null>;
};

type PageActions = LogActions & {
  openRow: (id: string) => void;
  follow: () => void;
  onEdge: (isAtEnd: boolean) => void;
};

/** Everything the reader can do to the list, by key or by pointer. Looking at a row holds the stream still. */
export function useLogActions(parts: ActionParts): PageActions {
  const { state, change, input } = parts;
  return {
    ...rowActions(parts),
    ...streamActions(parts),
    ...copyActions(parts),
    focusQuery() {
      input.current?.focus();
      input.current?.select();
    },
    close: () => change(state.detail === null ? { line: null } : { detail: null }),
    toggleFacets: () => change({ facets: !state.facets }),
    toggleEvents: () => change({ events: !state.events }),
  };
}

function selectedRow({ session: { buffer }, state }: ActionParts): LogRow | undefined {
  const index = state.line === null ? -1 : buffer.indexOf(state.line);
  return index === -1 ? undefined : buffer.at(index);
}

function rowActions(parts: ActionParts) {
  const { session, state, change, setPausedBy } = parts;
  const { buffer } = session;
  const select = (row: LogRow | undefined, detail: DetailTab | null = state.detail) => {
    if (!row) return;
    setPausedBy('reader');
    change({ line: row.id, detail });
  };
  /** Where moving starts: the selected row, or just below the last. */
  const here = (): number => (state.line === null ? buffer.size : buffer.lowerBound(state.line));
  const seek = (by: -1 | 1, wanted: (row: LogRow) => boolean) => {
    for (let i = here() + by; i >= 0 && i < buffer.size; i += by) {
      const row = buffer.at(i);
      if (row && wanted(row)) {
        select(row);
        return;
      }
    }
  };
  const open = (detail: DetailTab) => select(selectedRow(parts) ?? buffer.at(buffer.size - 1), detail);
  return {
    move(by: number) {
      const to = Math.min(buffer.size - 1, Math.max(0, here() + by));
      if (buffer.size > 0) select(buffer.at(to));
      if (to === 0 && session.state().older === 'some') void session.loadOlder();
    },
    open: () => open(state.detail ?? 'fields'),
    openContext: () => open('context'),
    openRow: (id: string) => select(buffer.at(buffer.indexOf(id)), state.detail ?? 'fields'),
    nextError: (by: -1 | 1) => seek(by, isError),
    nextEvent: () => seek(1, row => row.kind === 'event'),
  };
}

function streamActions({ session, state, change, isPaused, setPausedBy }: ActionParts) {
  const follow = () => {
    setPausedBy(null);
    change({ line: null, detail: null });
  };
  return {
    follow,
    togglePause() {
      if (isPaused) follow();
      else setPausedBy('reader');
    },
    toNewest() {
      const newest = session.buffer.newest();
      if (session.question.live) follow();
      else if (newest) change({ line: newest.id });
    },
    onEdge(isAtEnd: boolean) {
      if (!isAtEnd && !isPaused) setPausedBy('scroll');
      if (isAtEnd && isPaused && state.line === null) setPausedBy(null);
    },
  };
}

function copyActions(parts: ActionParts) {
  return {
    copyLine() {
      const row = selectedRow(parts);
      if (row?.kind === 'record') copy(row.record.event.original ?? row.record.message);
    },
    copyLink() {
      const row = selectedRow(parts);
      if (row) copy(linkTo(row, parts.state));
    },
  };
}

const isError = (row: LogRow): boolean =>
  row.kind === 'record' && (row.record.log.level === 'error' || row.record.log.level === 'fatal');

const copy = (text: string): void => void navigator.clipboard.writeText(text);

/** A link that shows the same line tomorrow: its range is absolute and ends just after the line. */
function linkTo(row: LogRow, state: LogsState): string {
  const now = Date.now();
  const at = Date.parse(stampOf(row));
  const from = Math.min(resolveTime(state.from, now) ?? at, at - 1_000);
  const link: LogsState = {
    ...state,
    from: new Date(from).toISOString(),
    to: new Date(Math.min(now, at + 5_000)).toISOString(),
    live: false,
    line: row.id,
    detail: state.detail ?? 'fields',
  };
  return `${window.location.origin}/logs?${encodeState(link)}`;
}
