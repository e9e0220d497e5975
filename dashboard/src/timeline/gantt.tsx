import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useZone } from '../ui/zone.ts';
import { GanttAxis } from './gantt-axis.tsx';
import { GanttRow, type DrawnRow } from './gantt-row.tsx';
import { GanttTip, type Hovered } from './gantt-tip.tsx';
import styles from './gantt.module.css';
import { createScale, ticksOf, type TimeView } from './time-scale.ts';
import { groupRows, layoutBars, layoutMarks, type Row } from './timeline-layout.ts';
import { useGestures } from './use-gestures.ts';
import { useWidth } from './use-width.ts';

/** The column of names; the chart has the rest. */
const NAMES_PX = 200;
const RIGHT_PX = 12;

type GanttProps = {
  rows: readonly Row[];
  view: TimeView;
  now: number;
  /** The event whose story is open. */
  eventId: string | null;
  onMove: (view: TimeView) => void;
  onSettle: (view: TimeView) => void;
  onEvent: (eventId: string) => void;
};

/** A bar per container on one time axis. Names, bars and marks are plain SVG and HTML: they can be focused, read and printed. */
export function Gantt({ rows, view, now, eventId, onMove, onSettle, onEvent }: GanttProps) {
  const chart = useRef<HTMLDivElement>(null);
  const width = Math.max(1, useWidth(chart) - NAMES_PX - RIGHT_PX);
  const timeZone = useZone() === 'utc' ? 'UTC' : undefined;
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const gestures = useGestures(chart, { view, width, left: NAMES_PX, onMove, onSettle });

  const { fromMs, toMs } = view;
  const scale = useMemo(() => createScale({ fromMs, toMs }, width), [fromMs, toMs, width]);
  const ticks = useMemo(() => ticksOf(scale, timeZone), [scale, timeZone]);
  const groups = useMemo(() => groupRows(rows), [rows]);
  const drawn = useMemo(() => drawRows(rows, scale, now), [rows, scale, now]);
  const tabStop = tabStopOf(drawn, eventId);
  const { selection, ...pointer } = gestures;

  return (
    <div className={styles.gantt} ref={chart} {...pointer} onKeyDown={moveBetweenMarks} data-gantt>
      <GanttAxis ticks={ticks} left={NAMES_PX} width={width} nowX={scale.x(now)} />
      <div className={styles.lines} aria-hidden="true" style={{ left: NAMES_PX, width }}>
        {ticks.map(tick => (
          <i key={tick.atMs} className={tick.isDay ? styles.dayLine : undefined} style={{ left: tick.x }} />
        ))}
        {scale.x(now) <= width && <i className={styles.nowLine} style={{ left: scale.x(now) }} />}
        {selection !== null && (
          <b style={{ left: selection.fromX, width: selection.toX - selection.fromX }} />
        )}
      </div>
      {groups.map(group => (
        <section key={group.key} aria-label={group.project ?? 'Outside compose'}>
          <h2 className={styles.group}>
            {group.project ?? 'Outside compose'} <span>{group.host}</span>
          </h2>
          {group.rows.map(row => (
            <GanttRow
              key={row.container.id}
              row={row}
              drawn={drawn.get(row.container.id) ?? NOTHING_DRAWN}
              width={width}
              eventId={eventId}
              tabStop={tabStop}
              onHover={setHovered}
              onEvent={onEvent}
            />
          ))}
        </section>
      ))}
      {hovered !== null && selection === null && <GanttTip hovered={hovered} now={now} />}
    </div>
  );
}

const NOTHING_DRAWN: DrawnRow = { bars: [], marks: [] };

function drawRows(
  rows: readonly Row[],
  scale: ReturnType<typeof createScale>,
  now: number,
): ReadonlyMap<string, DrawnRow> {
  return new Map(
    rows.map(row => [
      row.container.id,
      { bars: layoutBars(row.bars, scale, now), marks: layoutMarks(row.marks, scale) },
    ]),
  );
}

/** Tab reaches one mark only: that of the open story, else the first; arrows go on from there. */
function tabStopOf(drawn: ReadonlyMap<string, DrawnRow>, eventId: string | null): string | null {
  const marks = [...drawn.values()].flatMap(row => row.marks);
  const open = marks.find(mark => mark.marks.some(one => one.eventId === eventId));
  return (open ?? marks[0])?.main.eventId ?? null;
}

/** Left and right within a row, up and down to the nearest mark of the next row that has any. */
function moveBetweenMarks(event: KeyboardEvent<HTMLElement>): void {
  const mark = event.target instanceof Element ? event.target.closest('[data-mark]') : null;
  const row = mark?.closest('[data-row]');
  if (!mark || !row) return;
  const target = nextMark(event.key, mark, row);
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  target.focus();
}

function nextMark(key: string, mark: Element, row: Element): SVGElement | undefined {
  const marksOf = (element: Element) => [...element.querySelectorAll<SVGElement>('[data-mark]')];
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const marks = marksOf(row);
    return marks[marks.findIndex(one => one === mark) + (key === 'ArrowLeft' ? -1 : 1)];
  }
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
  const rows = [...(row.closest('[data-gantt]')?.querySelectorAll('[data-row]') ?? [])];
  const at = rows.indexOf(row);
  const beyond = key === 'ArrowUp' ? rows.slice(0, at).reverse() : rows.slice(at + 1);
  const marks = beyond.map(marksOf).find(found => found.length > 0) ?? [];
  const x = mark.getBoundingClientRect().x;
  const distance = (one: Element) => Math.abs(one.getBoundingClientRect().x - x);
  return marks.sort((left, right) => distance(left) - distance(right))[0];
}
