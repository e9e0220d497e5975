import type { ReactNode } from 'react';
import styles from './alerts.module.css';

/** `isHidden`: the head is for those who do not see that the column holds links and buttons. */
export type Column = { head: string; className?: string | undefined; isHidden?: boolean };

/** The tables of this folder: a head that stays, rows that scroll. */
export function AlertTable({
  label,
  columns,
  children,
}: {
  label: string;
  columns: readonly Column[];
  children: ReactNode;
}) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ head, className, isHidden }) => (
              <th key={head} scope="col" className={className}>
                {isHidden === true ? <span className="visually-hidden">{head}</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
