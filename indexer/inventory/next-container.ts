/** Pure steps of one container's row: from a snapshot, from an event, from not being there any more. */
import type { WireContainer, WireEvent } from '#contract/batch.ts';
import type { Container, ContainerSnapshot, Health } from '#contract/container.ts';
import { toStamp } from '#contract/stamp.ts';

export type HostRef = { id: string; name: string };

/** The row after this snapshot. An older observation never overwrites a newer one. */
export function afterSnapshot(
  known: Container | undefined,
  snapshot: ContainerSnapshot,
  host: HostRef,
): Container {
  if (known && toStamp(snapshot.observedAt) < toStamp(known.observedAt)) return known;
  return {
    ...snapshot,
    host: host.name,
    hostId: host.id,
    sample: known?.sample ?? null,
    sampledAt: known?.sampledAt ?? null,
    lastDeath: known?.lastDeath ?? null,
  };
}

/**
 * The row after this event, if the event is newer than what is known. Events alone carry the row of a container that is
 * gone before it could be inspected (`docker run --rm true`).
 */
export function afterEvent(known: Container, event: WireEvent): Container {
  const change = event.at > toStamp(known.observedAt) ? changeBy(known, event) : null;
  return change ? { ...known, ...change, observedAt: event.at } : known;
}

/** No longer listed by its engine. `observedAt` stays: a newer snapshot would bring the container back. */
export const asRemoved = (known: Container): Container =>
  known.state === 'removed' ? known : { ...known, state: 'removed', sample: null, sampledAt: null };

/** A row made of nothing but an event and the name it came with; the first snapshot replaces it. */
export function fromEvent(wire: WireContainer, event: WireEvent, host: HostRef): Container {
  const bare: Container = {
    id: wire.id,
    name: wire.name,
    image: wire.image.tag === undefined ? wire.image.name : `${wire.image.name}:${wire.image.tag}`,
    state: 'created',
    health: 'none',
    exitCode: null,
    oomKilled: false,
    restartCount: 0,
    restartPolicy: '',
    createdAt: event.at,
    startedAt: null,
    finishedAt: null,
    memoryLimitBytes: event.evidence?.memoryLimitBytes ?? null,
    labels: wire.labels,
    compose: wire.compose ?? null,
    tty: false,
    logDriver: '',
    collected: true,
    collectedReason: 'It was gone before it could be inspected.',
    observedAt: event.at,
    host: host.name,
    hostId: host.id,
    sample: null,
    sampledAt: null,
    lastDeath: null,
  };
  return { ...bare, ...changeBy(bare, event) };
}

function changeBy(known: Container, event: WireEvent): Partial<Container> | null {
  return CHANGES.get(event.action)?.(known, event) ?? null;
}

const CHANGES = new Map<string, (known: Container, event: WireEvent) => Partial<Container> | null>([
  ['start', afterStart],
  ['die', afterDie],
  ['oom', () => ({ oomKilled: true })],
  ['pause', () => ({ state: 'paused' })],
  ['unpause', () => ({ state: 'running' })],
  ['health_status', (_known, { health }) => (isHealth(health) ? { health } : null)],
  ['destroy', () => ({ state: 'removed', sample: null, sampledAt: null })],
]);

function afterStart({ health }: Container, { at }: WireEvent): Partial<Container> {
  return {
    state: 'running',
    startedAt: at,
    exitCode: null,
    oomKilled: false,
    health: health === 'none' ? 'none' : 'starting',
  };
}

function afterDie(known: Container, { at, exitCode, evidence = {} }: WireEvent): Partial<Container> {
  return {
    state: 'exited',
    exitCode: exitCode ?? evidence.exitCode ?? null,
    finishedAt: at,
    oomKilled: known.oomKilled || evidence.oomKilled === true,
    restartCount: evidence.restartCount ?? known.restartCount,
    sample: null,
    sampledAt: null,
  };
}

const isHealth = (text: string | undefined): text is Health =>
  text === 'starting' || text === 'healthy' || text === 'unhealthy';
