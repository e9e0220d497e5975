import type { ReactNode } from 'react';
import type { HostStatus, SpoolStatus } from '#contract/batch.ts';
import { classNames } from '../ui/class-names.ts';
import { formatBytes, formatDateTime, formatDuration, formatNumber, formatRelative } from '../ui/format.ts';
import { useZone } from '../ui/zone.ts';
import { clockInWords, percent, spoolInWords, spoolShare, type ShownHost } from './host-words.ts';
import styles from './hosts.module.css';

/** Everything known of one host, trouble in words first. */
export function HostFacts({ shown, now }: { shown: ShownHost; now: number }) {
  const { host, flags } = shown;
  const zone = useZone();
  const { counters, collector, spool } = host;
  return (
    <>
      <p className={styles.factsHead}>{host.name}</p>
      <ul>
        {flags.map(({ tone, text }) => (
          <li key={text} className={styles[tone]}>
            {text}
          </li>
        ))}
      </ul>
      <dl className={styles.facts}>
        <Fact name="Heard of">{formatRelative(Date.parse(host.lastSeenAt), now)}</Fact>
        {host.connected && host.lagMs !== undefined && <Fact name="Lag">{lagInWords(host)}</Fact>}
        {spool && <Fact name="Spool">{spoolInWords(spool)}</Fact>}
        <Fact name="Dropped">{formatNumber(counters.linesDropped)} lines</Fact>
        <Fact name="Gaps">{formatNumber(counters.gaps)}</Fact>
        {counters.linesExcluded > 0 && (
          <Fact name="Left out">{formatNumber(counters.linesExcluded)} lines, as labels ask</Fact>
        )}
        <Fact name="Clock">{clockInWords(host.clockSkewMs).replace(/^clock /, '')}</Fact>
        <Fact name="Collector">
          {collector.version}, since {formatDateTime(collector.startedAt, zone).slice(0, 16)}
        </Fact>
        <Fact name="Engine">
          {host.engineVersion} · {host.cpus} CPUs · {formatBytes(host.memoryBytes)}
        </Fact>
      </dl>
    </>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

export const lagInWords = ({ lagMs = 0 }: HostStatus): string =>
  lagMs === 0 ? 'none' : formatDuration(lagMs);

/** How full the spool is: a bar, and a number for those who do not see it. */
export function SpoolBar({ spool, isWarning }: { spool: SpoolStatus; isWarning: boolean }) {
  const share = spoolShare(spool);
  return (
    <span className={styles.spool} role="img" aria-label={`spool ${percent(share)} full`}>
      <span
        className={classNames(isWarning && styles.full)}
        // A spool that holds anything shows it.
        style={{ width: spool.bytes === 0 ? 0 : `max(1px, ${share * 100}%)` }}
      />
    </span>
  );
}
