import { formatClock, formatDateTime, formatDuration } from '../ui/format.ts';
import { useZone, type Zone } from '../ui/zone.ts';
import styles from './gantt.module.css';
import { markInWords, markShape, STATE_WORDS } from './mark-words.ts';
import type { DrawnBar, DrawnMark, Row } from './timeline-layout.ts';

/** What the pointer or the focus is on; `x` and `y` in the window. */
export type Hovered = { row: Row; x: number; y: number; bar?: DrawnBar; mark?: DrawnMark };

const WIDTH_PX = 300;
const SHOWN_MARKS = 7;

/** Below the pointer, inside the window. Not reached by it, so it never steals a click. */
export function GanttTip({ hovered, now }: { hovered: Hovered; now: number }) {
  const zone = useZone();
  const { row, bar, mark, x, y } = hovered;
  const left = Math.max(8, Math.min(x + 12, window.innerWidth - WIDTH_PX - 8));
  const isLow = y > window.innerHeight - 190;
  const place = isLow ? { bottom: window.innerHeight - y + 24 } : { top: y + 14 };
  return (
    <div className={styles.tip} role="tooltip" style={{ left, width: WIDTH_PX, ...place }}>
      <p className={styles.tipName}>{row.container.name}</p>
      {bar !== undefined && <BarTip bar={bar} zone={zone} now={now} />}
      {mark !== undefined && <MarkTip mark={mark} zone={zone} />}
    </div>
  );
}

function BarTip({ bar, zone, now }: { bar: DrawnBar; zone: Zone; now: number }) {
  const from = formatDateTime(new Date(bar.fromMs).toISOString(), zone).slice(0, 19);
  const to = bar.isOpen ? 'now' : formatDateTime(new Date(bar.toMs).toISOString(), zone).slice(11, 19);
  const what =
    bar.changes > 1
      ? `${bar.changes} changes, worst: ${STATE_WORDS[bar.state]}. Zoom in to see them.`
      : STATE_WORDS[bar.state];
  return (
    <>
      <p>{what}</p>
      <p className={styles.tipTime}>
        {from} – {to} · {formatDuration((bar.isOpen ? now : bar.toMs) - bar.fromMs)}
      </p>
    </>
  );
}

function MarkTip({ mark, zone }: { mark: DrawnMark; zone: Zone }) {
  const shown = mark.marks.slice(-SHOWN_MARKS);
  const hidden = mark.marks.length - shown.length;
  return (
    <>
      {hidden > 0 && <p className={styles.tipTime}>{hidden} more before</p>}
      <ul>
        {shown.map(one => (
          <li key={one.eventId}>
            <span className={styles.tipTime}>{formatClock(one.at, zone)}</span>
            <span className={styles[markShape(one).tone]}>{markShape(one).glyph}</span>
            <span>{markInWords(one)}</span>
          </li>
        ))}
      </ul>
      <p className={styles.tipTime}>Enter or click: its story</p>
    </>
  );
}
