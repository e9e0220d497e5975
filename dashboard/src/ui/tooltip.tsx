import { useId, type ReactNode } from 'react';
import styles from './tooltip.module.css';

/** A short sentence shown while its children are hovered or focused. */
export function Tooltip({ text, children }: { text: string; children: ReactNode }) {
  const id = useId();
  return (
    <span className={styles.anchor} aria-describedby={id}>
      {children}
      <span role="tooltip" id={id} className={styles.tip}>
        {text}
      </span>
    </span>
  );
}
