import { Flag, PanelLeft, X } from 'lucide-react';
import { Button } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { formatDuration, formatNumber } from '../ui/format.ts';
import styles from './filter-row.module.css';
import type { LogsState } from './logs-url.ts';
import { conjuncts, removeConjunct } from './query-text.ts';

type FilterRowProps = {
  state: LogsState;
  /** Lines that match; exact when `isExact`. Null until known. */
  hits: { value: number; isExact: boolean } | null;
  tookMs: number | null;
  bucketMs: number | null;
  onChange: (change: Partial<LogsState>) => void;
};

/** The parts of the query as chips to take off, and how much it finds. */
export function FilterRow({ state, hits, tookMs, bucketMs, onChange }: FilterRowProps) {
  const { q } = state;
  return (
    <div className={styles.row}>
      <Button
        quiet
        className={styles.toggle}
        label="Facets"
        title={`${state.facets ? 'Hide' : 'Show'} the facets  [`}
        aria-pressed={state.facets}
        onClick={() => onChange({ facets: !state.facets })}
      >
        <PanelLeft size={14} />
      </Button>
      <Button
        quiet
        className={styles.toggle}
        label="Container events"
        title={`${state.events ? 'Hide' : 'Show'} starts, deaths and health of containers between the lines  ]`}
        aria-pressed={state.events}
        onClick={() => onChange({ events: !state.events })}
      >
        <Flag size={13} />
      </Button>
      <div className={styles.chips}>
        {conjuncts(q).map(part => (
          <span
            key={part}
            className={classNames(styles.chip, /^not\s/i.test(part) && styles.excluded)}
            title={part}
          >
            <span>{part.replace(/^not\s+/i, '')}</span>
            <button
              type="button"
              aria-label={`Remove ${part}`}
              onClick={() => onChange({ q: removeConjunct(q, part) })}
            >
              <X size={12} />
            </button>
          </span>
        ))}
      </div>
      <div className={styles.counts} aria-live="off">
        {bucketMs !== null && <span>{formatDuration(bucketMs)} a bar</span>}
        {hits && (
          <span>
            <b>
              {formatNumber(hits.value)}
              {hits.isExact ? '' : '+'}
            </b>{' '}
            {hits.value === 1 ? 'line' : 'lines'}
          </span>
        )}
        {tookMs !== null && <span>{formatDuration(tookMs)}</span>}
      </div>
    </div>
  );
}
