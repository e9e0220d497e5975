import { classNames } from '../ui/class-names.ts';
import styles from './gantt.module.css';
import type { Tick } from './time-scale.ts';

type GanttAxisProps = { ticks: readonly Tick[]; left: number; width: number; nowX: number };

/** The times along the top; it stays while the rows scroll. */
export function GanttAxis({ ticks, left, width, nowX }: GanttAxisProps) {
  return (
    <div className={styles.axis} aria-hidden="true">
      <div style={{ left, width }}>
        {ticks
          .filter(tick => tick.x > 14 && tick.x < width - 14)
          .map(tick => (
            <span key={tick.atMs} className={classNames(tick.isDay && styles.day)} style={{ left: tick.x }}>
              {tick.label}
            </span>
          ))}
        {nowX > 0 && nowX <= width && <i style={{ left: nowX }} />}
      </div>
    </div>
  );
}
