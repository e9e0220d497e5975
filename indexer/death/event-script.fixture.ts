/** Events for tests, written as a script: `start@-60 kill15@-0.2 die0@0 stop@0.1`; seconds relative to T0. */
import type { ContainerEvent, Evidence } from '#contract/container-event.ts';
import { shiftStamp } from '#contract/stamp.ts';
import { createStreamKey, recordId } from '../parse/record-id.ts';

export const T0 = '2026-11-22T10:41:09.000123456Z';
export const CONTAINER_ID = 'f'.repeat(64);
export const HOST = { id: 'engine-1', name: 'quay' };

export type EventParts = {
  containerId?: string;
  name?: string;
  evidence?: Evidence;
  reconciled?: boolean;
  compose?: { project: string; service: string };
  /** Shifts the whole script. */
  base?: string;
};

/** `die137@0` has exit code 137, `kill9@…` signal 9, `health_status:unhealthy@…` a health. */
export function events(script: string, parts: EventParts = {}): ContainerEvent[] {
  return script
    .split(' ')
    .filter(word => word !== '')
    .map(word => eventOf(word, parts));
}

function eventOf(word: string, parts: EventParts): ContainerEvent {
  const [, action = '', number, health, seconds] =
    /^([a-z_-]+?)(\d+)?(?::(\w+))?@(-?[\d.]+)$/.exec(word) ?? [];
  const id = parts.containerId ?? CONTAINER_ID;
  const stamp = shiftStamp(parts.base ?? T0, Math.round(Number(seconds) * 1_000));
  const isDie = action === 'die';
  return {
    '@timestamp': stamp,
    event: {
      id: recordId(createStreamKey(HOST.id, id, `event ${action}`), stamp, 0),
      kind: 'event',
      category: ['process'],
      type: ['info'],
      dataset: 'docker.events',
      action,
      ...(parts.reconciled ? { reconciled: true as const } : {}),
    },
    container: { id, name: parts.name ?? 'worker-1', image: { name: 'shop/worker', tag: '1' }, labels: {} },
    host: HOST,
    ...(parts.compose ? { compose: parts.compose } : {}),
    ...(number === undefined
      ? {}
      : { process: isDie ? { exit_code: Number(number) } : { signal: Number(number) } }),
    ...(health === undefined ? {} : { health: { status: health } }),
    ...(isDie && parts.evidence ? { evidence: parts.evidence } : {}),
  };
}
