import { expect, test } from 'vitest';
import type { ContainerEvent } from '#contract/container-event.ts';
import { formatEvent } from './format-event.ts';

function line(change: Partial<ContainerEvent>, action: string): string {
  const event: ContainerEvent = {
    '@timestamp': '2026-11-22T10:41:07.123456789Z',
    event: { id: 'e', kind: 'event', category: [], type: [], dataset: 'docker.events', action },
    container: { id: 'c1', name: 'worker', image: { name: 'w' }, labels: {} },
    host: { id: 'h1', name: 'quay' },
    ...change,
  };
  return formatEvent(event, { colour: false, raw: false, nameWidth: 6, timeZone: 'UTC' });
}

const CASES: [name: string, action: string, change: Partial<ContainerEvent>, expected: string][] = [
  ['a start', 'start', {}, '10:41:07.123 start         worker'],
  ['a death not explained yet', 'die', { process: { exit_code: 3 } }, 'exit 3'],
  ['a signal', 'kill', { process: { signal: 15 } }, 'signal 15'],
  ['health', 'health_status', { health: { status: 'unhealthy' } }, 'health_status worker unhealthy'],
  ['a rename', 'rename', { rename: { from: 'old' } }, 'was old'],
  ['a gap', 'log-gap', { gap: { from: 'a', to: 'b', reason: 'rotated' } }, 'a to b: rotated'],
];
test.each(CASES)('shows %s', (...[, action, change, expected]) =>
  expect(line(change, action)).toContain(expected),
);

test('shows why a container died instead of its bare exit code', () => {
  const death = { class: 'oom', cause: 'out of memory' } as const;
  const text = line({ process: { exit_code: 137 }, death }, 'die');
  expect(text).toContain('oom: out of memory');
  expect(text).not.toContain('137');
});

test('lets no escape through', () => {
  const container = { id: 'c', name: 'n\x1b[2J', image: { name: 'i' }, labels: {} };
  expect(line({ container }, 'x\x1b]0;t\x07')).not.toContain('\x1b');
});
