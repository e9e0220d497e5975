/** Two inventories over one state that tells each of them what the other wrote, as late as the test wants. */
import pino from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { IngestBatch } from '#contract/batch.ts';
import { createSqliteStateStore } from '../state/sqlite-state-store.ts';
import type { StateChange, StateKind, StateStore, WatchedRow } from '../state/state-store.ts';
import { aBatch, aSnapshot, anEvent, at, ID } from './batch.fixture.ts';
import { createInventory, type Inventory } from './inventory.ts';

const log = pino({ level: 'silent' });

let own: StateStore;
let nowMs: number;
let told: (() => void)[];
/** What was put is told to the others from now on. */
const tell = () => {
  for (const each of told.splice(0)) each();
};
beforeEach(() => {
  nowMs = Date.parse(at(10));
  own = createSqliteStateStore({ file: ':memory:' });
  told = [];
  members.length = 0;
});

type Watcher = { kind: StateKind; onChange: (rows: WatchedRow<never>[]) => void };
const members: Watcher[][] = [];

/** As an indexer has it: what it reads is current, and before it answers others' changes are told. */
function aMember(): StateStore {
  const watchers: Watcher[] = [];
  members.push(watchers);
  return {
    ...own,
    isShared: true,
    get: (kind, id) => (tell(), own.get(kind, id)),
    async put(changes) {
      const isPut = await own.put(changes);
      if (isPut) for (const each of changes) await note(each, watchers);
      else tell();
      return isPut;
    },
    watch: (kind, onChange) => void watchers.push({ kind, onChange: onChange }),
  };
}

async function note({ kind, id }: StateChange, writer: Watcher[]): Promise<void> {
  const row = (await own.get<never>(kind, id)) ?? { id, version: 0, document: null };
  told.push(() => {
    for (const watchers of members) {
      if (watchers === writer) continue;
      for (const each of watchers) if (each.kind === kind) each.onChange([row]);
    }
  });
}

const anInventory = (onOthers?: (names: string[]) => void): Inventory =>
  createInventory({
    state: aMember(),
    now: () => new Date(nowMs),
    log,
    onOthers: rows => onOthers?.(rows.map(({ name }) => name)),
  });
const apply = (inventory: Inventory, ...parts: Parameters<typeof aBatch>) =>
  inventory.apply(aBatch(...parts));

test('what one takes in the other knows, and is told of; its samples stay', async () => {
  const news: string[][] = [];
  const [a, b] = [anInventory(), anInventory(names => news.push(names))];
  await apply(a, { snapshots: [aSnapshot()] });
  tell();
  expect(b.container(ID)).toMatchObject({ name: 'web-1', state: 'running' });
  expect(news).toEqual([['web-1']]);
  b.noteSamples([
    { '@timestamp': at(11), container: { id: ID }, host: { id: 'h1' }, cpuPercent: 7 } as never,
  ]);
  await apply(a, { snapshots: [aSnapshot({ health: 'healthy', observedAt: at(12) })] });
  tell();
  expect(b.container(ID)).toMatchObject({ health: 'healthy', sample: { cpuPercent: 7 } });
});

test('a snapshot here and an event there are both kept, though neither knew of the other', async () => {
  const [a, b] = [anInventory(), anInventory()];
  await apply(a, { snapshots: [aSnapshot({ observedAt: at(1) })] });
  tell();
  await apply(a, { snapshots: [aSnapshot({ restartCount: 5, observedAt: at(4) })] });
  await apply(b, { events: [anEvent('die', at(5), { exitCode: 3 })] });
  tell();
  for (const inventory of [a, b])
    expect(inventory.container(ID)).toMatchObject({ state: 'exited', exitCode: 3, restartCount: 5 });
});

test('a page is told of what another wrote first, also when nothing is left to be written here', async () => {
  const told: string[][] = [];
  const [a, b] = [anInventory(), anInventory(names => told.push(names))];
  await apply(a, { snapshots: [aSnapshot()] });
  expect(await apply(b, { snapshots: [aSnapshot()] })).toEqual({ containers: [] });
  expect(told).toEqual([['web-1']]);
  tell();
  expect(told).toHaveLength(1);
});

test('a listing that came late removes nothing that is younger than it', async () => {
  const [a, b] = [anInventory(), anInventory()];
  await apply(a, { snapshots: [aSnapshot({ observedAt: at(6) })], inventory: [ID], sentAt: at(7) });
  tell();
  await apply(b, { inventory: [], sentAt: at(5) });
  expect(b.container(ID)?.state).toBe('running');
  await apply(b, { inventory: [], sentAt: at(8) });
  tell();
  expect(a.container(ID)?.state).toBe('removed');
});

test('a collector whose heartbeats go here and there is connected at both, and was never away', async () => {
  const [a, b] = [anInventory(), anInventory()];
  for (let turn = 0; turn < 20; turn++) {
    const sentAt = new Date(Date.parse(at(10)) + turn * 5_000).toISOString();
    await apply(turn % 8 < 4 ? a : b, { sentAt });
    // Heartbeats are shared now and then; here by closing, which goes on.
    await Promise.all([a.close(), b.close()]);
    tell();
    for (const inventory of [a, b]) {
      expect(inventory.hosts()).toMatchObject([{ connected: true }]);
      expect(inventory.silences()).toHaveLength(1);
    }
    nowMs += 5_000;
  }
});

test('its restart is no silence, when its last word came to the other', async () => {
  const [a, b] = [anInventory(), anInventory()];
  await apply(a, { sentAt: at(10) });
  tell();
  nowMs += 20_000;
  await apply(b, { sentAt: at(30) });
  await b.close();
  nowMs += 5_000;
  await apply(a, { sentAt: at(35), startedAt: at(34) });
  expect(a.silences()).toHaveLength(1);
});

test('a silence that one saw is known to both, also when the other writes later without it', async () => {
  const [a, b] = [anInventory(), anInventory()];
  await apply(a, { sentAt: at(10) });
  tell();
  nowMs += 40_000;
  await apply(a, { sentAt: at(50), startedAt: at(45) });
  await apply(b, { sentAt: at(51), startedAt: at(45) });
  await b.close();
  tell();
  await a.close();
  tell();
  for (const inventory of [a, b])
    expect(inventory.silences().map(({ from, to }) => [from, to])).toContainEqual([at(10), at(45)]);
});

const isOf = (hostId: string, batch: IngestBatch): IngestBatch => ({
  ...batch,
  host: { ...batch.host, id: hostId },
});

test('the containers of a host that reports to one are not rewritten by the collector of another at the other', async () => {
  const [a, b] = [anInventory(), anInventory()];
  await apply(a, { snapshots: [aSnapshot()] });
  tell();
  await b.apply(isOf('h2', aBatch({ snapshots: [aSnapshot({ name: 'stolen', observedAt: at(9) })] })));
  expect(b.container(ID)?.name).toBe('web-1');
});
