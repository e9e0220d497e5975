import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import { api } from '../api/client.ts';
import { visible } from '../logs/styled-text.ts';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { formatBytes, formatDateTime, formatRelative } from '../ui/format.ts';
import { Skeleton } from '../ui/progress.tsx';
import { Sentence } from '../ui/sentence.tsx';
import { PanelSection, SidePanel } from '../ui/side-panel.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { useNow } from '../ui/use-now.ts';
import { useZone } from '../ui/zone.ts';
import { gapsInWords } from './container-cells.tsx';
import { gapsHref, logsHref, storyHref } from './links.ts';
import { shownExit } from './container-rows.ts';
import { deathInWords, isDeathAlarming, shownState } from './container-state.ts';
import styles from './container-drawer.module.css';

type ContainerDrawerProps = {
  container: Container;
  /** When its host was last heard of, if it is silent. */
  silentSince: string | undefined;
  gaps: number;
  onClose: () => void;
};

/** Everything the inventory knows of one container. Never its environment: the collector does not read it. */
export function ContainerDrawer({ container, silentSince, gaps, onClose }: ContainerDrawerProps) {
  const now = useNow(5_000);
  const state = shownState(container);
  return (
    <SidePanel
      label={`Container ${container.name}`}
      title={
        <>
          <StatusMark
            tone={silentSince === undefined ? state.tone : 'idle'}
            shape={state.shape}
            label={state.word}
          />{' '}
          {container.name}
        </>
      }
      onClose={onClose}
    >
      <Links container={container} />
      {silentSince !== undefined && <Silence container={container} since={silentSince} now={now} />}
      <Mistakes mistakes={container.mistakes ?? []} />
      {gaps > 0 && (
        <p className={styles.warning}>
          <b>≠</b> {gapsInWords(gaps)} in the last 24 hours.{' '}
          <Link href={gapsHref(container.name)}>Where →</Link>
        </p>
      )}
      <LastDeath death={container.lastDeath} now={now} />
      <PanelSection title="State">
        <dl className={styles.facts}>
          <StateFacts container={container} now={now} />
        </dl>
      </PanelSection>
      <PanelSection title="Set-up">
        <dl className={styles.facts}>
          <SetupFacts container={container} />
        </dl>
      </PanelSection>
      <RecentEvents containerId={container.id} now={now} />
      <Labels labels={container.labels} />
    </SidePanel>
  );
}

function Links({ container }: { container: Container }) {
  return (
    <p className={styles.links}>
      <Link href={logsHref(container.name)}>Logs</Link>
      <Link href={`/timeline?${new URLSearchParams({ q: container.name }).toString()}`}>Timeline</Link>
    </p>
  );
}

function Silence({ container, since, now }: { container: Container; since: string; now: number }) {
  const zone = useZone();
  return (
    <p className={styles.warning}>
      <b>○</b> No data since {formatDateTime(since, zone).slice(0, 19)} (
      {formatRelative(Date.parse(since), now)}): the collector on {container.host} does not report. What
      follows was true then.
    </p>
  );
}

/** Labels that could not be understood: the container is read all the same, with defaults. */
function Mistakes({ mistakes }: { mistakes: readonly string[] }) {
  if (mistakes.length === 0) return null;
  return (
    <div className={styles.warning}>
      <b>▲</b> {mistakes.length === 1 ? 'One label is' : `${mistakes.length} labels are`} not understood;
      defaults hold instead:
      <ul>
        {mistakes.map(mistake => (
          <li key={mistake}>
            <Sentence text={visible(mistake)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function LastDeath({ death, now }: { death: Container['lastDeath']; now: number }) {
  if (death === null) return null;
  const tone = isDeathAlarming(death.class) ? styles.alarm : styles.calm;
  return (
    <Link href={storyHref(death.eventId)} className={`${styles.death ?? ''} ${tone ?? ''}`}>
      <span>
        Last run: {deathInWords(death.class)}, {formatRelative(Date.parse(death.at), now)}
      </span>
      <span>story →</span>
    </Link>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function StateFacts({ container, now }: { container: Container; now: number }) {
  const state = shownState(container);
  const exit = shownExit(container);
  return (
    <>
      <Fact name="State">
        {state.word}
        {container.health !== 'none' && `, ${container.health}`}
      </Fact>
      {exit !== null && <Fact name="Exit code">{exit}</Fact>}
      <Fact name="Restarts">{container.restartCount}</Fact>
      <TimeFact name="Created" stamp={container.createdAt} now={now} />
      <TimeFact name="Started" stamp={container.startedAt} now={now} />
      <TimeFact name="Finished" stamp={container.finishedAt} now={now} />
      <Fact name="Host">{container.host}</Fact>
      <Fact name="Id">
        <code title={container.id}>{container.id.slice(0, 12)}</code>
      </Fact>
    </>
  );
}

function TimeFact({ name, stamp, now }: { name: string; stamp: string | null; now: number }) {
  const zone = useZone();
  const ms = stamp === null ? Number.NaN : Date.parse(stamp);
  // The engine writes year 1 for "never".
  if (stamp === null || !(ms > 0)) return null;
  return (
    <Fact name={name}>
      {formatDateTime(stamp, zone).slice(0, 19)} <span className={styles.dim}>{formatRelative(ms, now)}</span>
    </Fact>
  );
}

function SetupFacts({ container }: { container: Container }) {
  const { compose, memoryLimitBytes } = container;
  return (
    <>
      <Fact name="Image">{container.image}</Fact>
      {compose !== null && (
        <Fact name="Compose">
          {compose.project} / {compose.service}
        </Fact>
      )}
      <Fact name="Restart policy">{container.restartPolicy || 'no'}</Fact>
      <Fact name="Memory limit">
        {memoryLimitBytes === null ? <span className={styles.dim}>none</span> : formatBytes(memoryLimitBytes)}
      </Fact>
      <Fact name="Log driver">{container.logDriver}</Fact>
      <Fact name="Terminal">{container.tty ? 'yes (one stream)' : 'no'}</Fact>
      <Fact name="Logs collected">
        <span className={container.collected ? styles.good : styles.warn}>
          {container.collected ? 'yes' : 'no'}
        </span>
        {container.collectedReason !== '' && (
          <span className={styles.dim}>, because {container.collectedReason}</span>
        )}
      </Fact>
      {container.collected && container.source !== undefined && (
        <Fact name="Read from">
          {SOURCE_WORDS[container.source]}
          {container.sourceReason !== undefined && (
            <span className={styles.dim}>, because {container.sourceReason}</span>
          )}
        </Fact>
      )}
    </>
  );
}

const SOURCE_WORDS: Record<NonNullable<Container['source']>, string> = {
  file: "the engine's log file",
  api: "the engine's API",
  attach: 'attached, as it comes',
};

const SHOWN_EVENTS = 12;
/** Every health check is an event of its own kind; only its results tell something. */
const isTelling = ({ event }: ContainerEvent): boolean => !event.action.startsWith('exec_');

function RecentEvents({ containerId, now }: { containerId: string; now: number }) {
  const zone = useZone();
  const query = useQuery({
    queryKey: ['events', containerId, 'now-24h'],
    queryFn: ({ signal }) => api.events({ container: containerId, from: 'now-24h', limit: 60 }, signal),
    refetchInterval: 10_000,
  });
  const events = query.data?.events.filter(isTelling).slice(0, SHOWN_EVENTS);
  return (
    <PanelSection title="Events, last 24 hours">
      {query.error !== null && events === undefined && (
        <ErrorPanel
          title="The events could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton lines={3} />}
      {events?.length === 0 && <p className={styles.dim}>None.</p>}
      <ul className={styles.events}>
        {events?.map(event => (
          <li key={event.event.id}>
            <Link href={storyHref(event.event.id)} title={formatDateTime(event['@timestamp'], zone)}>
              <span className={styles.dim}>{formatRelative(Date.parse(event['@timestamp']), now)}</span>
              <span>{eventInWords(event)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}

function eventInWords({ event, process, health, death, rename }: ContainerEvent): string {
  const parts = [event.action.replace('_', ' ')];
  if (health !== undefined) parts.push(health.status);
  if (rename !== undefined) parts.push(`from ${rename.from}`);
  if (process?.exit_code !== undefined) parts.push(`exit ${process.exit_code}`);
  if (process?.signal !== undefined) parts.push(`signal ${process.signal}`);
  if (death !== undefined) parts.push(`· ${deathInWords(death.class)}`);
  return parts.join(' ');
}

function Labels({ labels }: { labels: Container['labels'] }) {
  const entries = Object.entries(labels).sort(([left], [right]) => left.localeCompare(right));
  return (
    <PanelSection title={`Labels (${entries.length})`}>
      {entries.length === 0 ? (
        <p className={styles.dim}>None.</p>
      ) : (
        <dl className={styles.labels}>
          {entries.map(([key, value]) => (
            <div key={key}>
              <dt>{visible(key)}</dt>
              <dd>{value === '' ? <span className={styles.dim}>empty</span> : visible(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </PanelSection>
  );
}
