import pino from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import type { IngestBatch, WireEvent } from '#contract/batch.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import { createSqliteStateStore } from '../state/sqlite-state-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { aBatch, aSnapshot, anEvent, at, ID, type BatchParts } from './batch.fixture.ts';
import { createInventory, type Inventory } from './inventory.ts';

const log = pino({ level: 'silent' });

let state: StateStore;
let inventory: Inventory;
let nowMs: number;
const now = () => new Date(nowMs);
beforeEach(async () => {
  nowMs = Date.parse(at(10));
  state = createSqliteStateStore({ file: ':memory:' });
  inventory = createInventory({ state, now, log });
  await inventory.load();
});

describe('containers', () => {
  test('an older snapshot never overwrites a newer one', async () => {
    await inventory.apply(aBatch({ snapshots: [aSnapshot({ state: 'exited', observedAt: at(5) })] }));
    const { containers } = await inventory.apply(aBatch({ snapshots: [aSnapshot({ observedAt: at(4) })] }));
    expect(containers).toEqual([]);
    expect(inventory.container(ID)?.state).toBe('exited');
  });

  test('only what changed is answered', async () => {
    const first = await inventory.apply(aBatch({ snapshots: [aSnapshot()] }));
    const again = await inventory.apply(aBatch({ snapshots: [aSnapshot({ observedAt: at(8) })] }));
    expect([first.containers.length, again.containers.length]).toEqual([1, 0]);
  });

  test.each<[string, WireEvent, object]>([
    ['start', anEvent('start', at(3)), { state: 'running', startedAt: at(3), exitCode: null }],
    ['die', anEvent('die', at(3), { exitCode: 3 }), { state: 'exited', exitCode: 3, finishedAt: at(3) }],
    ['pause', anEvent('pause', at(3)), { state: 'paused' }],
    ['oom', anEvent('oom', at(3)), { state: 'running', oomKilled: true }],
    ['health', anEvent('health_status', at(3), { health: 'unhealthy' }), { health: 'unhealthy' }],
    ['strange health', anEvent('health_status', at(3), { health: '<b>' }), { health: 'none' }],
    ['destroy', anEvent('destroy', at(3)), { state: 'removed' }],
    ['an event older than the snapshot', anEvent('die', at(1), { exitCode: 3 }), { state: 'running' }],
  ])('after %s', async (_name, event, expected) => {
    await inventory.apply(aBatch({ snapshots: [aSnapshot()], events: [event] }));
    expect(inventory.container(ID)).toMatchObject(expected);
  });

  test('a container gone before it could be inspected has a row made of its events', async () => {
    const events = [
      anEvent('destroy', at(4)),
      anEvent('die', at(3), { exitCode: 1 }),
      anEvent('start', at(2)),
    ];
    await inventory.apply(aBatch({ events }));
    expect(inventory.container('web-1')).toMatchObject({
      state: 'removed',
      exitCode: 1,
      image: 'shop/web:1',
      startedAt: at(2),
      finishedAt: at(3),
    });
  });

  test('what a new listing misses is removed but kept, with its end; other hosts are left alone', async () => {
    await inventory.apply(aBatch({ snapshots: [aSnapshot({ state: 'exited', finishedAt: at(2) })] }));
    const other = aBatch({ inventory: [] });
    await inventory.apply({ ...other, host: { ...other.host, id: 'h2' } });
    expect(inventory.container(ID)?.state).toBe('exited');
    await inventory.apply(aBatch({ inventory: [] }));
    expect(inventory.container(ID)).toMatchObject({ state: 'removed', finishedAt: at(2) });
  });

  test('an old listing that comes again removes nothing', async () => {
    await inventory.apply(aBatch({ inventory: [], sentAt: at(5) }));
    await inventory.apply(
      aBatch({ snapshots: [aSnapshot({ observedAt: at(6) })], inventory: [ID], sentAt: at(7) }),
    );
    await inventory.apply(aBatch({ inventory: [], sentAt: at(5) }));
    expect(inventory.container(ID)?.state).toBe('running');
  });

  test('is found by id, by the beginning of an id, by name; the living before the removed', async () => {
    const old = aSnapshot({ id: 'b'.repeat(64), state: 'removed', createdAt: at(9) });
    await inventory.apply(aBatch({ snapshots: [old, aSnapshot()] }));
    expect(inventory.container('web-1')?.id).toBe(ID);
    expect(inventory.container('bbbb')?.id).toBe(old.id);
    expect(inventory.container('bbb')).toBeUndefined();
  });

  test('remembers the last death, not an earlier one that is told later', async () => {
    await inventory.apply(aBatch({ snapshots: [aSnapshot()] }));
    const died = (stamp: string, id: string) =>
      ({
        '@timestamp': stamp,
        event: { id },
        container: { id: ID },
        death: { class: 'oom', cause: '' },
      }) as ContainerEvent;
    expect(await inventory.noteDeath(died(at(5), 'e5'))).toMatchObject({ lastDeath: { eventId: 'e5' } });
    expect(await inventory.noteDeath(died(at(4), 'e4'))).toBeNull();
    expect(inventory.container(ID)?.lastDeath).toEqual({ at: at(5), class: 'oom', eventId: 'e5' });
  });

  test('keeps the newest 5,000 removed and forgets the rest, on disk too', async () => {
    const snapshots = Array.from({ length: 5_003 }, (_, n) =>
      aSnapshot({ id: `c${n}`, state: 'removed', observedAt: at(3, String(n).padStart(9, '0')) }),
    );
    await inventory.apply(aBatch({ snapshots }));
    expect(inventory.containers()).toHaveLength(5_000);
    expect(inventory.container('c2')).toBeUndefined();
    expect(await state.list('container')).toHaveLength(5_000);
  });

  test('knows them again after a restart, without samples', async () => {
    await inventory.apply(aBatch({ snapshots: [aSnapshot()] }));
    const again = createInventory({ state, now, log });
    await again.load();
    expect(again.containers()).toEqual(inventory.containers());
  });

  test('a row that could not be written is written with the next batch', async () => {
    let isFull = true;
    const full: StateStore = {
      ...state,
      put: changes => (isFull ? Promise.reject(new Error('disk full')) : state.put(changes)),
    };
    const on = createInventory({ state: full, now, log });
    await expect(on.apply(aBatch({ snapshots: [aSnapshot()] }))).rejects.toThrow('disk full');
    isFull = false;
    await on.apply(aBatch({ snapshots: [aSnapshot()] }));
    expect(await state.get('container', ID)).not.toBeNull();
  });
});

describe('hosts', () => {
  test('show how full the spool is and how far behind the collector reads, as it last said', async () => {
    const spool = { bytes: 900, limitBytes: 1_000, policy: 'block' as const, damagedBytes: 0 };
    const batch = aBatch();
    await inventory.apply({ ...batch, collector: { ...batch.collector, spool, lagMs: 1_250 } });
    expect(inventory.hosts()).toMatchObject([{ spool, lagMs: 1_250 }]);
    await inventory.apply(aBatch({ sentAt: at(15) }));
    expect(inventory.hosts()[0]).not.toHaveProperty('spool');
  });

  test('is connected for 15 s after a heartbeat', async () => {
    await inventory.apply(aBatch());
    nowMs += 15_000;
    expect(inventory.hosts()[0]?.connected).toBe(true);
    nowMs += 1;
    expect(inventory.hosts()[0]?.connected).toBe(false);
  });

  test('the clock is judged by the fastest of the last heartbeats', async () => {
    await inventory.apply(aBatch({ sentAt: at(13) }));
    nowMs += 5_000;
    await inventory.apply(aBatch({ sentAt: at(10) }));
    expect(inventory.hosts()[0]?.clockSkewMs).toBe(3_000);
  });

  test('heartbeats are not written each time', async () => {
    await inventory.apply(aBatch({ sentAt: at(10) }));
    nowMs += 5_000;
    await inventory.apply(aBatch({ sentAt: at(15) }));
    expect(await state.get('host', 'h1')).toMatchObject({ version: 1 });
    await inventory.close();
    expect(await state.get('host', 'h1')).toMatchObject({ version: 2, document: { lastSentAt: at(15) } });
  });

  test('a time without a collector is a silence: before the first, between two, and since the last', async () => {
    await inventory.apply(aBatch({ sentAt: at(10), startedAt: at(0) }));
    nowMs += 40_000;
    await inventory.apply(aBatch({ sentAt: at(50), startedAt: at(45) }));
    expect(inventory.silences().map(({ from, to }) => [from, to])).toEqual([
      ['1970-01-01T00:00:00.000Z', at(0)],
      [at(10), at(45)],
    ]);
    nowMs += 20_000;
    expect(inventory.silences().at(-1)).toEqual({ hostId: 'h1', from: at(50), to: null });
  });
});

describe('containers of a host', () => {
  const intruder = (parts: BatchParts): IngestBatch => {
    const batch = aBatch(parts);
    return { ...batch, host: { ...batch.host, id: 'h2', name: 'intruder' } };
  };
  const stolen = () =>
    intruder({
      snapshots: [aSnapshot({ name: 'stolen', observedAt: at(9) })],
      events: [anEvent('die', at(9), { exitCode: 1 })],
      inventory: [],
    });

  test('are not rewritten, ended or removed by the collector of another while theirs reports', async () => {
    await inventory.apply(aBatch({ snapshots: [aSnapshot()] }));
    await inventory.apply(stolen());
    expect(inventory.containers()).toMatchObject([{ name: 'web-1', host: 'quay', state: 'running' }]);
  });

  test('are of an engine that was given a new id, once nobody reports under the old one', async () => {
    await inventory.apply(aBatch({ snapshots: [aSnapshot()] }));
    nowMs += 16_000;
    await inventory.apply(stolen());
    expect(inventory.containers()).toMatchObject([{ name: 'stolen', host: 'intruder' }]);
  });

  test('stay what they were when it falls silent: nothing is claimed of them, and the silence says since when', async () => {
    await inventory.apply(aBatch({ snapshots: [aSnapshot()] }));
    nowMs += 3_600_000;
    expect(inventory.hosts()).toMatchObject([{ connected: false }]);
    expect(inventory.containers()).toMatchObject([{ state: 'running', finishedAt: null, lastDeath: null }]);
    expect(inventory.silences().at(-1)).toEqual({ hostId: 'h1', from: at(10), to: null });
  });
});
