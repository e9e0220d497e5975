import { classNames } from './class-names.ts';
import styles from './progress.module.css';

/** 2 px that move while something loads and take the same room when nothing does. */
export function ProgressLine({ busy }: { busy: boolean }) {
  return (
    <div
      className={classNames(styles.line, busy && styles.busy)}
      role="progressbar"
      aria-hidden={!busy}
      aria-label="Loading"
    />
  );
}

/** Grey lines in the place of text, for a first load only. */
export function Skeleton({ lines }: { lines: number }) {
  return (
    <div className={styles.skeleton} aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} style={{ width: `${35 + ((index * 37) % 55)}%` }} />
      ))}
    </div>
  );
}
