import { useEffect, useRef, type MouseEvent, type ReactNode } from 'react';
import { classNames } from '../ui/class-names.ts';
import { formatNumber } from '../ui/format.ts';
import { useZone } from '../ui/zone.ts';
import { ROWS_KEPT } from './log-buffer.ts';
import styles from './log-list.module.css';
import { LogRow } from './log-row.tsx';
import type { LogSession } from './log-session.ts';
import type { SessionState } from './session-state.ts';
import { EDGE_HEIGHT, ROW_HEIGHT, useRowWindow } from './use-row-window.ts';

type LogListProps = {
  session: LogSession;
  state: SessionState;
  isStale: boolean;
  isFollowing: boolean;
  selectedId: string | null;
  /** A click on a row. */
  onOpen: (id: string) => void;
  /** The reader scrolled away from the newest row, or back to it. */
  onEdge: (isAtEnd: boolean) => void;
};

const BOTTOM_ROOM = 6;

/** The rows: a grid of fixed-height lines of which only those in view exist, newest at the bottom. */
export function LogList({ session, state, isStale, isFollowing, selectedId, onOpen, onEdge }: LogListProps) {
  const { buffer } = session;
  const zone = useZone();
  const list = useRef<HTMLDivElement>(null);
  const { start, end, slots, size, onScroll, reveal } = useRowWindow({
    list,
    buffer,
    isFollowing,
    onEdge,
    onNearStart: () => {
      if (state.older === 'some') void session.loadOlder();
    },
  });

  const isPresent = selectedId !== null && buffer.indexOf(selectedId) !== -1;
  useEffect(() => {
    if (selectedId !== null && isPresent && !isFollowing) reveal(buffer.indexOf(selectedId));
    // Only a new selection moves the list; `reveal` reads the list itself.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selectedId, buffer, isPresent]);

  const onClick = ({ target }: MouseEvent) => {
    if (!(target instanceof Element) || target.closest('a')) return;
    const id = target.closest<HTMLElement>('[data-id]')?.dataset['id'];
    // Dragging over text selects it; that is no click on the row.
    if (id === undefined || !(document.getSelection()?.isCollapsed ?? true)) return;
    const row = buffer.at(buffer.indexOf(id));
    if (row?.kind === 'skipped') {
      if (target.closest('[data-load]')) void session.loadSkipped(row);
    } else onOpen(id);
  };

  const { events } = state;
  return (
    <div
      ref={list}
      className={classNames(styles.list, isStale && styles.stale)}
      role="grid"
      aria-label="Log lines"
      aria-rowcount={size}
      aria-busy={state.phase === 'loading'}
      aria-activedescendant={selectedId === null ? undefined : `row-${selectedId}`}
      tabIndex={0}
      onScroll={onScroll}
      onClick={onClick}
    >
      <div className={styles.sizer} style={{ height: EDGE_HEIGHT + size * ROW_HEIGHT + BOTTOM_ROOM }}>
        <Edge session={session} state={state} />
        {buffer.slice(start, end).map((row, offset) => (
          <LogRow
            // By place, not by row: while lines stream in, elements are filled anew instead of made anew.
            key={(start + offset) % slots}
            row={row}
            index={start + offset}
            top={EDGE_HEIGHT + (start + offset) * ROW_HEIGHT}
            isSelected={row.id === selectedId}
            zone={zone}
            events={events}
          />
        ))}
      </div>
    </div>
  );
}

/** What is above the oldest row. */
function Edge({ session, state }: { session: LogSession; state: SessionState }) {
  const says: Record<SessionState['older'], ReactNode> = {
    none: state.phase === 'ready' && session.buffer.size > 0 ? 'Beginning of the time range' : '',
    some: <button onClick={() => void session.loadOlder()}>Load older lines</button>,
    loading: 'Loading older lines…',
    failed: (
      <>
        Older lines could not be loaded.
        <button onClick={() => void session.loadOlder()}>Retry</button>
      </>
    ),
    full: `${formatNumber(ROWS_KEPT)} rows are in memory. Choose an earlier time range to read on.`,
  };
  return (
    <div className={styles.edge} role="row">
      <span role="gridcell">{says[state.older]}</span>
    </div>
  );
}
