import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Delivery } from '#contract/rule.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { formatDateTime, formatDuration, formatRelative } from '../ui/format.ts';
import { Sentence } from '../ui/sentence.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { useNow } from '../ui/use-now.ts';
import { Waiting } from '../ui/waiting.tsx';
import { useZone } from '../ui/zone.ts';
import { AlertTable, type Column } from './alert-table.tsx';
import styles from './alerts.module.css';
import { attemptInWords, deliveryInWords, isGoodAttempt } from './rule-words.ts';
import { useDeliveries, useReplay } from './use-alerts.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Status', className: styles.colDelivery },
  { head: 'Created', className: styles.colTime },
  { head: 'Rule', className: styles.colRule },
  { head: 'Target' },
  { head: 'Attempts', className: styles.colAttempts },
  { head: 'Replay', className: styles.colReplay, isHidden: true },
];

/** Every message that was to be sent: where to, each attempt with its answer, when the next one comes. */
export function DeliveryLog() {
  const query = useDeliveries();
  const now = useNow(1_000);
  if (query.data === undefined) return <Waiting what="The deliveries" query={query} lines={8} />;
  const deliveries = [...query.data.deliveries].sort((left, right) =>
    right.createdAt.localeCompare(left.createdAt),
  );
  if (deliveries.length === 0) return <NoDeliveries />;
  return (
    <AlertTable label="Deliveries" columns={COLUMNS}>
      {deliveries.map(delivery => (
        <DeliveryRow key={delivery.id} delivery={delivery} now={now} />
      ))}
    </AlertTable>
  );
}

const MARKS = {
  ok: { tone: 'ok', shape: 'dot' },
  warn: { tone: 'warn', shape: 'half' },
  error: { tone: 'error', shape: 'cross' },
} as const;

function DeliveryRow({ delivery, now }: { delivery: Delivery; now: number }) {
  const zone = useZone();
  const replay = useReplay();
  const { text, tone } = deliveryInWords(delivery);
  return (
    <tr>
      <td>
        <StatusMark {...MARKS[tone]} /> <span className={styles[tone]}>{text}</span>
        {delivery.nextAttemptAt !== null && (
          <div className={styles.dim}>{inWords(Date.parse(delivery.nextAttemptAt) - now)}</div>
        )}
      </td>
      <td className={styles.time}>
        {formatDateTime(delivery.createdAt, zone).slice(0, 19)}
        <div className={styles.dim}>{formatRelative(Date.parse(delivery.createdAt), now)}</div>
      </td>
      <td>{delivery.ruleName}</td>
      <td>
        <span className={styles.target}>{delivery.target}</span>
        <div className={styles.dim}>{delivery.type}</div>
      </td>
      <td>
        <Attempts attempts={delivery.attempts} />
      </td>
      <td className={styles.links}>
        <Button
          disabled={replay.isPending}
          onClick={() => replay.mutate(delivery.id)}
          title="Send it once more now"
        >
          <RotateCcw size={13} /> Replay
        </Button>
        {replay.error !== null && (
          <div className={styles.error} role="alert">
            <Sentence text={replay.error.message} />
          </div>
        )}
      </td>
    </tr>
  );
}

const inWords = (ms: number): string =>
  ms <= 0 ? 'due now' : `in ${formatDuration(Math.ceil(ms / 1_000) * 1_000)}`;

const SHOWN_ATTEMPTS = 3;

/** The last ones; the rest on demand. */
function Attempts({ attempts }: { attempts: Delivery['attempts'] }) {
  const zone = useZone();
  const [isAll, setIsAll] = useState(false);
  if (attempts.length === 0) return <span className={styles.dim}>none yet</span>;
  const numbered = attempts.map((attempt, index) => ({ attempt, number: index + 1 }));
  const shown = isAll ? numbered : numbered.slice(-SHOWN_ATTEMPTS);
  return (
    <ol className={styles.attempts}>
      {shown.length < attempts.length && (
        <li>
          <button type="button" className={styles.more} onClick={() => setIsAll(true)}>
            {attempts.length - shown.length} earlier
          </button>
        </li>
      )}
      {shown.map(({ attempt, number }) => (
        <li key={number}>
          <span className={styles.dim}>#{number}</span>
          <time dateTime={attempt.at}>{formatDateTime(attempt.at, zone).slice(11, 19)}</time>
          <span className={isGoodAttempt(attempt) ? styles.ok : styles.error}>{attemptInWords(attempt)}</span>
          <span className={styles.dim}>{formatDuration(attempt.durationMs)}</span>
        </li>
      ))}
    </ol>
  );
}

function NoDeliveries() {
  return (
    <EmptyState
      title="Nothing has been sent"
      text={
        <>
          A delivery is made for each target of a rule that fires. No webhook configured? Set
          QUAYLOG_WEBHOOK_URL (and QUAYLOG_WEBHOOK_SECRET to sign it), or{' '}
          <Link href="/alerts/rules?edit=new">make a rule</Link> with a target.
        </>
      }
    />
  );
}
