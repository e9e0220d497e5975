import { formatNumber, formatRelative } from '../ui/format.ts';
import { Popover } from '../ui/popover.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { useNow } from '../ui/use-now.ts';
import { useZone } from '../ui/zone.ts';
import { lagInWords, SpoolBar } from './host-facts.tsx';
import {
  clockInWords,
  hostsInWords,
  isLate,
  isSkewed,
  isSpoolWarning,
  percent,
  showHosts,
  spoolShare,
  type ShownHost,
} from './host-words.ts';
import styles from './hosts.module.css';
import { useHosts } from './use-hosts.ts';

/** In the header of every page: all is well in one word, or what is not; on a click all figures of all hosts. */
export function HostsButton() {
  const hosts = useHosts();
  const zone = useZone();
  const now = useNow(5_000);
  const shown = showHosts(hosts, { zone, nowMs: now });
  const [worst] = shown;
  if (!worst) return null;
  return (
    <Popover
      quiet
      button={
        <span className={styles[worst.tone]}>
          <StatusMark tone={worst.tone} shape={worst.shape} /> {hostsInWords(shown)}
        </span>
      }
    >
      {() => <HostTable shown={shown} now={now} />}
    </Popover>
  );
}

const HEADS = ['Host', 'State', 'Lag', 'Spool', 'Dropped', 'Gaps', 'Clock', 'Collector', 'Engine'];

function HostTable({ shown, now }: { shown: readonly ShownHost[]; now: number }) {
  return (
    <div className={styles.panel}>
      <table className={styles.table} aria-label="Hosts">
        <thead>
          <tr>
            {HEADS.map(head => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(one => (
            <HostRow key={one.host.id} shown={one} now={now} />
          ))}
        </tbody>
      </table>
      <p className={styles.note}>
        Lag: age of the oldest line that was read and is not stored yet. Dropped and gaps count since the
        collector started.
      </p>
    </div>
  );
}

function HostRow({ shown, now }: { shown: ShownHost; now: number }) {
  const { host, tone, shape, flags } = shown;
  const { counters, spool, collector } = host;
  const isOdd = flags.some(({ short }) => short.startsWith('version '));
  return (
    <tr>
      <th scope="row">{host.name}</th>
      <td>
        <StatusMark tone={tone} shape={shape} />{' '}
        {host.connected ? (
          'reporting'
        ) : (
          <span
            className={styles.warn}
            title={`last heard of ${formatRelative(Date.parse(host.lastSeenAt), now)}`}
          >
            {flags.find(({ short }) => short.startsWith('no data'))?.short}
          </span>
        )}
      </td>
      <td className={isLate(host) ? styles.warn : undefined}>
        {host.connected && host.lagMs !== undefined ? lagInWords(host) : '–'}
      </td>
      <td>
        {spool ? (
          <span className={styles.spoolCell}>
            <SpoolBar spool={spool} isWarning={isSpoolWarning(spool)} /> {percent(spoolShare(spool))}
          </span>
        ) : (
          '–'
        )}
      </td>
      <td className={counters.linesDropped > 0 ? styles.error : undefined}>
        {formatNumber(counters.linesDropped)}
      </td>
      <td className={counters.gaps > 0 ? styles.warn : undefined}>{formatNumber(counters.gaps)}</td>
      <td className={isSkewed(host) ? styles.warn : undefined}>
        {clockInWords(host.clockSkewMs).replace(/^clock /, '')}
      </td>
      <td className={isOdd ? styles.warn : undefined}>{collector.version}</td>
      <td>{host.engineVersion}</td>
    </tr>
  );
}
