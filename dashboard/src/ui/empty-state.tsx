import type { ReactNode } from 'react';
import styles from './state-panel.module.css';

type EmptyStateProps = { title: string; text?: ReactNode; children?: ReactNode };

/** Says why there is nothing, and (as children) what can be done about it. */
export function EmptyState({ title, text, children }: EmptyStateProps) {
  return (
    <div className={styles.panel} role="status">
      <p className={styles.title}>{title}</p>
      {text !== undefined && <p className={styles.text}>{text}</p>}
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </div>
  );
}
