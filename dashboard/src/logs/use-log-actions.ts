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
export function useLogActions({
  session,
  state,
  change,
  isPaused,
  setPausedBy,
  input,
}: ActionParts): PageActions {
  const { buffer } = session;
  const select = (row: LogRow | undefined, detail: DetailTab | null = state.detail) => {
    if (!row) return;
    setPausedBy('reader');
    change({ line: row.id, detail });
  };
  const selected = (): LogRow | undefined =>
    state.line === null ? undefined : buffer.at(Math.max(0, buffer.indexOf(state.line)));
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
  const follow = () => {
    setPausedBy(null);
    change({ line: null, detail: null });
  };
  const open = (detail: DetailTab) => select(selected() ?? buffer.at(buffer.size - 1), detail);
  return {
    move(by) {
      const to = Math.min(buffer.size - 1, Math.max(0, here() + by));
      if (buffer.size > 0) select(buffer.at(to));
      if (to === 0 && session.state().older === 'some') void session.loadOlder();
    },
    open: () => open(state.detail ?? 'fields'),
    openContext: () => open('context'),
    openRow: id => select(buffer.at(buffer.indexOf(id)), state.detail ?? 'fields'),
    close: () => change(state.detail === null ? { line: null } : { detail: null }),
    focusQuery() {
      input.current?.focus();
      input.current?.select();
    },
    follow,
    togglePause() {
      if (isPaused) follow();
      else setPausedBy('reader');
    },
    toNewest() {
      if (session.question.live) follow();
      else select(buffer.at(buffer.size - 1));
    },
    nextError: by => seek(by, isError),
    nextEvent: () => seek(1, row => row.kind === 'event'),
    copyLine() {
      const row = selected();
      if (row?.kind === 'record') copy(row.record.event.original ?? row.record.message);
    },
    copyLink() {
      const row = selected();
      if (row) copy(linkTo(row, state));
    },
    toggleFacets: () => change({ facets: !state.facets }),
    toggleEvents: () => change({ events: !state.events }),
    onEdge(isAtEnd) {
      if (!isAtEnd) {
        if (!isPaused) setPausedBy('scroll');
      } else if (isPaused && state.line === null) setPausedBy(null);
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
