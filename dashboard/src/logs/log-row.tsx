import { memo, type CSSProperties } from 'react';
import { Link } from 'wouter';
import type { ContainerEvent } from '#contract/container-event.ts';
import { classNames } from '../ui/class-names.ts';
import { formatClock, formatDateTime, formatNumber } from '../ui/format.ts';
import type { Zone } from '../ui/zone.ts';
import { stripeOf } from './container-stripe.ts';
import { eventWords, isGap } from './event-words.ts';
import styles from './log-row.module.css';
import type { EventRow, LogRow as Row, RecordRow, SkippedRow } from './log-row-types.ts';
import { rowText } from './row-text.ts';
import { StyledSpans } from './styled-spans.tsx';
import { rawSpans } from './styled-text.ts';

type LogRowProps = {
  row: Row;
  /** Place among all rows, from 0, and pixels from the top of the list. */
  index: number;
  top: number;
  isSelected: boolean;
  zone: Zone;
  /** For counting deaths in a row. */
  events: readonly ContainerEvent[];
};

/** One line of fixed height. Clicks are handled by the list, by `data-id`. */
export const LogRow = memo(function LogRow({ row, index, top, isSelected, zone, events }: LogRowProps) {
  const common = {
    role: 'row',
    id: `row-${row.id}`,
    'data-id': row.id,
    'aria-rowindex': index + 1,
    'aria-selected': isSelected,
    style: { top },
  };
  if (row.kind === 'record') return <RecordLine row={row} zone={zone} common={common} />;
  if (row.kind === 'event') return <EventLine row={row} zone={zone} common={common} events={events} />;
  return <SkippedLine row={row} common={common} />;
});

type Common = { style: CSSProperties };

function RecordLine({ row, zone, common }: { row: RecordRow; zone: Zone; common: Common }) {
  const { record } = row;
  const level = record.log.level ?? 'none';
  const text = rowText(record);
  return (
    <div {...common} className={classNames(styles.row, styles[level])}>
      <Time stamp={record['@timestamp']} zone={zone} />
      <span role="gridcell" className={styles.level} aria-label={record.log.level ?? 'no level'}>
        {record.log.level?.charAt(0).toUpperCase() ?? ''}
      </span>
      <ContainerName name={record.container.name} />
      <span role="gridcell" className={styles.message}>
        <span className={styles.text}>
          <StyledSpans spans={text.message} />
        </span>
        {text.cut !== '' && <span className={styles.cut}>… {text.cut}</span>}
        {text.folded !== '' && <span className={styles.fold}>{text.folded} ▸</span>}
        {text.frame !== '' && <span className={styles.fields}>{text.frame}</span>}
        {text.fields !== '' && <span className={styles.fields}>{text.fields}</span>}
      </span>
    </div>
  );
}

function EventLine({
  row,
  zone,
  common,
  events,
}: {
  row: EventRow;
  zone: Zone;
  common: Common;
  events: readonly ContainerEvent[];
}) {
  const { event } = row;
  const words = eventWords(event, events, zone);
  const isLoud = words.tone === 'fatal' || words.tone === 'error' || words.tone === 'warn';
  return (
    <div
      {...common}
      className={classNames(
        styles.row,
        styles.event,
        isLoud && styles.loud,
        isGap(event) && styles.gap,
        styles[`tone-${words.tone}`],
      )}
    >
      <Time stamp={event['@timestamp']} zone={zone} />
      <span role="gridcell" className={styles.glyph} aria-label="container event">
        {words.glyph}
      </span>
      <ContainerName name={event.container.name} />
      <span role="gridcell" className={styles.message}>
        <span className={styles.text} title={isGap(event) ? words.text : undefined}>
          {words.text}
        </span>
        <Link href={`/timeline?event=${encodeURIComponent(row.id)}`} tabIndex={-1}>
          story →
        </Link>
      </span>
    </div>
  );
}

function SkippedLine({ row, common }: { row: SkippedRow; common: Common }) {
  return (
    <div {...common} className={classNames(styles.row, styles.skipped)}>
      <span role="gridcell">
        {formatNumber(row.count)} {row.count === 1 ? 'line' : 'lines'} skipped to keep up; all are stored
      </span>
      <span role="gridcell">
        <button type="button" data-load={row.id} tabIndex={-1}>
          Load
        </button>
      </span>
    </div>
  );
}

const Time = ({ stamp, zone }: { stamp: string; zone: Zone }) => (
  <span role="gridcell" className={styles.time} title={formatDateTime(stamp, zone)}>
    {formatClock(stamp, zone)}
  </span>
);

const ContainerName = ({ name }: { name: string }) => (
  <span
    role="gridcell"
    className={styles.container}
    style={{ '--stripe': stripeOf(name) } as CSSProperties}
    title={name}
  >
    <StyledSpans spans={rawSpans(name)} />
  </span>
);
