/** The engine's events → events on the wire. Pure. */
import type { WireEvent } from '#contract/batch.ts';
import { msOf } from '#contract/stamp.ts';
import type { ContainerDetails, EngineEvent } from '../engine/engine.ts';
import { signalNumber } from '../engine/inspected.ts';
import { toEvidence } from './wire-container.ts';

export type LifecycleEvent = Omit<WireEvent, 'container'>;

/** Kept; the rest (exec_*, attach, top, resize …) is noise, and exec text may hold secrets. */
const ACTIONS = new Set([
  'create',
  'start',
  'restart',
  'stop',
  'kill',
  'die',
  'oom',
  'destroy',
  'rename',
  'pause',
  'unpause',
  'update',
  'health_status',
]);

export const isLifecycle = (event: EngineEvent): boolean => ACTIONS.has(event.action);

/** `details`: inspected right after the event; null when the container was gone by then. */
export function toLifecycleEvent(event: EngineEvent, details: ContainerDetails | null): LifecycleEvent {
  const { action, attributes, detail } = event;
  const exitCode = integerOf(attributes.exitCode);
  const signal = action === 'kill' ? signalNumber(attributes.signal) : null;
  return {
    at: event.stamp,
    ordinal: 0,
    action,
    ...(exitCode === null ? {} : { exitCode }),
    ...(signal === null ? {} : { signal }),
    ...(action === 'health_status' && detail !== null ? { health: detail } : {}),
    ...(action === 'rename' && attributes.oldName
      ? { renamedFrom: attributes.oldName.replace(/^\//, '') }
      : {}),
    ...evidenceOf(event, details),
  };
}

const integerOf = (text: string | undefined): number | null =>
  text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) : null;

/** An inspected end belongs to this death when it happened at about the same time. */
const SAME_DEATH_MS = 5_000;

function evidenceOf(event: EngineEvent, details: ContainerDetails | null): Pick<LifecycleEvent, 'evidence'> {
  if (details === null || (event.action !== 'die' && event.action !== 'oom')) return {};
  return { evidence: toEvidence(details, event.action === 'oom' || isEndOfRun(event, details)) };
}

const isEndOfRun = (event: EngineEvent, { running, finishedAt }: ContainerDetails): boolean =>
  !running && finishedAt !== null && Math.abs(msOf(finishedAt) - msOf(event.stamp)) <= SAME_DEATH_MS;

/** Remembers recent events, because a replay begins with ones already told. Bounded. */
export function createEventSieve(size = 2_048): (event: EngineEvent) => boolean {
  const seen = new Set<string>();
  return event => {
    const key = `${event.stamp} ${event.action} ${event.detail ?? ''} ${event.containerId}`;
    if (seen.has(key)) return false;
    seen.add(key);
    for (const oldest of seen) {
      if (seen.size <= size) break;
      seen.delete(oldest);
    }
    return true;
  };
}
