import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { LogRecord } from '#contract/log-record.ts';
import { api } from '../api/client.ts';
import { Button } from '../ui/button.tsx';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { formatClock } from '../ui/format.ts';
import { Skeleton } from '../ui/progress.tsx';
import { useZone } from '../ui/zone.ts';
import styles from './drawer.module.css';
import { rowText } from './row-text.ts';
import { StyledSpans } from './styled-spans.tsx';

const STEP = 25;
const MOST = 500;

/** The lines of the same container around one, whatever the query. */
export function ContextLines({ record }: { record: LogRecord }) {
  const { id } = record.event;
  const [reach, setReach] = useState(STEP);
  const query = useQuery({
    queryKey: ['context', id, reach],
    queryFn: ({ signal }) => api.context(id, { before: reach, after: reach }, signal),
    placeholderData: keepPreviousData,
  });
  const self = useRef<HTMLDivElement>(null);
  const { data, isPlaceholderData } = query;
  useEffect(() => {
    if (data && !isPlaceholderData) self.current?.scrollIntoView({ block: 'center' });
  }, [data, isPlaceholderData]);

  if (query.isPending) return <Skeleton lines={12} />;
  if (query.isError) {
    return (
      <ErrorPanel
        title="The context could not be read"
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  }
  const { before, after } = query.data;
  const canGrow = reach < MOST && (before.length >= reach || after.length >= reach);
  return (
    <>
      <h3 className={styles.heading}>
        {before.length} LINES BEFORE AND {after.length} AFTER, ALL OF {record.container.name.toUpperCase()}
        {canGrow && (
          <Button quiet onClick={() => setReach(Math.min(MOST, reach * 4))}>
            More
          </Button>
        )}
      </h3>
      <div className={styles.context}>
        {before.map(line => (
          <ContextLine key={line.event.id} line={line} />
        ))}
        <div ref={self} className={styles.this}>
          <ContextCells line={query.data.record} />
        </div>
        {after.map(line => (
          <ContextLine key={line.event.id} line={line} />
        ))}
      </div>
    </>
  );
}

const ContextLine = ({ line }: { line: LogRecord }) => (
  <div>
    <ContextCells line={line} />
  </div>
);

function ContextCells({ line }: { line: LogRecord }) {
  const zone = useZone();
  const { level } = line.log;
  return (
    <>
      <time>{formatClock(line['@timestamp'], zone)}</time>
      <span style={{ color: level ? `var(--${level})` : 'var(--dim)' }}>
        {level?.charAt(0).toUpperCase() ?? ' '}
      </span>
      <span title={line.message.slice(0, 1_000)}>
        <StyledSpans spans={rowText(line).message} />
      </span>
    </>
  );
}
