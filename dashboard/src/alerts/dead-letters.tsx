import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import type { DeadLetter } from '#contract/dead-letter.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { formatDateTime, formatNumber, formatRelative } from '../ui/format.ts';
import { Sentence } from '../ui/sentence.tsx';
import { useNow } from '../ui/use-now.ts';
import { Waiting } from '../ui/waiting.tsx';
import { useZone } from '../ui/zone.ts';
import { AlertTable, type Column } from './alert-table.tsx';
import styles from './alerts.module.css';
import { letterInWords, wholeLetter } from './letter-words.ts';
import { useDeadLetters, useReplayDeadLetters } from './use-alerts.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Refused', className: styles.colTime },
  { head: 'Container', className: styles.colContainer },
  { head: 'What' },
  { head: 'Why' },
  { head: 'Replay', className: styles.colReplay, isHidden: true },
];

/** What Elasticsearch refused to store, newest first: what, why, and a way to store it once that is mended. */
export function DeadLetters() {
  const query = useDeadLetters();
  const now = useNow(1_000);
  if (query.data === undefined) return <Waiting what="The dead letters" query={query} lines={8} />;
  const { total, letters } = query.data;
  if (total === 0)
    return <EmptyState title="Nothing was refused" text="All that came has been stored as it came." />;
  return (
    <div className={styles.letters}>
      <Intro total={total} shown={letters.length} />
      <AlertTable label="Dead letters" columns={COLUMNS}>
        {letters.map(letter => (
          <LetterRow key={letter.id} letter={letter} now={now} />
        ))}
      </AlertTable>
    </div>
  );
}

type Replay = ReturnType<typeof useReplayDeadLetters>;

function Intro({ total, shown }: { total: number; shown: number }) {
  const replay = useReplayDeadLetters();
  return (
    <div className={styles.intro}>
      <p>
        Elasticsearch refused {total === 1 ? 'one document' : `${formatNumber(total)} documents`}
        {shown < total && `; the newest ${formatNumber(shown)} are shown`}.{' '}
        <span className={styles.dim}>They are kept here: replay them once the reason is gone.</span>
        <Outcome replay={replay} />
      </p>
      <ReplayButton replay={replay} ids={undefined} name="Replay all" />
    </div>
  );
}

function LetterRow({ letter, now }: { letter: DeadLetter; now: number }) {
  const zone = useZone();
  const replay = useReplayDeadLetters();
  const { container, text } = letterInWords(letter);
  return (
    <tr>
      <td className={styles.time}>
        {formatDateTime(letter.at, zone).slice(0, 19)}
        <div className={styles.dim}>{formatRelative(Date.parse(letter.at), now)}</div>
      </td>
      <td>{container ?? <span className={styles.dim}>not told</span>}</td>
      <td>
        <span className={styles.target}>{text}</span>
        <Whole letter={letter} />
      </td>
      <td>
        {letter.reason}
        <div className={styles.dim}>{letter.type}</div>
        <Outcome replay={replay} />
      </td>
      <td className={styles.links}>
        {letter.isCut ? (
          <span className={styles.dim}>too large to be kept whole</span>
        ) : (
          <ReplayButton replay={replay} ids={[letter.id]} name="Replay" />
        )}
      </td>
    </tr>
  );
}

/** A hundred of them may be large: each is drawn when somebody looks. */
function Whole({ letter }: { letter: DeadLetter }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className={styles.document} onToggle={event => setIsOpen(event.currentTarget.open)}>
      <summary>document for {letter.index}</summary>
      {isOpen && (
        <pre tabIndex={0} role="group" aria-label="Document">
          {wholeLetter(letter)}
        </pre>
      )}
    </details>
  );
}

/** `ids` undefined: all there are. */
function ReplayButton({ replay, ids, name }: { replay: Replay; ids: string[] | undefined; name: string }) {
  return (
    <Button
      disabled={replay.isPending}
      onClick={() => replay.mutate(ids)}
      title="Store it again, now that the reason is mended"
    >
      <RotateCcw size={13} /> {name}
    </Button>
  );
}

/** What became of a replay, as far as something is left to be said: what was stored is gone from the list. */
function Outcome({ replay }: { replay: Replay }) {
  if (replay.error !== null)
    return (
      <span className={styles.outcome} role="alert">
        <Sentence text={replay.error.message} />
      </span>
    );
  if (replay.data === undefined || replay.data.refused === 0) return null;
  const { stored, refused } = replay.data;
  return (
    <span className={styles.outcome} role="status">
      {stored > 0 && `${formatNumber(stored)} stored, `}
      {stored + refused > 1 && `${formatNumber(refused)} `}refused again
    </span>
  );
}
