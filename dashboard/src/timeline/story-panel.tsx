import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Story } from '#contract/query.ts';
import { attemptInWords, deliveryInWords } from '../alerts/rule-words.ts';
import { ApiError, api } from '../api/client.ts';
import { logsHref } from '../containers/links.ts';
import { deathInWords, isDeathAlarming } from '../containers/container-state.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorPanel } from '../ui/error-panel.tsx';
import { formatDateTime, formatDuration, formatRelative } from '../ui/format.ts';
import { Skeleton } from '../ui/progress.tsx';
import { PanelSection, SidePanel } from '../ui/side-panel.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { useNow } from '../ui/use-now.ts';
import { useZone } from '../ui/zone.ts';
import { MemoryChart } from './memory-chart.tsx';
import { deliveriesOf, exitInWords, sameBeforeInWords, spanOf } from './story-words.ts';
import { StoryLines } from './story-lines.tsx';
import { toRange } from './time-range.ts';
import type { Row } from './timeline-layout.ts';
import styles from './story.module.css';

/** While a story is this young its class, its first lines and its deliveries are still on their way. */
const YOUNG_MS = 120_000;

type StoryPanelProps = { eventId: string; onClose: () => void };

/** Why it happened, on one screen: the cause in words, memory against its limit, the last lines, who was told. */
export function StoryPanel({ eventId, onClose }: StoryPanelProps) {
  const query = useQuery({
    queryKey: ['story', eventId],
    queryFn: ({ signal }) => api.story(eventId, signal),
    refetchInterval: ({ state }) => (isYoung(state.data) ? 5_000 : false),
  });
  const story = query.data;
  if (story !== undefined) return <Told story={story} onClose={onClose} />;
  return (
    <SidePanel label="Event story" title="Event story" onClose={onClose}>
      {query.error === null ? (
        <Skeleton lines={14} />
      ) : query.error instanceof ApiError && [400, 404].includes(query.error.status) ? (
        <EmptyState
          title="This event is no longer known"
          text="Retention has removed it, or the link is mistyped."
        />
      ) : (
        <ErrorPanel
          title="The story could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
    </SidePanel>
  );
}

const isYoung = (story: Story | undefined): boolean =>
  story !== undefined && Date.now() - Date.parse(story.event['@timestamp']) < YOUNG_MS;

function Told({ story, onClose }: { story: Story; onClose: () => void }) {
  const now = useNow(10_000);
  const row = useRow(story);
  return (
    <SidePanel
      label="Event story"
      title={
        <>
          <EventMark event={story.event} /> {story.title}
        </>
      }
      onClose={onClose}
    >
      <Head story={story} />
      <PanelSection title="Memory">
        <MemoryChart key={story.event.event.id} story={story} row={row} now={now} />
      </PanelSection>
      <PanelSection
        title={linesTitle(story.linesBefore.length)}
        aside={<Link href={logsAround(story.event)}>open in logs →</Link>}
      >
        <StoryLines lines={story.linesBefore} emptyText="It wrote nothing before." />
      </PanelSection>
      <PanelSection title="First lines after">
        <StoryLines lines={story.linesAfter} emptyText="Nothing was written since." />
      </PanelSection>
      <Deliveries story={story} />
    </SidePanel>
  );
}

const linesTitle = (count: number): string => (count > 1 ? `Last ${count} lines before` : 'Last line before');

/** The container's row of the timeline in the time of the memory curve. Without an answer the curve stands alone. */
function useRow(story: Story): Row | undefined {
  const { id } = story.event.container;
  const range = toRange(spanOf(story));
  const query = useQuery({
    queryKey: ['timeline', range.from, range.to, id],
    queryFn: ({ signal }) => api.timeline({ ...range, container: id }, signal),
    placeholderData: keepPreviousData,
  });
  return query.data?.rows.find(row => row.container.id === id);
}

function EventMark({ event }: { event: ContainerEvent }) {
  const cause = event.death?.class;
  if (cause === 'oom' || event.event.action === 'oom') return <StatusMark tone="fatal" shape="cross" />;
  if (event.event.action === 'die')
    return <StatusMark tone={isDeathAlarming(cause ?? '') ? 'error' : 'idle'} shape="square" />;
  if (event.event.action === 'restart') return <StatusMark tone="warn" shape="loop" />;
  if (event.health !== undefined)
    return <StatusMark tone={event.health.status === 'unhealthy' ? 'warn' : 'ok'} shape="triangle" />;
  return <StatusMark tone="busy" shape="dot" />;
}

function Head({ story }: { story: Story }) {
  const zone = useZone();
  const now = useNow(10_000);
  const { event } = story;
  const same = sameBeforeInWords(story);
  return (
    <>
      <p className={styles.cause}>{story.cause}</p>
      {story.hint !== undefined && <p className={styles.dim}>{story.hint}</p>}
      <dl className={styles.facts}>
        <dt>When</dt>
        <dd>
          {formatDateTime(event['@timestamp'], zone)}{' '}
          <span className={styles.dim}>{formatRelative(Date.parse(event['@timestamp']), now)}</span>
        </dd>
        <dt>Where</dt>
        <dd>
          <Link href={`/containers?c=${encodeURIComponent(event.container.id)}`}>{event.container.name}</Link>
          <span className={styles.dim}>
            {' '}
            on {event.host.name} · {imageName(event)}
          </span>
        </dd>
        {event.death !== undefined && (
          <>
            <dt>Class</dt>
            <dd>{deathInWords(event.death.class)}</dd>
          </>
        )}
        {event.process?.exit_code !== undefined && (
          <>
            <dt>Exit code</dt>
            <dd>{exitInWords(event.process.exit_code, story.exitMeaning)}</dd>
          </>
        )}
        <dt>Restarts</dt>
        <dd>
          {story.restartCount}
          {same !== null && <span className={styles.warn}> · {same}</span>}
        </dd>
      </dl>
      {event.event.reconciled === true && (
        <p className={styles.dim}>Seen afterwards: the event stream was interrupted when it happened.</p>
      )}
    </>
  );
}

const imageName = ({ container }: ContainerEvent): string =>
  container.image.tag === undefined ? container.image.name : `${container.image.name}:${container.image.tag}`;

/** Five minutes before to one after, in the logs of that container. */
function logsAround(event: ContainerEvent): string {
  const at = Date.parse(event['@timestamp']);
  return logsHref(event.container.name, {
    from: new Date(at - 300_000).toISOString(),
    to: new Date(at + 60_000).toISOString(),
  });
}

function Deliveries({ story }: { story: Story }) {
  const zone = useZone();
  const deliveries = deliveriesOf(story);
  return (
    <PanelSection title="Who was told" aside={<Link href="/alerts/deliveries">all deliveries →</Link>}>
      {deliveries.length === 0 && <p className={styles.dim}>No notification was sent for this event.</p>}
      <ul className={styles.deliveries}>
        {deliveries.map(delivery => {
          const { text, tone } = deliveryInWords(delivery);
          const last = delivery.attempts.at(-1);
          return (
            <li key={delivery.id}>
              <span className={styles[tone]}>{text}</span>
              <span className={styles.target}>
                {delivery.type} · {delivery.target}
              </span>
              {last !== undefined && (
                <span className={styles.dim}>
                  {attemptInWords(last)} · {formatDuration(last.durationMs)} ·{' '}
                  {formatDateTime(last.at, zone).slice(11, 19)}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </PanelSection>
  );
}
