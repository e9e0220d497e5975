/** Fills `death` into `die` events, for the read routes. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { nextStamp, shiftStamp } from '#contract/stamp.ts';
import type { LogStore } from '../store/log-store.ts';
import { classifyDeath } from './classify-death.ts';
import { deathWindow, REDEPLOY_MS, type MemoryReading } from './death-facts.ts';

/** Actions that say something about a death. */
export const DEATH_ACTIONS = ['create', 'start', 'kill', 'stop', 'die', 'oom', 'destroy'];

/** A sample older than this says nothing about the death. Twice the slowest sampling, and some. */
const SAMPLE_AGE_MS = 60_000;
const MAX_NEIGHBOURS = 20_000;
const MAX_SUSPECTS = 50;

/**
 * The same events, `die` events with their `death`. `neighbourhood` must hold the DEATH_ACTIONS of all
 * containers from `stop timeout + 10 s` before the first death to 60 s after the last: what is missing
 * there makes a stop look like a crash. `sampleBefore` tells apart a suspected OOM.
 */
export function withDeaths(
  events: readonly ContainerEvent[],
  neighbourhood: readonly ContainerEvent[] = events,
  sampleBefore: (die: ContainerEvent) => MemoryReading | undefined = () => undefined,
): ContainerEvent[] {
  const near = indexNeighbours(neighbourhood);
  return events.map(event => {
    if (event.event.action !== 'die' || event.death) return event;
    const { class: deathClass, cause } = classifyDeath(event, near(event), sampleBefore(event));
    return { ...event, death: { class: deathClass, cause } };
  });
}

/**
 * Reads what lies around the deaths among these events, and fills them in. Where more happened than can be read at
 * once, the oldest deaths stay without a class rather than get a wrong one.
 */
export async function explainDeaths(
  events: readonly ContainerEvent[],
  store: Pick<LogStore, 'findEvents' | 'findSamples'>,
): Promise<ContainerEvent[]> {
  const dies = events.filter(({ event, death }) => event.action === 'die' && !death);
  if (dies.length === 0) return [...events];
  const neighbourhood = await store.findEvents({
    from: least(dies.map(die => deathWindow(die).from)),
    to: shiftStamp(greatest(dies.map(die => die['@timestamp'])), REDEPLOY_MS),
    actions: DEATH_ACTIONS,
    order: 'desc',
    limit: MAX_NEIGHBOURS,
  });
  const isCut = neighbourhood.length >= MAX_NEIGHBOURS;
  const readFrom = isCut ? (neighbourhood.at(-1)?.['@timestamp'] ?? '') : '';
  const isKnown = (event: ContainerEvent) =>
    event.event.action !== 'die' || deathWindow(event).from > readFrom;
  const samples = await samplesBefore(dies.filter(isSuspect).slice(0, MAX_SUSPECTS), store);
  const explained = withDeaths(events.filter(isKnown), neighbourhood, die => samples.get(die.event.id));
  const byId = new Map(explained.map(event => [event.event.id, event]));
  return events.map(event => byId.get(event.event.id) ?? event);
}

async function samplesBefore(
  dies: readonly ContainerEvent[],
  store: Pick<LogStore, 'findSamples'>,
): Promise<Map<string, MetricSample | undefined>> {
  const read = async (die: ContainerEvent) => [die.event.id, await lastSample(die, store)] as const;
  return new Map(await Promise.all(dies.map(read)));
}

/** The container's last sample before its death, if it is a fresh one. */
export async function lastSample(
  die: ContainerEvent,
  store: Pick<LogStore, 'findSamples'>,
): Promise<MetricSample | undefined> {
  const samples = await store.findSamples({
    containerIds: [die.container.id],
    from: shiftStamp(die['@timestamp'], -SAMPLE_AGE_MS),
    to: nextStamp(die['@timestamp']),
    perContainer: 1_000,
  });
  return samples.at(-1);
}

const isSuspect = (die: ContainerEvent): boolean =>
  die.process?.exit_code === 137 && die.evidence?.oomKilled !== true;

/** Answers, for a death, the events of its container, and of others those that tell of a redeploy or an engine's end. */
function indexNeighbours(events: readonly ContainerEvent[]): (die: ContainerEvent) => ContainerEvent[] {
  const own = groupBy(events, event => event.container.id);
  const tellsOfOthers = ({ event }: ContainerEvent) =>
    event.action === 'create' || (event.action === 'die' && event.reconciled === true);
  const others = groupBy(
    events.filter(tellsOfOthers).sort((a, b) => (a['@timestamp'] < b['@timestamp'] ? -1 : 1)),
    event => event.host.id,
  );
  return die => {
    const onHost = others.get(die.host.id) ?? [];
    const from = firstFrom(onHost, shiftStamp(die['@timestamp'], -REDEPLOY_MS));
    const to = firstFrom(onHost, nextStamp(shiftStamp(die['@timestamp'], REDEPLOY_MS)));
    return [...(own.get(die.container.id) ?? []), ...onHost.slice(from, to)];
  };
}

/** Index of the first of these, sorted by stamp, at or after `stamp`. */
function firstFrom(sorted: readonly ContainerEvent[], stamp: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.['@timestamp'] ?? '') < stamp) low = middle + 1;
    else high = middle;
  }
  return low;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

const least = (stamps: string[]): string => stamps.reduce((a, b) => (a < b ? a : b));
const greatest = (stamps: string[]): string => stamps.reduce((a, b) => (a > b ? a : b));
