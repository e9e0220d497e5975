/** Builders of records and events for the tests of this folder. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';

/** An id that sorts as `n` does. */
export const idOf = (n: number): string => `${n}`.padStart(32, '0');

/** The stamp of line `n`: one a second. */
export const stampAt = (n: number): string =>
  `${new Date(Date.UTC(2026, 10, 22, 10, 0, n)).toISOString().slice(0, 19)}.000000000Z`;

export function aRecord({ n = 1, ...rest }: Partial<LogRecord> & { n?: number } = {}): LogRecord {
  return {
    '@timestamp': stampAt(n),
    message: `line ${n}`,
    log: { iostream: 'stdout' },
    container: { id: 'c1', name: 'web-1', image: { name: 'shop/web' }, labels: {} },
    host: { id: 'h1', name: 'host-a' },
    event: { id: idOf(n), dataset: 'docker.logs' },
    ...rest,
  };
}

export function anEvent({
  n = 1,
  action = 'start',
  container = 'web-1',
  ...rest
}: Partial<Omit<ContainerEvent, 'container'>> & {
  n?: number;
  action?: string;
  container?: string;
} = {}): ContainerEvent {
  return {
    '@timestamp': stampAt(n),
    event: {
      id: `${idOf(n)}e`,
      kind: 'event',
      category: ['process'],
      type: ['info'],
      dataset: 'docker.events',
      action,
    },
    container: { id: `id-${container}`, name: container, image: { name: 'shop/web' }, labels: {} },
    host: { id: 'h1', name: 'host-a' },
    ...rest,
  };
}
