import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContainerSnapshot } from '#contract/container.ts';
import { createCounters } from '../counters.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { ContainerDetails, Engine, EngineEvent, EventRead, LogRead } from '../engine/engine.ts';
import { createSourceChooser } from '../source/choose-source.ts';
import { createHeldLogs } from '../source/held-logs.ts';
import { createContainerWatcher, type ContainerWatcher, type WatcherMemory } from './container-watcher.ts';
import type { LifecycleEvent } from './lifecycle.ts';

/** The deadline bounds a hang on a busy machine; it is not a measure of speed. */
const soon = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });
vi.setConfig({ testTimeout: 30_000 });

const at = (second: number) => `2026-11-22T10:00:${String(second).padStart(2, '0')}.000000000Z`;

const web: ContainerDetails = {
  id: 'c1',
  name: 'web',
  image: { name: 'shop/web' },
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

function frameOf(message: string): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(message.length, 4);
  return Buffer.concat([header, Buffer.from(message)]);
}

/** An engine whose containers and events the test decides. */
class FakeEngine {
  containers = new Map<string, ContainerDetails>();
  sessions: EventRead[] = [];
  replays: EngineEvent[] = [];
  /** It no longer has the event from which on it is asked. */
  forgets = false;
  /** Of the next inspections, one each. */
  failures: EngineError[] = [];
  /** Inspections wait until it is done. */
  busy: Promise<unknown> = Promise.resolve();
  logReads: { id: string; read: LogRead }[] = [];
  log: Buffer = Buffer.alloc(0);
  private endSession: () => void = () => undefined;

  readonly port = {
    describe: () => Promise.resolve({}),
    list: () => Promise.resolve([...this.containers.values()].map(({ id, running }) => ({ id, running }))),
    inspect: async (id: string) => {
      await this.busy;
      const failure = this.failures.shift();
      if (failure !== undefined) throw failure;
      const details = this.containers.get(id);
      if (details === undefined) throw new EngineError('not_found', 'gone');
      return details;
    },
    readEvents: (read: EventRead) => {
      this.sessions.push(read);
      read.onOpen();
      const known = { action: 'top', detail: null, containerId: 'c1', attributes: {} };
      if (read.since !== null && !this.forgets) read.onEvent({ ...known, stamp: read.since });
      this.replays.splice(0).forEach(read.onEvent);
      return new Promise<void>(resolve => {
        this.endSession = resolve;
        read.signal.addEventListener('abort', () => resolve());
      });
    },
    readLogs: (id: string, read: LogRead) => {
      this.logReads.push({ id, read });
      if (!this.containers.has(id)) return Promise.reject(new EngineError('not_found', 'gone'));
      if (!read.follow) return Promise.resolve(read.onBytes(this.log));
      return new Promise<void>(resolve => read.signal.addEventListener('abort', () => resolve()));
    },
  } as unknown as Engine;

  tell(action: string, more: Partial<EngineEvent> = {}): void {
    const event = { stamp: at(30), action, detail: null, containerId: 'c1', attributes: {}, ...more };
    this.sessions.at(-1)?.onEvent(event);
  }

  loseEvents(): void {
    this.endSession();
  }
}

let engine: FakeEngine;
let watcher: ContainerWatcher;
let events: (LifecycleEvent & { name: string })[];
let snapshots: ContainerSnapshot[];
let inventories: string[][];
let lines: string[];

beforeEach(() => {
  engine = new FakeEngine();
  [events, snapshots, inventories, lines] = [[], [], [], []];
});
afterEach(() => watcher.stop());

function start(known: ContainerDetails[] = [], checkMs = 60_000): void {
  const memory: WatcherMemory = {
    eventsSince: known.length === 0 ? null : at(10),
    logCursor: () => undefined,
    known: id => known.find(details => details.id === id),
    knownIds: () => known.map(({ id }) => id),
  };
  const held = createHeldLogs({ engine: engine.port, source: 'api', containersDir: '' });
  watcher = createContainerWatcher({
    engine: engine.port,
    memory,
    sink: {
      addLines: ({ name }, added) => void lines.push(...added.map(({ text }) => `${name}: ${text}`)),
      addEvent: (container, event) => void events.push({ ...event, name: container.name }),
      addSnapshot: snapshot => void snapshots.push(snapshot),
      addInventory: ids => void inventories.push(ids),
    },
    plan: { collectSelf: false, ownContainerId: null },
    chooseSource: createSourceChooser({ engine: engine.port, source: 'api', containersDir: '', held }),
    held,
    maxLineBytes: 1_000,
    historyAgeMs: null,
    counters: createCounters(),
    log: pino({ level: 'silent' }),
    checkMs,
  });
  watcher.start();
}

const told = () => events.map(({ action, reconciled }) => (reconciled ? `${action} reconciled` : action));

describe('the watcher', () => {
  it('on its first run takes what is there as it is: snapshots, tails, no events', async () => {
    engine.containers.set('c1', web);
    engine.containers.set('c2', { ...web, id: 'c2', running: false, status: 'exited', finishedAt: at(3) });
    start();
    await soon(() => expect(inventories).toEqual([['c1', 'c2']]));
    await soon(() => expect(snapshots.length).toBeGreaterThanOrEqual(4));
    expect(new Set(engine.logReads.map(({ id }) => id))).toEqual(new Set(['c1', 'c2']));
    expect(events).toEqual([]);
    expect(watcher.runningIds()).toEqual(['c1']);
  });

  it('opens no log of a container that is not collected, but shows it with the reason', async () => {
    engine.containers.set('c1', { ...web, labels: { 'quaylog.enabled': 'false' } });
    start();
    await soon(() => expect(snapshots).toMatchObject([{ collected: false }]));
    expect(snapshots[0]?.collectedReason).toContain('quaylog.enabled');
    expect(engine.logReads).toEqual([]);
  });

  it('follows a container at its start, not at its creation', async () => {
    start();
    await soon(() => expect(inventories).toHaveLength(1));
    engine.containers.set('c1', { ...web, running: false, status: 'created', startedAt: null });
    engine.tell('create');
    await soon(() => expect(told()).toEqual(['create']));
    expect(engine.logReads).toEqual([]);
    engine.containers.set('c1', web);
    engine.tell('start');
    await soon(() =>
      expect(engine.logReads).toMatchObject([{ id: 'c1', read: { follow: true, since: null } }]),
    );
  });

  it('says so when a container was gone before its log could be opened', async () => {
    start();
    await soon(() => expect(inventories).toHaveLength(1));
    engine.tell('start', { attributes: { name: 'brief' } });
    await soon(() => expect(told()).toEqual(['start', 'log-gap']));
    expect(events[1]).toMatchObject({ name: 'brief', gap: { from: at(30), reason: 'removed' } });
  });

  it('has the log of a container that comes and goes before the engine says anything about it', async () => {
    start();
    await soon(() => expect(inventories).toHaveLength(1));
    const { promise, resolve: done } = Promise.withResolvers();
    engine.busy = promise;
    engine.log = frameOf(`${at(30)} hello\n`);
    engine.containers.set('c1', web);
    engine.tell('start', { attributes: { name: 'brief' } });
    engine.tell('die', { stamp: at(31), attributes: { name: 'brief' } });
    expect(engine.logReads.map(({ read }) => read.follow)).toEqual([true, false]);
    engine.containers.delete('c1');
    engine.tell('destroy', { stamp: at(32), attributes: { name: 'brief' } });
    done(undefined);
    await soon(() => expect(told()).toEqual(['start', 'die', 'destroy']));
    await soon(() => expect(lines).toEqual(['brief: hello']));
    expect(engine.logReads.every(({ read }) => !read.follow || read.signal.aborted)).toBe(true);
    await watcher.stop();
    expect(told()).toEqual(['start', 'die', 'destroy']);
  });

  it('opens no log at the start of a container that is not collected', async () => {
    start();
    await soon(() => expect(inventories).toHaveLength(1));
    engine.containers.set('c1', { ...web, labels: { 'quaylog.enabled': 'false' } });
    engine.tell('start', { attributes: { name: 'web', 'quaylog.enabled': 'false' } });
    await soon(() => expect(told()).toEqual(['start']));
    expect(engine.logReads).toEqual([]);
  });

  it('looks again when the engine could not tell of a container that has started', async () => {
    start();
    await soon(() => expect(inventories).toHaveLength(1));
    engine.containers.set('c1', web);
    engine.failures = [new EngineError('unreachable', 'too busy')];
    engine.tell('start');
    await soon(() => expect(inventories).toHaveLength(2));
    expect(told()).toEqual(['start']);
    expect(snapshots).toMatchObject([{ id: 'c1', collected: true }]);
    expect(engine.logReads[0]).toMatchObject({ id: 'c1', read: { follow: true } });
  });

  it('listens anew when the stream of events has died without a word', async () => {
    engine.containers.set('c1', web);
    start([web], 20);
    await soon(() => expect(inventories).toHaveLength(1));
    engine.containers.set('c1', {
      ...web,
      running: false,
      status: 'exited',
      finishedAt: at(40),
      exitCode: 1,
    });
    await soon(() => expect(engine.sessions).toHaveLength(2));
    expect(engine.sessions[0]?.signal.aborted).toBe(true);
    await soon(() => expect(told()).toEqual(['die reconciled']));
  });

  it('tells what happened while nobody listened', async () => {
    engine.containers.set('c1', {
      ...web,
      running: false,
      status: 'exited',
      finishedAt: at(20),
      exitCode: 9,
    });
    start([web, { ...web, id: 'c0', name: 'old' }]);
    await soon(() => expect(told()).toHaveLength(4));
    expect(events).toMatchObject([
      { name: 'web', action: 'die', exitCode: 9, at: at(20), reconciled: true },
      { name: 'old', action: 'log-gap', gap: { from: at(1), reason: 'removed' } },
      { name: 'old', action: 'die', reconciled: true },
      { name: 'old', action: 'destroy', reconciled: true },
    ]);
    expect(snapshots.at(-1)).toMatchObject({ id: 'c0', state: 'removed' });
  });

  it('says once that the engine forgot events, when it no longer has the last one that was read', async () => {
    const ended = { running: false, status: 'exited', finishedAt: at(20), exitCode: 9 };
    engine.containers.set('c1', { ...web, ...ended });
    engine.containers.set('c2', { ...web, ...ended, id: 'c2', name: 'api' });
    const update = { stamp: at(40), action: 'update', detail: null, containerId: 'c2', attributes: {} };
    engine.replays = [update];
    engine.forgets = true;
    start([web, { ...web, id: 'c2', name: 'api' }]);
    await soon(() => expect(told()).toContain('die reconciled'));
    const gaps = events.filter(({ gap }) => gap !== undefined);
    expect(gaps).toMatchObject([{ gap: { from: at(10), to: at(40), reason: 'events-missed' } }]);
  });

  it('tells a death that the engine forgot although it still knows a later event', async () => {
    const ended = { running: false, status: 'exited', finishedAt: at(20), exitCode: 9 };
    engine.containers.set('c1', { ...web, ...ended });
    const attributes = { oldName: '/old' };
    engine.replays = [{ stamp: at(40), action: 'rename', detail: null, containerId: 'c1', attributes }];
    engine.forgets = true;
    start([web]);
    await soon(() => expect(told()).toEqual(['rename', 'log-gap', 'die reconciled']));
    expect(events.at(-1)).toMatchObject({ at: at(20), exitCode: 9 });
  });

  it('tells nothing twice: what the replay told is not reconciled, and a second replay is ignored', async () => {
    engine.containers.set('c1', {
      ...web,
      running: false,
      status: 'exited',
      finishedAt: at(30),
      exitCode: 9,
    });
    const die = {
      stamp: at(30),
      action: 'die',
      detail: null,
      containerId: 'c1',
      attributes: { exitCode: '9' },
    };
    engine.replays = [die];
    start([web]);
    await soon(() => expect(told()).toEqual(['die']));
    expect(engine.sessions[0]?.since).toBe(at(10));
    engine.replays = [die];
    engine.loseEvents();
    await soon(() => expect(inventories).toHaveLength(2));
    expect(engine.sessions[1]?.since).toBe(at(30));
    engine.tell('rename', { stamp: at(40), attributes: { oldName: '/old' } });
    await soon(() => expect(told()).toEqual(['die', 'rename']));
  });

  it('keeps a removed container as a last snapshot', async () => {
    engine.containers.set('c1', web);
    start();
    await soon(() => expect(inventories).toHaveLength(1));
    engine.containers.delete('c1');
    engine.tell('destroy');
    await soon(() => expect(snapshots.at(-1)).toMatchObject({ id: 'c1', state: 'removed' }));
    expect(events).toMatchObject([{ action: 'destroy', name: 'web' }]);
    expect(watcher.runningIds()).toEqual([]);
  });
});
