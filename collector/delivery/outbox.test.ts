import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IngestBatch } from '#contract/batch.ts';
import { createCounters, withInFlight, type Counters } from '../counters.ts';
import { openCursorStore, type CursorStore } from '../cursor/cursor-store.ts';
import type { IngestAnswer } from './indexer-client.ts';
import { openOutbox, type Outbox, type OutboxOptions } from './outbox.ts';
import { createPendingBatch, type PendingBatch } from './pending-batch.ts';

const soon = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });
vi.setConfig({ testTimeout: 30_000 });

const log = pino({ level: 'silent' });
const container = { id: 'c1', name: 'web', image: { name: 'img' }, labels: {} };
const stamp = (n: number) => `2026-11-22T10:00:00.${String(n).padStart(9, '0')}Z`;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quaylog-outbox-'));
});

type Running = { outbox: Outbox; cursors: CursorStore; counters: Counters; received: IngestBatch[] };
const running: Running[] = [];
afterEach(async () => {
  for (const { outbox } of running.splice(0)) await outbox.stop(0);
  await rm(dir, { recursive: true, force: true });
});

type Given = (batch: IngestBatch) => Promise<number> | number;

/** A collector's outbox before an indexer that answers with these statuses. */
async function start(given: Given, options: Partial<OutboxOptions> = {}): Promise<Running> {
  const cursors = await openCursorStore({ dir, engineId: 'e', log });
  const counters = createCounters();
  const received: IngestBatch[] = [];
  const post = async (parts: readonly Buffer[]): Promise<IngestAnswer> => {
    const batch = JSON.parse(Buffer.concat(parts).toString()) as IngestBatch;
    received.push(batch);
    const status = await given(batch);
    const ack = { batchId: batch.id, stored: 0, duplicates: 0, watched: [] };
    return { indexer: 'i', status, message: '', ...(status === 200 ? { ack } : {}) };
  };
  const outbox = openOutbox({
    dir,
    collectorId: 'k',
    engineId: 'e',
    spoolBytes: 2 ** 20,
    policy: 'block',
    cursors,
    counters,
    client: { post, close: () => undefined },
    refused: { keep: () => Promise.resolve() },
    onWatched: () => undefined,
    containerOf: id => ({ ...container, id }),
    sender: () => ({
      collector: { id: 'k', version: '0', startedAt: '', sentAt: '', counters: withInFlight(counters) },
      host: { id: 'e', name: 'h', engineVersion: '', cpus: 1, memoryBytes: 1 },
    }),
    log,
    ...options,
  });
  const one = { outbox, cursors, counters, received };
  running.push(one);
  return one;
}

/** Ends it as it is; what is unsent stays in the spool. */
const end = (one: Running) => {
  running.splice(running.indexOf(one), 1);
  return one.outbox.stop(0);
};

/** Lines `first` to `last` of a container. */
function batchOf(first: number, last: number, text = 'x'): PendingBatch {
  const batch = createPendingBatch(Date.now());
  batch.content.containers.push(container);
  for (let n = first; n <= last; n++) {
    batch.lines.add(0, [
      { stamp: stamp(n), ordinal: 0, stream: 1, text: `${n} ${text}`, bytes: 1, flags: 0 },
    ]);
  }
  const lines = last - first + 1;
  batch.spans.set('c1', { id: 'c1', lines, from: stamp(first), to: stamp(last) });
  batch.progress.logs.set('c1', { watermark: { stamp: stamp(last), stream: 1 } });
  return batch;
}

function enqueue({ outbox, counters }: Running, batch: PendingBatch): void {
  counters.linesRead += batch.lines.count;
  outbox.enqueue(batch);
}

const never = () => new Promise<number>(() => undefined);
const numbersOf = (batches: IngestBatch[]) =>
  batches.flatMap(({ lines }) => lines.map(line => Number.parseInt(line[4], 10)));
const taken = ({ cursors }: Running) => cursors.logCursor('c1')?.watermark.stamp;

describe('a collector that starts again', () => {
  it('goes on where its spool ends, and sends that first, under the same ids', async () => {
    const before = await start(never);
    for (let n = 1; n <= 5; n++) enqueue(before, batchOf(n, n));
    await soon(() => expect(before.received).toHaveLength(3));
    await end(before);

    const after = await start(() => 200);
    expect(taken(after)).toBe(stamp(5));
    enqueue(after, batchOf(6, 6));
    await soon(() => expect(numbersOf(after.received).sort()).toEqual([1, 2, 3, 4, 5, 6]));
    expect(numbersOf(after.received)[0]).toBe(1);
    const ids = (one: Running) => one.received.map(({ id }) => id).filter(id => !id.includes('beat'));
    expect(ids(after)).toEqual(expect.arrayContaining(ids(before)));
    await soon(() =>
      expect(withInFlight(after.counters)).toMatchObject({ linesRead: 6, linesAcked: 6, linesInFlight: 0 }),
    );
    expect(after.cursors.ackedSeq).toBe(6);
  });

  it('sends what happens now beside what is left from before', async () => {
    const before = await start(never);
    for (let n = 1; n <= 40; n++) enqueue(before, batchOf(n, n));
    await end(before);
    const answers: ((status: number) => void)[] = [];
    const after = await start(() => new Promise(resolve => answers.push(resolve)));
    enqueue(after, batchOf(99, 99));
    await soon(() => {
      for (const answer of answers.splice(0)) answer(200);
      expect(numbersOf(after.received)).toContain(99);
    });
    expect(after.received.length).toBeLessThan(10);
  });

  it('reads again from the engine what is damaged, and tells it as lost when the container is gone', async () => {
    const before = await start(never);
    for (let n = 1; n <= 9; n++) enqueue(before, batchOf(n, n));
    await end(before);
    const folder = join(
      dir,
      (await readdir(dir)).find(name => name.startsWith('spool-'))!,
    );
    const [segment = ''] = await readdir(folder);
    const bytes = await readFile(join(folder, segment));
    bytes.write('X', bytes.indexOf('"5 x"') + 1);
    await writeFile(join(folder, segment), bytes);

    const after = await start(() => 200);
    expect(taken(after)).toBe(stamp(4));
    const looked = createPendingBatch(Date.now());
    looked.content.inventory = ['another'];
    enqueue(after, looked);
    await soon(() => expect(numbersOf(after.received).sort()).toEqual([1, 2, 3, 4, 6, 7, 8, 9]));
    await soon(() => expect(after.received.flatMap(({ events }) => events)).toHaveLength(1));
    expect(after.received.flatMap(({ events }) => events)[0]).toMatchObject({
      action: 'log-gap',
      gap: { from: stamp(5), to: stamp(5), lines: 1, reason: 'spool-damaged' },
    });
    const damaged = after.received.at(-1)?.collector.spool?.damagedBytes;
    expect(damaged).toBeGreaterThan(0);
  });
});

describe('a collector that is killed', () => {
  /** Its folder as it is at this moment, with a collector on it that comes after. */
  async function startOnWhatIsLeft(): Promise<Running> {
    const copy = await mkdtemp(join(tmpdir(), 'quaylog-outbox-'));
    await cp(dir, copy, { recursive: true });
    await rm(dir, { recursive: true });
    dir = copy;
    return start(never);
  }
  const spooledBytes = async () => {
    const folder = (await readdir(dir)).find(name => name.startsWith('spool-')) ?? '';
    const sizes = (await readdir(join(dir, folder))).map(
      async name => (await readFile(join(dir, folder, name))).length,
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  };

  it('leaves what was not acknowledged in time in its spool', async () => {
    const before = await start(never);
    for (let n = 1; n <= 5; n++) enqueue(before, batchOf(n, n));
    await vi.waitUntil(async () => (await spooledBytes()) > 1_000, { timeout: 20_000, interval: 5 });
    const after = await startOnWhatIsLeft();
    expect(taken(after)).toBe(stamp(5));
    await soon(() => expect(numbersOf(after.received)).toContain(1));
  });

  it('has not written what was acknowledged at once', async () => {
    const one = await start(() => 200);
    enqueue(one, batchOf(1, 1));
    await soon(() => expect(one.cursors.ackedSeq).toBe(1));
    enqueue(one, batchOf(2, 2));
    await soon(() => expect(one.cursors.ackedSeq).toBe(2));
    await end(one);
    expect(await spooledBytes()).toBe(0);
    expect(taken(await start(() => 200))).toBe(stamp(2));
  });

  it('leaves the notes of what was acknowledged out of turn, so that nothing is read again', async () => {
    const before = await start(batch => (batch.lines.some(line => line[4].startsWith('2 ')) ? 200 : never()));
    for (let n = 1; n <= 3; n++) enqueue(before, batchOf(n, n));
    await soon(() => expect(before.counters.linesAcked).toBe(1));
    await vi.waitUntil(async () => (await spooledBytes()) > 1_000, { timeout: 20_000, interval: 5 });
    const after = await startOnWhatIsLeft();
    expect(taken(after)).toBe(stamp(3));
    await soon(() => expect(numbersOf(after.received).sort()).toEqual([1, 3]));
  });

  it('has written all it knew at the moment it heard that a container ended', async () => {
    const before = await start(never);
    enqueue(before, batchOf(1, 1));
    const last = batchOf(2, 2);
    last.content.events.push({ container: 0, at: stamp(3), ordinal: 0, action: 'die' });
    enqueue(before, last);
    const after = await startOnWhatIsLeft();
    expect(taken(after)).toBe(stamp(2));
  });
});

describe('a spool that is full', () => {
  const big = 'y'.repeat(1_000);
  /** More than fits, hundred lines at a time. */
  const overfill = (one: Running) => {
    for (let n = 0; n < 20; n++) enqueue(one, batchOf(n * 100, n * 100 + 99, big));
  };

  it('holds readers, and lets them go one after the other', async () => {
    let status = 503;
    const one = await start(() => status);
    const now = new Date().toISOString();
    expect(one.outbox.room(now)).toBeUndefined();
    overfill(one);
    const order: number[] = [];
    for (const n of [1, 2, 3]) void one.outbox.room(now)?.then(() => order.push(n));
    expect(order).toEqual([]);
    status = 200;
    await soon(() => expect(order).toEqual([1, 2, 3]));
    expect(one.outbox.room(now)).toBeUndefined();
    await soon(() => expect(new Set(numbersOf(one.received)).size).toBe(2_000));
    await soon(() =>
      expect(withInFlight(one.counters)).toMatchObject({
        linesAcked: 2_000,
        linesInFlight: 0,
        linesDropped: 0,
      }),
    );
  });

  it('drops the oldest lines where it is told to, and tells how many', async () => {
    let status = 503;
    const one = await start(() => status, { policy: 'drop-oldest' });
    overfill(one);
    expect(one.outbox.room(new Date().toISOString())).toBeUndefined();
    expect(one.counters.linesDropped).toBeGreaterThan(0);
    status = 200;
    await soon(() => expect(withInFlight(one.counters).linesInFlight).toBe(0));
    const { linesRead, linesAcked, linesDropped } = one.counters;
    expect(linesAcked + linesDropped).toBe(linesRead);
    const arrived = new Set(numbersOf(one.received));
    expect(arrived).toContain(1_999);
    expect(arrived.size).toBe(linesAcked);
    const gaps = one.received.flatMap(({ events }) => events.map(event => event.gap));
    expect(gaps.reduce((sum, gap) => sum + (gap?.lines ?? 0), 0)).toBe(linesDropped);
    expect(new Set(gaps.map(gap => gap?.reason))).toEqual(new Set(['spool-full']));
  });
});

it('lines that are old wait while there is a backlog, those of now do not', async () => {
  const one = await start(() => 503, { spoolBytes: 2 ** 26 });
  const [old, now] = ['2020-01-01T00:00:00.000000000Z', new Date().toISOString()];
  expect(one.outbox.room(old)).toBeUndefined();
  for (let n = 0; n < 9; n++) enqueue(one, batchOf(n, n, 'z'.repeat(2 ** 20)));
  expect(one.outbox.room(old)).toBeInstanceOf(Promise);
  expect(one.outbox.room(now)).toBeUndefined();
});
