import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Alert, AlertList } from '#contract/rule.ts';
import { logsHref, storyHref } from '../containers/links.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { formatDateTime, formatDuration, formatRelative } from '../ui/format.ts';
import { StatusMark } from '../ui/status-mark.tsx';
import { useNow } from '../ui/use-now.ts';
import { Waiting } from '../ui/waiting.tsx';
import { useZone } from '../ui/zone.ts';
import { eachAlert, firingBundles, type AlertBundle } from './alert-bundles.ts';
import { AlertTable, type Column } from './alert-table.tsx';
import styles from './alerts.module.css';
import { SeverityWord } from './severity-word.tsx';
import { useRules } from './use-alerts.ts';

const COLUMNS: readonly Column[] = [
  { head: 'State', className: styles.colState },
  { head: 'Fired', className: styles.colTime },
  { head: 'What happened' },
  { head: 'Container', className: styles.colContainer },
  { head: 'Rule', className: styles.colRule },
  { head: 'Links', className: styles.colLinks, isHidden: true },
];

type AlertRowsProps = { query: UseQueryResult<AlertList>; isHistory: boolean };

/** What fires now, or everything that ever did; the newest first. */
export function AlertRows({ query, isHistory }: AlertRowsProps) {
  const now = useNow(5_000);
  if (query.data === undefined) return <Waiting what="The alerts" query={query} lines={8} />;
  const { alerts } = query.data;
  const shown = isHistory ? eachAlert(alerts) : firingBundles(alerts);
  if (shown.length === 0) return isHistory ? <NoHistory /> : <AllQuiet />;
  return (
    <AlertTable label={isHistory ? 'Alert history' : 'Firing alerts'} columns={COLUMNS}>
      {shown.map(bundle => (
        <AlertRow key={bundle.newest.id} bundle={bundle} now={now} />
      ))}
    </AlertTable>
  );
}

function AlertRow({ bundle, now }: { bundle: AlertBundle; now: number }) {
  const zone = useZone();
  const { newest: alert, count, since } = bundle;
  return (
    <tr>
      <td>
        {alert.resolvedAt === null ? (
          <span className={styles.firing}>
            <StatusMark tone="error" shape="dot" /> firing
          </span>
        ) : (
          <span className={styles.dim} title={formatDateTime(alert.resolvedAt, zone)}>
            <StatusMark tone="ok" shape="ring" /> resolved
          </span>
        )}
      </td>
      <td className={styles.time}>
        {formatDateTime(alert.firedAt, zone).slice(0, 19)}
        <div className={styles.dim}>{ageOf(alert, now)}</div>
      </td>
      <td>
        <Link className={styles.summary} href={storyHref(alert.eventId)}>
          {alert.summary}
        </Link>
        <div className={styles.dim}>
          <SeverityWord severity={alert.severity} />
          {count > 1 && (
            <span className={styles.warn}>
              {' '}
              · {count} times since {formatDateTime(since, zone).slice(11, 19)}
            </span>
          )}
          {alert.suppressed && ' · not sent: within the cooldown of its rule'}
        </div>
      </td>
      <td>
        <Link href={`/containers?c=${encodeURIComponent(alert.container.id)}`}>{alert.container.name}</Link>
        <div className={styles.dim}>{alert.host}</div>
      </td>
      <td>{alert.ruleName}</td>
      <td className={styles.links}>
        <Link href={storyHref(alert.eventId)}>story</Link>
        <Link href={logsHref(alert.container.name)}>logs</Link>
      </td>
    </tr>
  );
}

function ageOf(alert: Alert, now: number): string {
  const firedMs = Date.parse(alert.firedAt);
  if (alert.resolvedAt === null) return formatRelative(firedMs, now);
  return `for ${formatDuration(Date.parse(alert.resolvedAt) - firedMs)}`;
}

function AllQuiet() {
  return (
    <EmptyState title="Nothing fires" text={<CoverNote />}>
      <Link href="/alerts/history">What fired before</Link>
    </EmptyState>
  );
}

function NoHistory() {
  return <EmptyState title="Nothing has fired yet" text={<CoverNote />} />;
}

/** Quiet because all is well, or because nobody listens: the difference is said. */
function CoverNote() {
  const rules = useRules();
  if (rules.data === undefined) return null;
  const enabled = rules.data.rules.filter(rule => rule.enabled).length;
  const hasTarget = rules.data.rules.some(rule => rule.enabled && rule.notify.length > 0);
  const watching = `${enabled} ${enabled === 1 ? 'rule watches' : 'rules watch'} every container event.`;
  if (enabled > 0 && hasTarget) return watching;
  if (enabled > 0) {
    return (
      <>
        {watching} No webhook configured: set QUAYLOG_WEBHOOK_URL to be told, or{' '}
        <Link href="/alerts/rules?edit=new">make a rule</Link> with a target.
      </>
    );
  }
  return (
    <>
      No rule is enabled, so nothing can fire. Enable one, or{' '}
      <Link href="/alerts/rules?edit=new">make a rule</Link>.
    </>
  );
}
