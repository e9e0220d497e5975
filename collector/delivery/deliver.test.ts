import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IngestBatch, WireLine } from '#contract/batch.ts';
import { createCounters } from '../counters.ts';
import { createBatcher } from './batcher.ts';
import { openCursorStore } from '../cursor/cursor-store.ts';
import { createIndexerClient } from './indexer-client.ts';
import { openOutbox, type Outbox } from './outbox.ts';
import {
  createPendingBatch,
  decodeContent,
  encodeBatch,
  splitContent,
  type PendingBatch,
} from './pending-batch.ts';
import { createRefusedItems } from './refused-items.ts';

/** The deadline bounds a hang on a busy machine; it is not a measure of speed. */
const soon = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });
vi.setConfig({ testTimeout: 30_000 });

type Answer = { status: number; text?: string } | 'cut';

let server: Server;
let outbox: Outbox;
let dir: string;
let received: IngestBatch[];
let answer: (batch: IngestBatch) => Answer | Promise<Answer>;
let acked: number[];
const counters = createCounters();
const watched: string[][] = [];

const stamp = (n: number) => `2026-11-22T10:00:00.${String(n).padStart(9, '0')}Z`;
const container = { id: 'c1', name: 'web', image: { name: 'img' }, labels: {} };
const line = (n: number): WireLine => [0, 1, stamp(n), 0, `line ${n}`, 0, 6];
const aLine = (n: number, text = `line ${n}`) =>
  ({ stamp: stamp(n), ordinal: 0, stream: 1, text, bytes: text.length, flags: 0 }) as const;

function batchOf(...numbers: number[]): PendingBatch {
  const batch = createPendingBatch(Date.now());
  batch.content.containers.push(container);
  batch.lines.add(
    0,
    numbers.map(n => aLine(n)),
  );
  return batch;
}

beforeEach(async () => {
  received = [];
  acked = [];
  answer = () => ({ status: 200 });
  Object.assign(counters, createCounters());
  dir = await mkdtemp(join(tmpdir(), 'quaylog-delivery-'));
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const batch = JSON.parse(Buffer.concat(parts).toString()) as IngestBatch;
      void Promise.resolve(answer(batch)).then(given => {
        if (given === 'cut') return request.socket.destroy();
        if (given.status === 200 && given.text === undefined) received.push(batch);
        response.statusCode = given.status;
        const ack = { batchId: batch.id, stored: batch.lines.length, duplicates: 0, watched: ['c1'] };
        return response.end(given.text ?? JSON.stringify(ack));
      });
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const log = pino({ level: 'silent' });
  const cursors = await openCursorStore({ dir: join(dir, 'collector'), engineId: 'h', log });
  vi.spyOn(cursors, 'advance').mockImplementation((_, seq) => void acked.push(seq));
  outbox = openOutbox({
    dir: join(dir, 'collector'),
    collectorId: 'k',
    engineId: 'h',
    spoolBytes: 2 ** 25,
    policy: 'block',
    cursors,
    client: createIndexerClient({
      urls: [`http://127.0.0.1:${port}`],
      token: '',
      compression: 'auto',
      tls: {},
    }),
    sender: () => ({
      collector: {
        id: 'k',
        version: '0',
        startedAt: '',
        sentAt: '',
        counters: { ...counters, linesInFlight: 0 },
      },
      host: { id: 'h', name: 'h', engineVersion: '', cpus: 1, memoryBytes: 1 },
    }),
    refused: createRefusedItems(join(dir, 'refused'), () => Date.parse('2026-11-22T10:00:00Z')),
    counters,
    onWatched: ids => watched.push(ids),
    containerOf: id => ({ ...container, id }),
    log,
  });
});

afterEach(async () => {
  await outbox.stop(0);
  server.close();
  await rm(dir, { recursive: true, force: true });
});

const sent = () => received.flatMap(batch => batch.lines.map(l => l[4]));

describe('delivery', () => {
  it('reports acks in order although a later batch is acked first', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
    answer = async batch => {
      if (batch.lines[0]?.[4] === 'line 1') await held;
      return { status: 200 };
    };
    const batches = [batchOf(1), batchOf(2), batchOf(3)];
    batches.forEach(batch => outbox.enqueue(batch));
    await soon(() => expect(received).toHaveLength(2));
    expect(acked).toEqual([]);
    release(undefined);
    await soon(() => expect(acked).toEqual([1, 2, 3]));
    expect(counters.linesAcked).toBe(3);
    expect(watched.at(-1)).toEqual(['c1']);
  });

  it.each<[string, Answer]>([
    ['a server error', { status: 500 }],
    ['a store that is full', { status: 503 }],
    ['too many requests', { status: 429 }],
    ['a connection that is cut', 'cut'],
    ['something that is no indexer', { status: 200, text: '<html>' }],
  ])('tries again after %s, under the same id, until it is acked', async (_, failure) => {
    const ids: string[] = [];
    answer = batch => {
      ids.push(batch.id);
      return ids.length < 3 ? failure : { status: 200 };
    };
    outbox.enqueue(batchOf(1, 2));
    await soon(() => expect(acked).toHaveLength(1));
    expect(new Set(ids).size).toBe(1);
    expect(sent()).toEqual(['line 1', 'line 2']);
  });

  it('sends a single line after all that was refused by an indexer that is another one now', async () => {
    let refusals = 0;
    answer = batch => (batch.lines.length > 0 && refusals++ === 0 ? { status: 400 } : { status: 200 });
    outbox.enqueue(batchOf(1));
    await soon(() => expect(acked).toEqual([1]));
    expect(counters).toMatchObject({ linesAcked: 1, linesRefused: 0 });
  });

  it('keeps the single line at fault on disk and sends all others', async () => {
    const isBad = (batch: IngestBatch) => batch.lines.some(l => l[4] === 'line 5');
    answer = batch =>
      isBad(batch) ? { status: 400, text: '{"error":{"message":"no such line"}}' } : { status: 200 };
    outbox.enqueue(batchOf(1, 2, 3, 4, 5, 6, 7));
    outbox.enqueue(batchOf(8));
    await soon(() => expect(acked).toHaveLength(2));
    expect(sent().sort()).toEqual([1, 2, 3, 4, 6, 7, 8].map(n => `line ${n}`));
    expect(counters).toMatchObject({ linesAcked: 7, linesRefused: 1 });
    const [file] = await readdir(join(dir, 'refused'));
    const kept = JSON.parse(await readFile(join(dir, 'refused', file!), 'utf8')) as {
      lines: WireLine[];
      reason: string;
    };
    expect(kept).toMatchObject({ reason: 'no such line', lines: [line(5)], containers: [container] });
  });

  it('refuses nothing when the indexer takes no batch at all: it waits for one of its own version', async () => {
    let refusals = 0;
    answer = () => (refusals++ < 6 ? { status: 400, text: '{}' } : { status: 200 });
    outbox.enqueue(batchOf(1, 2, 3));
    await soon(() => expect(acked).toHaveLength(1));
    expect(counters.linesRefused).toBe(0);
    expect(existsSync(join(dir, 'refused'))).toBe(false);
  });
});

describe('a batch', () => {
  const enqueued: PendingBatch[] = [];
  const sink = {
    enqueue: (batch: PendingBatch) => void enqueued.push(batch),
    room: () => undefined,
    state: 'busy',
  } as const;
  beforeEach(() => void enqueued.splice(0));

  it('is closed by count, names each container once and accounts for its last lines', () => {
    const batcher = createBatcher(sink);
    const other = { ...container, id: 'c2' };
    for (let n = 0; n < 5_000; n++)
      void batcher.addLines(n % 2 === 0 ? container : other, [aLine(n)], {
        watermark: { stamp: stamp(n), stream: 1 },
      });
    expect(enqueued).toHaveLength(1);
    const { content, lines, progress } = enqueued[0]!;
    expect(content.containers.map(c => c.id)).toEqual(['c1', 'c2']);
    expect(lines.count).toBe(5_000);
    expect(progress.logs.get('c2')?.watermark.stamp).toBe(stamp(4_999));
  });

  it('is closed by bytes', () => {
    const batcher = createBatcher(sink);
    for (let n = 0; n < 3; n++) void batcher.addLines(container, [aLine(n, 'x'.repeat(600_000))], null);
    expect(enqueued).toHaveLength(1);
    batcher.flush();
    expect(enqueued.map(batch => batch.lines.count)).toEqual([2, 1]);
  });

  it('is closed at once while nothing is on its way, and what follows closely goes together', async () => {
    const batcher = createBatcher({ ...sink, state: 'idle' });
    for (let n = 0; n < 5; n++) void batcher.addLines(container, [aLine(n)], null);
    expect(enqueued.map(batch => batch.lines.count)).toEqual([1]);
    await soon(() => expect(enqueued.map(batch => batch.lines.count)).toEqual([1, 4]));
  });

  it('is closed by age while others are on their way', async () => {
    createBatcher(sink).addSample(container, { at: stamp(1) } as never);
    expect(enqueued).toHaveLength(0);
    await soon(() => expect(enqueued).toHaveLength(1));
  });

  it('that is split keeps every item once', () => {
    const batch = batchOf(1, 2, 3);
    batch.content.events.push({ container: 0, at: stamp(1), ordinal: 0, action: 'die' });
    batch.content.inventory = ['c1'];
    const content = decodeContent(encodeBatch(batch));
    expect(content.lines).toEqual([1, 2, 3].map(line));
    const [first, second] = splitContent(content)!;
    expect([...first.lines, ...second.lines]).toEqual(content.lines);
    expect([...first.events, ...second.events]).toEqual(content.events);
    expect([first.inventory, second.inventory]).toEqual([undefined, ['c1']]);
    expect(splitContent(decodeContent(encodeBatch(batchOf(1))))).toBeNull();
  });
});
