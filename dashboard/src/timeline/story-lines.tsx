import { useState } from 'react';
import type { LogRecord } from '#contract/log-record.ts';
import { StyledSpans } from '../logs/styled-spans.tsx';
import { styledSpans } from '../logs/styled-text.ts';
import { classNames } from '../ui/class-names.ts';
import { formatClock } from '../ui/format.ts';
import { useZone } from '../ui/zone.ts';
import styles from './story.module.css';

const SHOWN_CHARACTERS = 600;

/** Last words: one after the other, wrapped so that all of them can be read. Text of containers stays text. */
export function StoryLines({ lines, emptyText }: { lines: readonly LogRecord[]; emptyText: string }) {
  if (lines.length === 0) return <p className={styles.dim}>{emptyText}</p>;
  return (
    <ol className={styles.lines}>
      {lines.map(line => (
        <Line key={line.event.id} line={line} />
      ))}
    </ol>
  );
}

function Line({ line }: { line: LogRecord }) {
  const zone = useZone();
  const [isWhole, setIsWhole] = useState(false);
  const level = line.log.level;
  const text = line.error?.stack_trace ?? line.message;
  const shown = isWhole ? text : text.slice(0, SHOWN_CHARACTERS);
  const more = text.length - shown.length;
  return (
    <li className={classNames(level !== undefined && styles[level])}>
      <time dateTime={line['@timestamp']}>{formatClock(line['@timestamp'], zone)}</time>
      <b title={level}>{level === undefined ? '·' : level[0]?.toUpperCase()}</b>
      <span>
        <StyledSpans spans={styledSpans(shown)} />
        {more > 0 && (
          <button type="button" className={styles.more} onClick={() => setIsWhole(true)}>
            … {more} more
          </button>
        )}
      </span>
    </li>
  );
}
