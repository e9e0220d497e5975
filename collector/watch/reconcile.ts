/**
 * What must have happened to a container while nobody listened: the engine remembers only 256 events of all kinds, but its state
 * tells the rest. Pure; every event made here is marked `reconciled`.
 */
import type { ContainerDetails } from '../engine/engine.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import { toEvidence } from './wire-container.ts';

/** `known`: state as of the last event told, null for a container never told of. `now`: null for one that is gone. */
export function reconcile(
  known: ContainerDetails | null,
  now: ContainerDetails | null,
  observedAt: string,
): LifecycleEvent[] {
  if (now === null) return known === null ? [] : destroyed(known, observedAt);
  if (known === null) return appeared(now);
  return [...runs(known, now, observedAt), ...changes(known, now, observedAt)];
}

/**
 * The state as of an event. What is inspected right after it, or long after it in a replay, may be further on: a run that began or
 * ended meanwhile is still to be told, by its own event or by `reconcile`.
 */
export function stateAfter(
  action: string,
  known: ContainerDetails | null,
  inspected: ContainerDetails,
): ContainerDetails {
  if (action === 'start') return { ...inspected, running: true, status: 'running' };
  if (known === null || action === 'die' || action === 'restart') return inspected;
  const { running, startedAt, status, oomKilled } = known;
  const isSameRun = startedAt === inspected.startedAt && running === inspected.running;
  return isSameRun ? inspected : { ...inspected, running, startedAt, status, oomKilled };
}

const event = (action: string, at: string, more: Partial<LifecycleEvent> = {}): LifecycleEvent => ({
  at,
  ordinal: 0,
  action,
  reconciled: true,
  ...more,
});

const destroyed = (known: ContainerDetails, at: string): LifecycleEvent[] => [
  ...(known.running ? [event('die', at)] : []),
  event('destroy', at),
];

const appeared = (now: ContainerDetails): LifecycleEvent[] => [
  event('create', now.createdAt),
  ...(now.startedAt === null ? [] : [event('start', now.startedAt)]),
  ...ended(now),
];

/** The last run's end, if it has ended. */
function ended(now: ContainerDetails): LifecycleEvent[] {
  if (now.running || now.startedAt === null || now.finishedAt === null) return [];
  const evidence = toEvidence(now, true);
  return [
    ...(now.oomKilled ? [event('oom', now.finishedAt, { evidence })] : []),
    event('die', now.finishedAt, { exitCode: now.exitCode, evidence }),
  ];
}

function runs(known: ContainerDetails, now: ContainerDetails, observedAt: string): LifecycleEvent[] {
  if (now.startedAt === known.startedAt) {
    if (known.running && !now.running) return ended(now);
    return now.oomKilled && !known.oomKilled
      ? [event('oom', observedAt, { evidence: toEvidence(now, true) })]
      : [];
  }
  if (now.startedAt === null) return [];
  const lastEnd = now.running ? now.finishedAt : null;
  const end = lastEnd !== null && lastEnd <= now.startedAt ? lastEnd : now.startedAt;
  return [
    // How it ended is lost: the engine forgets an exit code at the next start. The restart count tells how often.
    ...(known.running ? [event('die', end, { evidence: toEvidence(now, false) })] : []),
    event('start', now.startedAt),
    ...ended(now),
  ];
}

function changes(known: ContainerDetails, now: ContainerDetails, at: string): LifecycleEvent[] {
  const isHealthKnown = now.health === 'healthy' || now.health === 'unhealthy';
  return [
    ...(now.name === known.name ? [] : [event('rename', at, { renamedFrom: known.name })]),
    ...(isHealthKnown && now.health !== known.health
      ? [event('health_status', at, { health: now.health })]
      : []),
    ...(now.status === 'paused' && known.status !== 'paused' ? [event('pause', at)] : []),
    ...(now.status === 'running' && known.status === 'paused' ? [event('unpause', at)] : []),
  ];
}
