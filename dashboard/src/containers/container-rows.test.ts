import { expect, test } from 'vitest';
import type { Container } from '#contract/container.ts';
import { deathInWords, shownState } from './container-state.ts';
import { filterContainers, hostOfFilter, narrowToHost, toggleWord } from './container-filter.ts';
import {
  formatSort,
  groupContainers,
  itemsOf,
  nextSort,
  parseSort,
  sinceMs,
  sortContainers,
  summarize,
} from './container-rows.ts';

function aContainer(over: Partial<Container> = {}): Container {
  const name = over.name ?? 'web';
  return {
    id: `id-${name}`,
    name,
    image: 'nginx:1.27',
    state: 'running',
    health: 'none',
    exitCode: null,
    oomKilled: false,
    restartCount: 0,
    restartPolicy: 'no',
    createdAt: '2026-11-22T09:00:00Z',
    startedAt: '2026-11-22T10:00:00Z',
    finishedAt: null,
    memoryLimitBytes: null,
    labels: {},
    compose: null,
    tty: false,
    logDriver: 'json-file',
    collected: true,
    collectedReason: '',
    observedAt: '2026-11-22T10:00:00Z',
    host: 'a',
    hostId: 'host-a',
    sample: null,
    sampledAt: null,
    lastDeath: null,
    ...over,
  };
}
const death = (cause: string) => ({ at: '2026-11-22T10:00:00Z', class: cause, eventId: 'e' });
const names = (containers: Container[]) => containers.map(container => container.name);
const never = () => undefined;

test.each<[string, Partial<Container>, string]>([
  ['running', {}, 'running'],
  ['running and its check fails', { health: 'unhealthy' }, 'unhealthy'],
  ['running and not yet checked', { health: 'starting' }, 'starting'],
  ['ended by the kernel', { state: 'exited', exitCode: 137, oomKilled: true }, 'OOM-killed'],
  [
    'ended by the kernel, engine flag lost',
    { state: 'exited', exitCode: 137, lastDeath: death('oom') },
    'OOM-killed',
  ],
  [
    'stopped by request with 137',
    { state: 'exited', exitCode: 137, lastDeath: death('operator_stop') },
    'stopped',
  ],
  ['ended by itself with 1', { state: 'exited', exitCode: 1 }, 'failed'],
  ['ended by itself with 0', { state: 'exited', exitCode: 0 }, 'stopped'],
  ['SIGTERM before we watched', { state: 'exited', exitCode: 143 }, 'stopped'],
  ['restarting after OOM', { state: 'restarting', oomKilled: true }, 'restarting'],
  ['gone', { state: 'removed' }, 'removed'],
])('a container that is %s', (_, over, word) => {
  expect(shownState(aContainer(over)).word).toBe(word);
});

test('an unknown death class is shown as it came', () => {
  expect(deathInWords('eaten')).toBe('eaten');
});

test.each<[string, string[]]>([
  ['', ['web', 'api', 'worker']],
  ['we', ['web']],
  ['shop', ['api', 'worker']],
  ['shop -work', ['api']],
  ['state:oom', ['worker']],
  ['state:running image:nginx', ['web']],
  ['tier:front', ['web']],
  ['name:web tier:back', []],
  ['nginx:1.27', ['web']],
  ['-', ['web', 'api', 'worker']],
])('filter %j keeps %j', (text, kept) => {
  const shop = { project: 'shop', service: 's' };
  const all = [
    aContainer({ labels: { tier: 'front' } }),
    aContainer({ name: 'api', image: 'python', compose: shop, host: 'b' }),
    aContainer({ name: 'worker', image: 'python', compose: shop, state: 'exited', oomKilled: true }),
  ];
  expect(names(filterContainers(all, text))).toEqual(kept);
});

test('names sort like people count', () => {
  const all = ['web-10', 'web-2', 'api'].map(name => aContainer({ name }));
  expect(names(sortContainers(all, { key: 'name', descending: false }, never))).toEqual([
    'api',
    'web-2',
    'web-10',
  ]);
});

test('what is unknown comes last in both directions, and removed ones after the rest', () => {
  const all = [
    aContainer({ name: 'gone', state: 'removed', exitCode: 1 }),
    aContainer({ name: 'up' }),
    aContainer({ name: 'two', state: 'exited', exitCode: 2 }),
    aContainer({ name: 'one', state: 'exited', exitCode: 1 }),
  ];
  expect(names(sortContainers(all, { key: 'exit', descending: false }, never))).toEqual([
    'one',
    'two',
    'up',
    'gone',
  ]);
  expect(names(sortContainers(all, { key: 'exit', descending: true }, never))).toEqual([
    'two',
    'one',
    'up',
    'gone',
  ]);
});

test('sorted by state the worst come first', () => {
  const all = [
    aContainer({ name: 'fine' }),
    aContainer({ name: 'ill', health: 'unhealthy' }),
    aContainer({ name: 'oom', state: 'exited', oomKilled: true }),
    aContainer({ name: 'gone', state: 'removed' }),
  ];
  expect(names(sortContainers(all, { key: 'state', descending: false }, never))).toEqual([
    'oom',
    'ill',
    'fine',
    'gone',
  ]);
});

test('groups are compose projects, then hosts; containers outside compose come last', () => {
  const shop = { project: 'shop', service: 's' };
  const groups = groupContainers(
    [
      aContainer({ name: 'alone' }),
      aContainer({ name: 'b', compose: shop, host: 'b', hostId: 'b' }),
      aContainer({ name: 'a', compose: shop }),
      aContainer({ name: 'z', compose: { project: 'blog', service: 's' } }),
    ],
    'project',
  );
  expect(groups.map(group => [group.project, group.host])).toEqual([
    ['blog', 'a'],
    ['shop', 'a'],
    ['shop', 'b'],
    [null, 'a'],
  ]);
});

test('the order survives the URL, and nonsense in it is the default', () => {
  expect(parseSort(formatSort({ key: 'cpu', descending: true }))).toEqual({ key: 'cpu', descending: true });
  expect(parseSort('<b>')).toEqual({ key: 'name', descending: false });
});

test('the first click on a figure shows the largest, the second the smallest', () => {
  const first = nextSort(parseSort(null), 'memory');
  expect(first).toEqual({ key: 'memory', descending: true });
  expect(nextSort(first, 'memory').descending).toBe(false);
});

test('a container that never ran dates from its creation; year 1 of the engine is no date', () => {
  const created = aContainer({ state: 'created', startedAt: '0001-01-01T00:00:00Z', finishedAt: null });
  expect(sinceMs(created)).toBe(Date.parse('2026-11-22T09:00:00Z'));
  expect(sinceMs(aContainer({ startedAt: '0001-01-01T00:00:00Z' }))).toBeNull();
});

test('a summary counts what runs and what wants attention', () => {
  const all = [
    aContainer(),
    aContainer({ health: 'unhealthy' }),
    aContainer({ state: 'exited', oomKilled: true }),
    aContainer({ state: 'removed' }),
  ];
  expect(summarize(all)).toEqual({ total: 4, running: 2, attention: 2, withoutData: 0 });
  const silent = new Map([['host-a', '2026-11-22T10:00:00Z']]);
  expect(summarize(all, silent)).toEqual({ total: 4, running: 0, attention: 0, withoutData: 4 });
});

test('the table draws a head for each group, and none in a flat list', () => {
  const groups = groupContainers(
    [aContainer(), aContainer({ name: 'b', host: 'b', hostId: 'b' })],
    'project',
  );
  expect(itemsOf(groups, true).map(item => item.kind)).toEqual(['group', 'row', 'group', 'row']);
  expect(itemsOf(groups, false).map(item => item.kind)).toEqual(['row', 'row']);
});

test.each([
  ['host:"quay-1"', ['a']],
  ['host:quay-1', ['a', 'b']],
  ['collected:no', ['b']],
  ['yes', []],
  ['mistakes:yes', ['a']],
  ['source:file', ['a']],
  ['state:nodata', ['b']],
  ['-host:"quay-1"', ['b']],
])('the filter %j finds %j', (text, found) => {
  const containers = [
    aContainer({ name: 'a', host: 'quay-1', hostId: '1', source: 'file', mistakes: ['wrong'] }),
    aContainer({ name: 'b', host: 'quay-12', hostId: '12', collected: false }),
  ];
  const silent = new Map([['12', '2026-11-22T10:00:00Z']]);
  expect(names(filterContainers(containers, text, silent))).toEqual(found);
});

test('buttons write words into the filter and take them out again', () => {
  const narrowed = narrowToHost('web', 'the big one');
  expect(narrowed).toBe('web host:"the big one"');
  expect(hostOfFilter(narrowed)).toBe('the big one');
  expect(narrowToHost(narrowed, 'quay-1')).toBe('web host:"quay-1"');
  expect(narrowToHost(narrowed, 'the big one')).toBe('web');
  expect(toggleWord(toggleWord('web', 'collected:no'), 'collected:no')).toBe('web');
  expect(hostOfFilter('host:quay')).toBeNull();
});
