/** The story of one event: what happened, why, and the evidence on one screen. */
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { Story } from '#contract/query.ts';
import { nextStamp, shiftStamp } from '#contract/stamp.ts';
import { classifyDeath, type Death } from '../death/classify-death.ts';
import { exitMeaning } from '../death/exit-code.ts';
import { causeOf } from '../alert/evaluate.ts';
import { ofContainer } from '../alert/payload.ts';
import { explainDeaths, lastSample } from '../death/with-deaths.ts';
import { stampOfId } from '../parse/record-id.ts';
import type { LogStore } from '../store/log-store.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const CURVE = { beforeMs: 10 * MINUTE, afterMs: MINUTE, samples: 600 };
const LINES_BEFORE = 50;
const LINES_AFTER = 10;
const EVENTS_AROUND_MS = MINUTE;
/** A container that the kernel's kill takes with it dies within this time of the `oom`. */
const OOM_TO_DEATH_MS = 20_000;
const MAX_EVENTS = 1_000;

export type StoryDeps = {
  store: LogStore;
  containers: () => Container[];
  /** Deliveries of the alerts that these events fired. */
  deliveriesOf: (eventIds: readonly string[]) => Promise<unknown[]>;
};

/** Throws `not_found`. */
export async function readStory(eventId: string, deps: StoryDeps): Promise<Story> {
  const { store } = deps;
  const told = await findEvent(eventId, store);
  const day = await readDay(told, deps);
  const event = subjectOf(told, day);
  const at = event['@timestamp'];
  const near = day.filter(isNear(event));
  const death = event.event.action === 'die' ? await deathOf(event, day, store) : null;
  const [linesBefore, linesAfter, samples, deliveries] = await Promise.all([
    readLinesBefore(event, store),
    readLinesAfter(event, near, store),
    store.findSamples({
      containerIds: [event.container.id],
      from: shiftStamp(at, -CURVE.beforeMs),
      to: shiftStamp(at, CURVE.afterMs),
      perContainer: CURVE.samples,
    }),
    deps.deliveriesOf(near.map(({ event: { id } }) => id)),
  ]);
  const container = deps.containers().find(({ id }) => id === event.container.id);
  const limits = [
    event.evidence?.memoryLimitBytes,
    container?.memoryLimitBytes,
    samples.at(-1)?.memoryLimitBytes,
  ];
  return {
    event: death ? { ...event, death: { class: death.class, cause: death.cause } } : event,
    ...inWords(event, death),
    restartCount: event.evidence?.restartCount ?? container?.restartCount ?? 0,
    sameInLast24h: death ? countSame(event, death, day) : countAction(event, day),
    memoryLimitBytes: limits.find(limit => typeof limit === 'number') ?? null,
    samples,
    linesBefore,
    linesAfter,
    events: near,
    deliveries,
  };
}

/** An event's id holds its stamp, so it is found without an index of ids. */
async function findEvent(id: string, store: LogStore): Promise<ContainerEvent> {
  const at = stampOfId(id);
  const events = await store.findEvents({ from: at, to: nextStamp(at), order: 'asc', limit: MAX_EVENTS });
  const found = events.find(({ event }) => event.id === id);
  if (!found) throw new QuaylogError('not_found', 'There is no event with this id.');
  return found;
}

/** Events of the container, under all ids its name had, from a day before to a minute after; oldest first, deaths explained. */
async function readDay(told: ContainerEvent, { store, containers }: StoryDeps): Promise<ContainerEvent[]> {
  const { id, name } = told.container;
  const isSame = (container: Container) => container.name === name && container.hostId === told.host.id;
  const ids = new Set([
    id,
    ...containers()
      .filter(isSame)
      .map(container => container.id),
  ]);
  const at = told['@timestamp'];
  const events = await store.findEvents({
    containerIds: [...ids],
    from: shiftStamp(at, -DAY),
    to: shiftStamp(at, EVENTS_AROUND_MS),
    order: 'desc',
    limit: MAX_EVENTS,
  });
  return (await explainDeaths(events, store)).reverse();
}

/** An `oom` that its container died of is told as that death. */
function subjectOf(told: ContainerEvent, day: readonly ContainerEvent[]): ContainerEvent {
  const from = told['@timestamp'];
  const to = shiftStamp(from, OOM_TO_DEATH_MS);
  const isItsDeath = (event: ContainerEvent) =>
    event.container.id === told.container.id &&
    event.death?.class === 'oom' &&
    event['@timestamp'] >= from &&
    event['@timestamp'] <= to;
  return (told.event.action === 'oom' ? day.find(isItsDeath) : undefined) ?? told;
}

function isNear(subject: ContainerEvent): (event: ContainerEvent) => boolean {
  const from = shiftStamp(subject['@timestamp'], -EVENTS_AROUND_MS);
  const to = shiftStamp(subject['@timestamp'], EVENTS_AROUND_MS);
  return event =>
    event.container.id === subject.container.id && event['@timestamp'] >= from && event['@timestamp'] <= to;
}

async function deathOf(die: ContainerEvent, day: readonly ContainerEvent[], store: LogStore): Promise<Death> {
  const death = classifyDeath(die, day, await lastSample(die, store));
  // What the wider look of the timeline found (a redeploy, an engine restart) is what people have seen; the hint is ours.
  const known = day.find(({ event }) => event.id === die.event.id)?.death;
  return known && known.class !== death.class ? known : death;
}

async function readLinesBefore(
  { '@timestamp': at, container }: ContainerEvent,
  store: LogStore,
): Promise<LogRecord[]> {
  const { records } = await store.findRecords({
    from: shiftStamp(at, -DAY),
    to: nextStamp(at),
    query: ofContainer(container.id),
    order: 'desc',
    limit: LINES_BEFORE,
    countUpTo: 0,
  });
  return records.reverse();
}

/** The first lines of the run that follows; none if it did not start again within a minute. */
async function readLinesAfter(
  event: ContainerEvent,
  near: readonly ContainerEvent[],
  store: LogStore,
): Promise<LogRecord[]> {
  const at = event['@timestamp'];
  const start = near.find(({ event: { action }, '@timestamp': stamp }) => action === 'start' && stamp > at);
  if (!start) return [];
  const { records } = await store.findRecords({
    from: nextStamp(at),
    to: shiftStamp(start['@timestamp'], DAY),
    query: ofContainer(event.container.id),
    order: 'asc',
    limit: LINES_AFTER,
    countUpTo: 0,
  });
  return records;
}

function inWords(
  event: ContainerEvent,
  death: Death | null,
): Pick<Story, 'title' | 'cause' | 'hint' | 'exitMeaning'> {
  const { name } = event.container;
  const exitCode = event.process?.exit_code ?? event.evidence?.exitCode;
  return {
    title: `${name} ${death ? DEATH_TITLES[death.class] : titleOf(event)}`,
    cause: death?.cause ?? causeOf(event),
    ...(death?.hint === undefined ? {} : { hint: death.hint }),
    ...(death && exitCode !== undefined ? { exitMeaning: exitMeaning(exitCode) } : {}),
  };
}

const DEATH_TITLES: Record<Death['class'], string> = {
  clean: 'ended by itself',
  operator_stop: 'was stopped',
  operator_kill: 'was killed by someone',
  oom: 'ran out of memory',
  oom_suspected: 'probably ran out of memory',
  crash: 'crashed',
  start_failed: 'could not start',
  daemon_restart: 'ended with its engine',
  redeploy: 'was replaced',
};

function titleOf({ event, health, process }: ContainerEvent): string {
  if (event.action === 'health_status') return `is ${health?.status ?? 'checked'}`;
  if (event.action === 'kill') return `was sent signal ${process?.signal ?? 'unknown'}`;
  return TITLES.get(event.action) ?? event.action;
}

const TITLES = new Map([
  ['oom', 'lost a process to the kernel'],
  ['create', 'was created'],
  ['start', 'started'],
  ['stop', 'was stopped'],
  ['restart', 'was restarted'],
  ['pause', 'was paused'],
  ['unpause', 'goes on'],
  ['rename', 'was renamed'],
  ['destroy', 'was removed'],
  ['log-gap', 'has lines missing'],
]);

function countSame(die: ContainerEvent, death: Death, day: readonly ContainerEvent[]): number {
  const isSame = (event: ContainerEvent) =>
    event.death?.class === death.class && event['@timestamp'] < die['@timestamp'];
  return day.filter(isSame).length;
}

function countAction(event: ContainerEvent, day: readonly ContainerEvent[]): number {
  const isSame = (other: ContainerEvent) =>
    other.event.action === event.event.action &&
    other.health?.status === event.health?.status &&
    other['@timestamp'] < event['@timestamp'];
  return day.filter(isSame).length;
}
