import { Minus, Plus } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { Timeline } from '#contract/query.ts';
import { TimePicker } from '../logs/time-picker.tsx';
import type { TimeRange } from '../logs/time-range.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { FilterBox } from '../ui/filter-box.tsx';
import { LiveNote } from '../ui/live-note.tsx';
import { ProgressLine } from '../ui/progress.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { useNow } from '../ui/use-now.ts';
import { useUrlState } from '../ui/use-url-state.ts';
import { Waiting } from '../ui/waiting.tsx';
import { Gantt } from './gantt.tsx';
import { Legend } from './legend.tsx';
import { StoryPanel } from './story-panel.tsx';
import { neighbours } from './story-words.ts';
import { DEFAULT_RANGE, isMoving, toRange, viewOf } from './time-range.ts';
import { panView, zoomView, type TimeView } from './time-scale.ts';
import styles from './timeline.module.css';
import { filterRows } from './timeline-layout.ts';
import { useTimeline } from './use-timeline.ts';

const NOW_EVERY_MS = 5_000;

export function TimelinePage() {
  const [url, setUrl] = useUrlState();
  const range = { from: url.get('from') ?? DEFAULT_RANGE.from, to: url.get('to') ?? DEFAULT_RANGE.to };
  const filter = url.get('q') ?? '';
  const eventId = url.get('event');
  const now = useNow(NOW_EVERY_MS);
  // While a gesture lasts the view is the hand's; once it rests the address has it.
  const [moved, setMoved] = useState<TimeView | null>(null);
  const view = moved ?? viewOf(range, now);
  const query = useTimeline(range, view.toMs - view.fromMs);
  const settle = (next: TimeView) => {
    setMoved(null);
    setUrl(toRange(next), { push: true });
  };
  const tell = useCallback((id: string | null) => setUrl({ event: id }), [setUrl]);
  useTimelineKeys({ view, timeline: query.data, eventId, settle, tell });
  return (
    <main className={styles.page}>
      <h1 className="visually-hidden">Timeline</h1>
      <div className={styles.toolbar}>
        <FilterBox
          value={filter}
          onChange={q => setUrl({ q })}
          label="Filter containers"
          placeholder="name, image, project, host"
        />
        <RangeTools
          range={range}
          view={view}
          onRange={next => setUrl(next, { push: true })}
          settle={settle}
        />
        <span className={styles.spacer} />
        <LiveNote />
      </div>
      <ProgressLine busy={query.isFetching && query.isPlaceholderData} />
      <div className={styles.body}>
        <div className={styles.scroll}>
          {query.data === undefined ? (
            <Waiting what="The timeline" query={query} lines={12} />
          ) : (
            <Rows
              timeline={query.data}
              filter={filter}
              onClear={() => setUrl({ q: null })}
              chart={{ view, now, eventId, onMove: setMoved, onSettle: settle, onEvent: tell }}
            />
          )}
        </div>
        {eventId !== null && <StoryPanel key={eventId} eventId={eventId} onClose={() => tell(null)} />}
      </div>
      <Legend />
    </main>
  );
}

type RowsProps = {
  timeline: Timeline;
  filter: string;
  onClear: () => void;
  chart: Omit<Parameters<typeof Gantt>[0], 'rows'>;
};

function Rows({ timeline, filter, onClear, chart }: RowsProps) {
  const rows = useMemo(() => filterRows(timeline.rows, filter), [timeline.rows, filter]);
  if (timeline.rows.length === 0) {
    return (
      <EmptyState
        title="No container lived in this time"
        text="Choose a longer range, or start a collector on a host: its containers appear within seconds."
      />
    );
  }
  if (rows.length === 0) {
    return (
      <EmptyState
        title={`None of ${timeline.rows.length} containers matches`}
        text={`Nothing has “${filter}”.`}
      >
        <Button onClick={onClear}>Show all {timeline.rows.length}</Button>
      </EmptyState>
    );
  }
  return <Gantt rows={rows} {...chart} />;
}

type RangeToolsProps = {
  range: TimeRange;
  view: TimeView;
  onRange: (range: TimeRange) => void;
  settle: (view: TimeView) => void;
};

function RangeTools({ range, view, onRange, settle }: RangeToolsProps) {
  const middle = (view.fromMs + view.toMs) / 2;
  return (
    <>
      <TimePicker range={range} onChange={onRange} />
      <Button label="Zoom in (+)" onClick={() => settle(zoomView(view, 0.5, middle))}>
        <Plus size={14} />
      </Button>
      <Button label="Zoom out (-)" onClick={() => settle(zoomOut(view))}>
        <Minus size={14} />
      </Button>
      {!isMoving(range) && <Button onClick={() => onRange(DEFAULT_RANGE)}>Back to now</Button>}
    </>
  );
}

/** Around the middle, but never into the future. */
function zoomOut(view: TimeView): TimeView {
  const wide = zoomView(view, 2, (view.fromMs + view.toMs) / 2);
  const over = Math.max(0, wide.toMs - Date.now());
  return { fromMs: wide.fromMs - over, toMs: wide.toMs - over };
}

type TimelineKeys = {
  view: TimeView;
  timeline: Timeline | undefined;
  eventId: string | null;
  settle: (view: TimeView) => void;
  tell: (eventId: string | null) => void;
};

function useTimelineKeys({ view, timeline, eventId, settle, tell }: TimelineKeys): void {
  const span = view.toMs - view.fromMs;
  const pan = (part: number) => settle(panView(view, span * part, Date.now()));
  const go = (direction: 'previous' | 'next') => {
    const row = timeline?.rows.find(({ marks }) => marks.some(mark => mark.eventId === eventId));
    const mark = row && eventId !== null ? neighbours(row.marks, eventId)[direction] : null;
    if (mark !== null) tell(mark.eventId);
  };
  useShortcuts('Timeline', [
    { keys: '+ | =', does: 'Zoom in', run: () => settle(zoomView(view, 0.5, (view.fromMs + view.toMs) / 2)) },
    { keys: '-', does: 'Zoom out', run: () => settle(zoomOut(view)) },
    { keys: 'ArrowLeft', does: 'Earlier', run: () => pan(-0.25) },
    { keys: 'ArrowRight', does: 'Later', run: () => pan(0.25) },
    { keys: 'n', does: 'Next story of this container', run: () => go('next') },
    { keys: 'p', does: 'Previous story of this container', run: () => go('previous') },
    { keys: 'Escape', does: 'Close the story', run: () => tell(null) },
  ]);
}
