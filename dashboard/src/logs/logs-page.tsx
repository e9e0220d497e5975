import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Total } from '#contract/query.ts';
import { api } from '../api/client.ts';
import { HostStrip } from '../hosts/host-strip.tsx';
import { silentFrom } from '../hosts/host-words.ts';
import { useHosts } from '../hosts/use-hosts.ts';
import { classNames } from '../ui/class-names.ts';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { ProgressLine, Skeleton } from '../ui/progress.tsx';
import { isFlag, worthARow } from './event-words.ts';
import { actionOf } from './event-filter.ts';
import { Facets } from './facets.tsx';
import { FilterRow } from './filter-row.tsx';
import { Histogram, HistogramNote } from './histogram.tsx';
import { spanOf } from './histogram-layout.ts';
import { LogList } from './log-list.tsx';
import styles from './logs-page.module.css';
import type { LogSession, Question } from './log-session.ts';
import type { LogsState } from './logs-url.ts';
import { NewLinesPill } from './new-lines-pill.tsx';
import { NothingFound } from './nothing-found.tsx';
import { QueryBar } from './query-bar.tsx';
import { chooseHost, chosenHost } from './query-text.ts';
import { SelectedDrawer } from './selected-drawer.tsx';
import { StatusBar } from './status-bar.tsx';
import { useLogActions } from './use-log-actions.ts';
import { useLogKeys } from './use-log-keys.ts';
import { useLogSession, type ShownSession } from './use-log-session.ts';
import { useLogsState } from './use-logs-state.ts';
import { ROW_HEIGHT } from './use-row-window.ts';

/** While live, counts are asked again this often. */
const RECOUNT_MS = 5_000;

/** The workhorse: ask, see, follow, look closer. */
export function LogsPage() {
  const [state, change] = useLogsState();
  const [attempt, setAttempt] = useState(0);
  const shown = useLogSession(state, attempt);
  const retry = () => setAttempt(attempt + 1);
  if (!shown) return <main className={styles.page} />;
  return <LogsView state={state} change={change} shown={shown} onRetry={retry} />;
}

type LogsViewProps = {
  state: LogsState;
  change: (change: Partial<LogsState>) => void;
  shown: ShownSession;
  onRetry: () => void;
};

function LogsView({ state, change, shown, onRetry }: LogsViewProps) {
  const { session, isStale, newest } = shown;
  const input = useRef<HTMLInputElement>(null);
  const { isPaused, isFollowing, setPausedBy } = usePause(session, state.line !== null);
  useEffect(() => session.showEvents(state.events), [session, state.events]);
  useSeek(session, state.line, newest.phase === 'ready' && !isStale);

  const actions = useLogActions({ session, state, change, isPaused, setPausedBy, input });
  useLogKeys(actions);
  // Counts belong to the rows on screen: a question that fails takes nothing away.
  const asked = session.question;
  const counts = useCounts(asked);
  return (
    <main className={styles.page}>
      <h1 className="visually-hidden">Logs</h1>
      <div>
        <HostStrip chosen={chosenHost(state.q)} onChoose={name => change({ q: chooseHost(state.q, name) })} />
      </div>
      <QueryBar state={state} error={newest.error} input={input} onChange={change} />
      <FilterRow
        state={state}
        hits={newest.phase === 'failed' ? null : hitsOf(counts, newest.total)}
        tookMs={newest.phase === 'ready' ? newest.tookMs : null}
        bucketMs={counts.data?.intervalMs ?? null}
        onChange={change}
      />
      <Chart
        q={asked.q}
        counts={counts}
        events={shown.state.events}
        onZoom={range => change({ ...range, live: false })}
      />
      <ProgressLine busy={newest.phase === 'loading' || newest.older === 'loading'} />
      <div
        className={classNames(
          styles.panes,
          state.facets && styles.withFacets,
          state.detail && styles.withDrawer,
        )}
      >
        {state.facets && (
          <Facets
            state={state}
            asked={asked}
            refetchMs={isFollowing ? 2 * RECOUNT_MS : false}
            isStale={isStale}
            onChange={change}
          />
        )}
        <div className={styles.lines}>
          <LogList
            key={session.question.live ? 'live' : 'still'}
            session={session}
            state={shown.state}
            isStale={isStale}
            isFollowing={isFollowing}
            selectedId={state.line}
            onOpen={actions.openRow}
            onEdge={actions.onEdge}
          />
          {isPaused && <NewLinesPill buffer={session.buffer} onResume={actions.follow} />}
          <Overlay shown={shown} state={state} change={change} onRetry={onRetry} />
        </div>
        <SelectedDrawer session={session} state={state} change={change} onMove={actions.move} />
      </div>
      <StatusBar session={session} state={shown.state} isPaused={isPaused} />
    </main>
  );
}

/** Held still by the reader, by scrolling away, or from the start by a link to a line. */
function usePause(session: LogSession, isHeldAtFirst: boolean) {
  const [pausedBy, setPausedBy] = useState<'reader' | 'scroll' | null>(isHeldAtFirst ? 'reader' : null);
  const isPaused = session.question.live && pausedBy !== null;
  useEffect(() => {
    if (isPaused) session.pause();
    else session.resume();
  }, [session, isPaused]);
  return { isPaused, isFollowing: session.question.live && !isPaused, setPausedBy };
}

/** A link to a line: reads back to it once the newest lines are here. */
function useSeek(session: LogSession, line: string | null, isReady: boolean): void {
  useEffect(() => {
    if (isReady && line !== null) void session.seek(line);
  }, [session, isReady, line]);
}

/** In the place of the rows while there are none. */
function Overlay({ shown, state, change, onRetry }: LogsViewProps) {
  const { newest, isStale, session } = shown;
  // Events may still have rows where no line matches: the words stand below them.
  const { q } = session.question;
  const hasRows = actionOf(q) !== undefined && session.buffer.size > 0;
  const isEmpty = newest.phase === 'ready' && newest.total?.value === 0 && newest.received === 0 && !hasRows;
  const isFirstLoad = newest.phase === 'loading' && !isStale;
  const failure =
    newest.phase === 'failed' && (!isStale || newest.error?.status !== 400) ? newest.error : null;
  return (
    <div className={styles.over} style={{ top: `min(${(session.buffer.size + 1) * ROW_HEIGHT}px, 50%)` }}>
      {isFirstLoad && <Skeleton lines={18} />}
      {failure && (
        <ErrorPanel
          title={failure.status === 400 ? 'The query is not understood' : 'The lines could not be read'}
          error={failure}
          onRetry={onRetry}
        />
      )}
      {isEmpty && <NothingFound state={state} onChange={change} />}
    </div>
  );
}

type Counts = ReturnType<typeof useCounts>;

function useCounts({ q, from, to, live }: Question) {
  return useQuery({
    queryKey: ['histogram', { q, from, to }],
    queryFn: ({ signal }) => api.histogram({ q, from, to, buckets: 120 }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: live ? RECOUNT_MS : false,
  });
}

/** The sum of the bars is exact; until they are there the page's own total will do. */
function hitsOf(
  { data, isPlaceholderData }: Counts,
  total: Total | null,
): { value: number; isExact: boolean } | null {
  if (data && !isPlaceholderData) {
    return { value: data.buckets.reduce((all, bucket) => all + bucket.total, 0), isExact: true };
  }
  return total && { value: total.value, isExact: total.relation === 'eq' };
}

type ChartProps = {
  q: string;
  counts: Counts;
  events: readonly ContainerEvent[];
  onZoom: (range: { from: string; to: string }) => void;
};

function Chart({ q, counts, events, onZoom }: ChartProps) {
  const hosts = useHosts();
  const span = useMemo(() => (counts.data ? spanOf(counts.data) : undefined), [counts.data]);
  if (counts.data && span) {
    return (
      <Histogram
        counts={counts.data}
        span={span}
        flags={worthARow(events).filter(isFlag)}
        events={events}
        silentFrom={silentFrom(hosts, chosenHost(q))}
        isStale={counts.isPlaceholderData || counts.isError}
        onZoom={onZoom}
      />
    );
  }
  return counts.isError ? (
    <HistogramNote text="The counts could not be read." onRetry={() => void counts.refetch()} />
  ) : (
    <HistogramNote text="" />
  );
}
