import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSqliteStateStore } from '../state/sqlite-state-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { createLease, type Lease } from './lease.ts';

const PACE = { renewEveryMs: 4, lookEveryMs: 2, heldForMs: 40, takeOverAfterMs: 60 };
const log = pino({ level: 'silent' });

let state: StateStore;
let leases: Lease[];
beforeEach(() => {
  state = createSqliteStateStore({ file: ':memory:' });
  leases = [];
});
afterEach(async () => {
  await Promise.all(leases.map(lease => lease.stop()));
  await state.close();
});

/** An indexer of its own on the shared state, which can be cut off from it. */
async function anIndexer(onTaken = vi.fn(() => Promise.resolve())) {
  let isCut = false;
  const unlessCut = <T>(ask: () => Promise<T>) => (isCut ? Promise.reject(new Error('cut off')) : ask());
  const shared: StateStore = {
    ...state,
    isShared: true,
    get: (kind, id) => unlessCut(() => state.get(kind, id)),
    put: changes => unlessCut(() => state.put(changes)),
  };
  const lease = createLease({ state: shared, log, onTaken, pace: PACE });
  leases.push(lease);
  await lease.start();
  return { lease, onTaken, cut: (to: boolean) => void (isCut = to) };
}
const held = () => leases.map(lease => lease.isHeld());
const untilHeld = (lease: Lease) => vi.waitFor(() => expect(lease.isHeld()).toBe(true), 5_000);

test('the first holds it, and goes on holding it; the second waits', async () => {
  const first = await anIndexer();
  const second = await anIndexer();
  expect(held()).toEqual([true, false]);
  await vi.waitFor(async () => expect((await state.get('lease', 'alerting'))?.version).toBeGreaterThan(20));
  expect(held()).toEqual([true, false]);
  expect([first.onTaken.mock.calls.length, second.onTaken.mock.calls.length]).toEqual([1, 0]);
});

test('whoever ends gives it up at once', async () => {
  const first = await anIndexer();
  const second = await anIndexer();
  await first.lease.stop();
  await untilHeld(second.lease);
  expect(first.lease.isHeld()).toBe(false);
});

test('one that is cut off stops acting before the other begins, and waits when it is back', async () => {
  const first = await anIndexer();
  let wasAlone = false;
  const second = await anIndexer(
    vi.fn(() => {
      wasAlone = !first.lease.isHeld();
      return Promise.resolve();
    }),
  );
  first.cut(true);
  await untilHeld(second.lease);
  expect(wasAlone).toBe(true);
  first.cut(false);
  const version = (await state.get('lease', 'alerting'))!.version;
  await vi.waitFor(async () =>
    expect((await state.get('lease', 'alerting'))!.version).toBeGreaterThan(version + 5),
  );
  expect(held()).toEqual([false, true]);
});

test('what was left undone while it could not be renewed is taken up again', async () => {
  const only = await anIndexer();
  only.cut(true);
  await vi.waitFor(() => expect(only.lease.isHeld()).toBe(false), 5_000);
  only.cut(false);
  await untilHeld(only.lease);
  expect(only.onTaken.mock.calls.length).toBeGreaterThan(1);
});

test('one that cannot take up what is pending tries again', async () => {
  const onTaken = vi.fn(() => Promise.resolve());
  onTaken.mockRejectedValueOnce(new Error('the state cannot be read'));
  const only = await anIndexer(onTaken);
  await untilHeld(only.lease);
  await vi.waitFor(() => expect(onTaken.mock.calls.length).toBeGreaterThan(1));
});

test('where the state is one indexer’s own there is nothing to wait for', async () => {
  const onTaken = vi.fn(() => Promise.resolve());
  const lease = createLease({ state, log, onTaken });
  await lease.start();
  expect([lease.isHeld(), onTaken.mock.calls.length]).toEqual([true, 1]);
  expect(await state.list('lease')).toEqual([]);
});
