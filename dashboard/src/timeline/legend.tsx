import type { BarState } from '#contract/query.ts';
import styles from './gantt.module.css';
import { ROW_STATES } from './mark-words.ts';

/** What the colours and signs mean, and how to move: one quiet line at the bottom. */
export function Legend() {
  return (
    <footer className={styles.legend}>
      <Hatching />
      {ROW_STATES.map(([state, word]) => (
        <span key={state}>
          <Swatch state={state} /> {word}
        </span>
      ))}
      <span>
        <b className={styles.fatal}>✖</b> OOM
      </span>
      <span>
        <b className={styles.error}>■</b> died
      </span>
      <span>
        <b className={styles.warn}>▲</b> unhealthy
      </span>
      <span>
        <b className={styles.warn}>≠</b> lines missing
      </span>
      <span className={styles.hint}>drag: zoom · Shift + drag or wheel: move · Ctrl + wheel: zoom</span>
    </footer>
  );
}

function Swatch({ state }: { state: BarState }) {
  const isLow = state === 'stopped';
  return (
    <svg width="14" height="10" aria-hidden="true">
      <rect
        className={`${styles.bar ?? ''} ${styles[state] ?? ''}`}
        y={isLow ? 3 : 0}
        width="14"
        height={isLow ? 4 : 10}
        rx="1.5"
        fill={state === 'nodata' ? 'url(#no-data)' : undefined}
      />
    </svg>
  );
}

/** The hatching of "no data", once for the page; `fill="url(#no-data)"` uses it. */
function Hatching() {
  return (
    <svg className={styles.defs} aria-hidden="true">
      <pattern id="no-data" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="5" height="5" className={styles.hatchGround} />
        <line x1="0" y1="0" x2="0" y2="5" className={styles.hatchLine} />
      </pattern>
    </svg>
  );
}
