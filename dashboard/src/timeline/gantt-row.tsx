import { memo } from 'react';
import { Link } from 'wouter';
import { classNames } from '../ui/class-names.ts';
import { formatClock } from '../ui/format.ts';
import { useZone } from '../ui/zone.ts';
import type { Hovered } from './gantt-tip.tsx';
import styles from './gantt.module.css';
import { markLabel, markNote, markShape } from './mark-words.ts';
import type { DrawnBar, DrawnMark, Row } from './timeline-layout.ts';

export type DrawnRow = { bars: readonly DrawnBar[]; marks: readonly DrawnMark[] };
type GanttRowProps = {
  row: Row;
  drawn: DrawnRow;
  width: number;
  eventId: string | null;
  tabStop: string | null;
  onHover: (hovered: Hovered | null) => void;
  onEvent: (eventId: string) => void;
};

const ROW_PX = 26;
const BAR_TOP = 7;
const BAR_PX = 12;

export const GanttRow = memo(function GanttRow({ row, drawn, width, ...rest }: GanttRowProps) {
  const { eventId, tabStop, onHover, onEvent } = rest;
  return (
    <div className={classNames(styles.row, row.removed && styles.removed)} data-row>
      <Link
        className={styles.name}
        href={`/containers?c=${encodeURIComponent(row.container.id)}`}
        title={`${row.container.name}\n${row.container.image}`}
      >
        {row.container.name}
        {row.removed && <span> removed</span>}
      </Link>
      <svg
        className={styles.chart}
        width={width}
        height={ROW_PX}
        role="group"
        aria-label={`${row.container.name}, states and events`}
        onPointerLeave={() => onHover(null)}
      >
        {drawn.bars.map(bar => (
          <Bar key={`${bar.fromMs} ${bar.state}`} bar={bar} row={row} onHover={onHover} />
        ))}
        {drawn.marks.map((mark, index) => (
          <MarkShape
            key={mark.main.eventId}
            mark={mark}
            row={row}
            room={(drawn.marks[index + 1]?.x ?? width) - mark.x}
            isOpen={mark.marks.some(one => one.eventId === eventId)}
            isTabStop={mark.main.eventId === tabStop}
            onHover={onHover}
            onEvent={onEvent}
          />
        ))}
      </svg>
    </div>
  );
});

type BarProps = { bar: DrawnBar; row: Row; onHover: (hovered: Hovered) => void };

function Bar({ bar, row, onHover }: BarProps) {
  const isLow = bar.state === 'stopped' || bar.state === 'created';
  return (
    <rect
      className={classNames(styles.bar, styles[bar.state])}
      x={bar.x}
      width={bar.width}
      y={isLow ? BAR_TOP + BAR_PX / 2 - 2 : BAR_TOP}
      height={isLow ? 4 : BAR_PX}
      rx={1.5}
      fill={bar.state === 'nodata' ? 'url(#no-data)' : undefined}
      onPointerMove={event => onHover({ row, bar, x: event.clientX, y: event.clientY })}
    />
  );
}

type MarkShapeProps = {
  mark: DrawnMark;
  row: Row;
  /** Pixels to the next mark: the exit code is written where it fits. */
  room: number;
  isOpen: boolean;
  isTabStop: boolean;
  onHover: (hovered: Hovered | null) => void;
  onEvent: (eventId: string) => void;
};

function MarkShape({ mark, row, room, isOpen, isTabStop, onHover, onEvent }: MarkShapeProps) {
  const zone = useZone();
  const { glyph, tone } = markShape(mark.main);
  const note = markNote(mark);
  const hover = (element: Element) => {
    const box = element.getBoundingClientRect();
    onHover({ row, mark, x: box.x + box.width / 2, y: box.bottom });
  };
  return (
    <g
      data-mark={mark.main.eventId}
      role="button"
      tabIndex={isTabStop ? 0 : -1}
      aria-label={markLabel(mark, row.container.name, formatClock(mark.main.at, zone))}
      aria-pressed={isOpen}
      className={classNames(styles.mark, styles[tone], isOpen && styles.open)}
      transform={`translate(${mark.x} ${BAR_TOP + BAR_PX / 2})`}
      onClick={() => onEvent(mark.main.eventId)}
      onKeyDown={event => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onEvent(mark.main.eventId);
      }}
      onPointerEnter={event => hover(event.currentTarget)}
      onFocus={event => hover(event.currentTarget)}
      onBlur={() => onHover(null)}
    >
      <circle r={8} />
      <text className={styles.glyph}>{glyph}</text>
      {note !== null && room > 24 + note.length * 7 && (
        <text className={styles.note} x={11}>
          {note}
        </text>
      )}
    </g>
  );
}
