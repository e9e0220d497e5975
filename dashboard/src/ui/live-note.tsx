import { useLiveStatus } from '../api/live.ts';
import styles from './live-note.module.css';
import { useNow } from './use-now.ts';

/** Whether what is shown is live, in words: a lost connection never looks like a calm system. */
export function LiveNote() {
  const status = useLiveStatus();
  const now = useNow(1_000);
  if (status.state === 'connected') return <span className={styles.live}>● live</span>;
  if (status.state === 'connecting') return <span className={styles.waiting}>◐ connecting</span>;
  const seconds = status.retryAt === null ? 0 : Math.max(0, Math.ceil((status.retryAt - now) / 1_000));
  return (
    <span className={styles.lost} role="status">
      ◐ not live: reconnecting{seconds > 0 ? ` in ${seconds} s` : ' …'}
    </span>
  );
}
