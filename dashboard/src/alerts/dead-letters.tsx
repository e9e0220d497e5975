import { RotateCcw } from 'lucide-react';
import type { DeadLetter } from '#contract/dead-letter.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { formatDateTime } from '../ui/format.ts';
import { Sentence } from '../ui/sentence.tsx';
import { Waiting } from '../ui/waiting.tsx';
import { useZone } from '../ui/zone.ts';
import { AlertTable, type Column } from './alert-table.tsx';
import styles from './alerts.module.css';
import { useDeadLetters, useReplayDeadLetters } from './use-alerts.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Refused', className: styles.colTime },
  { head: 'Why' },
  { head: 'What' },
  { head: 'Replay', className: styles.colReplay, isHidden: true },
];

/** What Elasticsearch refused to store, newest first: why, what, and a way to store it once that is mended. */
export function DeadLetters() {
  const query = useDeadLetters();
  if (query.data === undefined) return <Waiting what="The dead letters" query={query} lines={8} />;
  const { total, letters } = query.data;
  if (total === 0)
    return <EmptyState title="Nothing was refused" text="All that came has been stored as it came." />;
  return (
    <>
      <p className={styles.dim}>
        {total} refused, the newest {letters.length} shown. <ReplayButton ids={undefined} name="Replay all" />
      </p>
      <AlertTable label="Dead letters" columns={COLUMNS}>
        {letters.map(letter => (
          <LetterRow key={letter.id} letter={letter} />
        ))}
      </AlertTable>
    </>
  );
}

function LetterRow({ letter }: { letter: DeadLetter }) {
  const zone = useZone();
  return (
    <tr>
      <td className={styles.time}>{formatDateTime(letter.at, zone).slice(0, 19)}</td>
      <td>
        <span className={styles.error}>{letter.reason}</span>
        <div className={styles.dim}>{letter.type}</div>
      </td>
      <td>
        <span className={styles.target}>{letter.document.slice(0, SHOWN)}</span>
        <div className={styles.dim}>{letter.index}</div>
      </td>
      <td className={styles.links}>
        {letter.isCut ? (
          <span className={styles.dim}>too large to be kept whole</span>
        ) : (
          <ReplayButton ids={[letter.id]} name="Replay" />
        )}
      </td>
    </tr>
  );
}

/** Characters of a document: enough to know it by. */
const SHOWN = 300;

function ReplayButton({ ids, name }: { ids: string[] | undefined; name: string }) {
  const replay = useReplayDeadLetters();
  return (
    <>
      <Button
        disabled={replay.isPending}
        onClick={() => replay.mutate(ids)}
        title="Store it again, now that the reason is mended"
      >
        <RotateCcw size={13} /> {name}
      </Button>
      {replay.error !== null && (
        <div className={styles.error} role="alert">
          <Sentence text={replay.error.message} />
        </div>
      )}
      {replay.data !== undefined && replay.data.refused > 0 && (
        <div className={styles.error} role="status">
          {replay.data.refused} refused again
        </div>
      )}
    </>
  );
}
