import { useSyncExternalStore } from 'react';
import { formatNumber } from '../ui/format.ts';
import type { LogBuffer } from './log-buffer.ts';
import styles from './new-lines-pill.module.css';

/** How many lines wait below while the list is held still. A click, or Space, goes to them. */
export function NewLinesPill({ buffer, onResume }: { buffer: LogBuffer; onResume: () => void }) {
  const held = useSyncExternalStore(buffer.subscribe, () => (buffer.isHeld ? buffer.heldLines : 0));
  return (
    <button type="button" className={styles.pill} onClick={onResume}>
      <span aria-hidden="true">❚❚</span>
      {held === 0 ? 'paused' : `${formatNumber(held)} new`} · Space to follow
    </button>
  );
}
