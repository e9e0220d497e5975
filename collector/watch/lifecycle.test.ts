import { describe, expect, it } from 'vitest';
import type { ContainerDetails, EngineEvent } from '../engine/engine.ts';
import { createEventSieve, isLifecycle, toLifecycleEvent } from './lifecycle.ts';
import { reconcile } from './reconcile.ts';
import { toSample } from './stats-sampler.ts';
import { toSnapshot, toWireContainer, wireContainerOfEvent } from './wire-container.ts';

const at = (second: number) => `2026-11-22T10:00:${String(second).padStart(2, '0')}.000000000Z`;

const running: ContainerDetails = {
  id: 'c1',
  name: 'web',
  image: { name: 'shop/web', tag: '1' },
  labels: {},
  tty: false,
  logDriver: 'json-file',
  logPath: '',
  logOptions: {},
  status: 'running',
  running: true,
  health: 'none',
  exitCode: 0,
  oomKilled: false,
  error: '',
  restartCount: 0,
  restartPolicy: 'no',
  createdAt: at(0),
  startedAt: at(1),
  finishedAt: null,
  memoryLimitBytes: null,
  stopSignal: 15,
  stopTimeoutSeconds: 10,
};
const exited: ContainerDetails = {
  ...running,
  status: 'exited',
  running: false,
  finishedAt: at(5),
  exitCode: 3,
};

const event = (action: string, more: Partial<EngineEvent> = {}): EngineEvent => ({
  stamp: at(5),
  action,
  detail: null,
  containerId: 'c1',
  attributes: {},
  ...more,
});

describe('an event of the engine', () => {
  it.each([
    'exec_create',
    'exec_start',
    'exec_die',
    'attach',
    'detach',
    'top',
    'resize',
    'copy',
    'export',
    'prune',
  ])('is noise: %s', action => expect(isLifecycle(event(action))).toBe(false));

  it('carries the exit code of a death, and what inspect knew of it', () => {
    const die = event('die', { attributes: { exitCode: '3' } });
    expect(toLifecycleEvent(die, { ...exited, restartCount: 2, memoryLimitBytes: 16 })).toEqual({
      at: at(5),
      ordinal: 0,
      action: 'die',
      exitCode: 3,
      evidence: {
        restartCount: 2,
        memoryLimitBytes: 16,
        stopSignal: 15,
        stopTimeoutSeconds: 10,
        oomKilled: false,
        exitCode: 3,
        startedAt: at(1),
        finishedAt: at(5),
      },
    });
  });

  it('of a death does not take the state of the next run for its own', () => {
    const restarted = { ...running, startedAt: at(6), finishedAt: at(5), restartCount: 1 };
    expect(toLifecycleEvent(event('die', { attributes: { exitCode: '1' } }), restarted)).toMatchObject({
      exitCode: 1,
      evidence: { restartCount: 1, stopSignal: 15, stopTimeoutSeconds: 10 },
    });
    expect(toLifecycleEvent(event('die'), restarted).evidence).not.toHaveProperty('oomKilled');
  });

  it.each<[string, Partial<EngineEvent>, object]>([
    ['kill', { attributes: { signal: '9' } }, { signal: 9 }],
    ['kill', { attributes: { signal: 'SIGHUP' } }, { signal: 1 }],
    ['health_status', { detail: 'unhealthy' }, { health: 'unhealthy' }],
    ['rename', { attributes: { oldName: '/old' } }, { renamedFrom: 'old' }],
    ['die', { attributes: { exitCode: 'zero' } }, {}],
    ['pause', {}, {}],
  ])('%s %j becomes %j', (action, more, expected) => {
    expect(toLifecycleEvent(event(action, more), null)).toEqual({
      at: at(5),
      ordinal: 0,
      action,
      ...expected,
    });
  });

  it('is told once although a replay begins with it again', () => {
    const isNew = createEventSieve(3);
    const events = [event('kill'), event('die'), event('health_status', { detail: 'a' })];
    expect(events.map(isNew)).toEqual([true, true, true]);
    expect(events.map(isNew)).toEqual([false, false, false]);
    expect(isNew(event('health_status', { detail: 'b' }))).toBe(true);
  });

  it('names a container that was gone before it could be inspected', () => {
    const attributes = {
      name: 'web',
      image: 'shop/web:1',
      exitCode: '0',
      'com.docker.compose.project': 'shop',
      'com.docker.compose.service': 'web',
    };
    expect(wireContainerOfEvent(event('die', { attributes }))).toEqual({
      id: 'c1',
      name: 'web',
      image: { name: 'shop/web', tag: '1' },
      labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
      compose: { project: 'shop', service: 'web' },
    });
  });
});

describe('reconciling', () => {
  const told = (known: ContainerDetails | null, now: ContainerDetails | null) =>
    reconcile(known, now, at(50)).map(e => {
      expect(e.reconciled).toBe(true);
      return [e.action, e.at, e.exitCode].filter(part => part !== undefined).join(' ');
    });

  it.each<[string, ContainerDetails | null, ContainerDetails | null, string[]]>([
    ['nothing happened', running, running, []],
    ['it was made and runs', null, running, [`create ${at(0)}`, `start ${at(1)}`]],
    ['it was made, ran and ended', null, exited, [`create ${at(0)}`, `start ${at(1)}`, `die ${at(5)} 3`]],
    ['it ended', running, exited, [`die ${at(5)} 3`]],
    [
      'it was killed for memory',
      running,
      { ...exited, oomKilled: true, exitCode: 137 },
      [`oom ${at(5)}`, `die ${at(5)} 137`],
    ],
    ['a child of it was killed for memory', running, { ...running, oomKilled: true }, [`oom ${at(50)}`]],
    [
      'it was restarted',
      running,
      { ...running, startedAt: at(9), finishedAt: at(8), restartCount: 1 },
      [`die ${at(8)}`, `start ${at(9)}`],
    ],
    [
      'it was restarted and ended',
      running,
      { ...exited, startedAt: at(4), restartCount: 1 },
      [`die ${at(4)}`, `start ${at(4)}`, `die ${at(5)} 3`],
    ],
    ['it was started', exited, { ...running, startedAt: at(9), finishedAt: at(5) }, [`start ${at(9)}`]],
    ['it was renamed', running, { ...running, name: 'api' }, [`rename ${at(50)}`]],
    ['it is unhealthy now', running, { ...running, health: 'unhealthy' }, [`health_status ${at(50)}`]],
    ['it was paused', running, { ...running, status: 'paused' }, [`pause ${at(50)}`]],
    ['it was unpaused', { ...running, status: 'paused' }, running, [`unpause ${at(50)}`]],
    ['it was removed while it ran', running, null, [`die ${at(50)}`, `destroy ${at(50)}`]],
    ['it was removed', exited, null, [`destroy ${at(50)}`]],
    ['nobody ever knew it', null, null, []],
  ])('%s', (...[, known, now, expected]) => expect(told(known, now)).toEqual(expected));

  it('tells how often it was restarted', () => {
    const now = { ...running, startedAt: at(9), finishedAt: at(8), restartCount: 4 };
    expect(reconcile(running, now, at(50))[0]?.evidence).toMatchObject({ restartCount: 4 });
  });
});

describe('a snapshot', () => {
  it('says whether and why its logs are collected', () => {
    const reading = { collected: false, collectedReason: 'switched off' };
    expect(toSnapshot(exited, reading, { at: at(9) })).toMatchObject({
      state: 'exited',
      image: 'shop/web:1',
      exitCode: 3,
      collected: false,
      collectedReason: 'switched off',
      observedAt: at(9),
    });
    expect(toSnapshot(running, reading, { at: at(9), state: 'removed' })).toMatchObject({ state: 'removed' });
    expect(toWireContainer(running)).toEqual({ id: 'c1', name: 'web', image: running.image, labels: {} });
  });
});

describe('a sample', () => {
  const reading = {
    stamp: at(1),
    cpuNanos: 1_000,
    systemNanos: 10_000,
    onlineCpus: 2,
    memoryBytes: 1,
    memoryLimitBytes: null,
    networkRxBytes: 0,
    networkTxBytes: 0,
    blockReadBytes: 0,
    blockWriteBytes: 0,
    pids: 1,
  };
  it.each([
    ['one core of two', { cpuNanos: 2_000, systemNanos: 12_000 }, 100],
    ['counters that were reset', { cpuNanos: 10, systemNanos: 12_000 }, 0],
    ['no time between', {}, 0],
  ])('of %s', (_, after, percent) => {
    const sample = toSample(reading, { ...reading, ...after });
    expect(sample.cpuPercent).toBe(percent);
    expect(sample).not.toHaveProperty('cpuNanos');
  });
});
