/** What the embedded store keeps when processes are killed, files break, disks fill and hours grow old. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { createEmbeddedStore, type EmbeddedStoreOptions } from '#indexer/store/embedded-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { createMemoryStore } from '#indexer/store/memory-store.ts';
import { eventually } from '../support/eventually.ts';
import { numberedBatch } from '../support/numbered-batch.ts';
import { aRecord, at } from '../support/records.ts';
import { ALL, batchOf, EVER, find, is, word } from './store-under-test.ts';

const PATIENCE = { timeout: 180_000 };

let dir: string;
let store: LogStore | undefined;
let notices: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quaylog-store-'));
  notices = [];
});
afterEach(async () => {
  await store?.close();
  store = undefined;
  await rm(dir, { recursive: true });
}, PATIENCE.timeout);

async function reopen(options: Partial<EmbeddedStoreOptions> = {}): Promise<LogStore> {
  await store?.close();
  const note = (_: object, message: string): void => void notices.push(message);
  store = await createEmbeddedStore({
    dir,
    retentionAgeMs: 'all',
    retentionBytes: Infinity,
    now: () => new Date('2026-11-22T12:30:00Z'),
    log: { info: note, warn: note, error: note },
    ...options,
  });
  return store;
}

/** With every hour over and packed. */
async function reopenPacked(): Promise<LogStore> {
  const later = () => new Date('2026-12-01T00:00:00Z');
  const packed = await reopen({ now: later, tidyEveryMs: 50, packIdleMs: 0 });
  await eventually(async () => (await readdir(dir)).every(name => !name.endsWith('.db')), {
    what: 'all hours are packed',
    withinMs: 60_000,
  });
  return packed;
}

async function readAll(from: LogStore): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for (;;) {
    const after = all.at(-1)?.event.id;
    const { records } = await from.findRecords(
      find({ order: 'asc', limit: 1_000, countUpTo: 0, ...(after && { after }) }),
    );
    all.push(...records);
    if (records.length < 1_000) return all;
  }
}

const hourFile = (hour: string): string => join(dir, `${hour}.db`);

describe('a writer killed again and again', PATIENCE, () => {
  /** Appends from `first` on in a process of its own, and kills it after `acks` acknowledgements. The last of them. */
  function writeAndKill(first: number, acks: number): Promise<number> {
    const program = join(import.meta.dirname, '../support/append-forever.ts');
    const child = spawn(process.execPath, [program, dir, String(first)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    return new Promise(resolve => {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.split('\n').length > acks) child.kill('SIGKILL');
      });
      child.once('close', () => resolve(Number(output.trimEnd().split('\n').at(-1))));
    });
  }

  test('loses nothing acknowledged and doubles nothing', async () => {
    let acked = 0;
    for (const acks of [1, 7, 20, 3, 12]) {
      // The last batches once more, as a collector that missed the answer would send them.
      acked = await writeAndKill(Math.max(0, acked - 2), acks);
    }
    const reopened = await reopen();
    const records = await readAll(reopened);
    expect(new Set(records.map(record => record.event.id)).size).toBe(records.length);
    const messages = new Set(records.map(record => record.message));
    const missing = Array.from({ length: acked + 1 }, (_, n) => numberedBatch(n))
      .flatMap(batch => batch.records)
      .filter(record => !messages.has(record.message));
    expect(missing).toEqual([]);
    for (const query of [ALL, word('batch')]) {
      const { buckets } = await reopened.histogram({ ...EVER, query, buckets: 1 });
      expect(buckets.reduce((sum, { total }) => sum + total, 0)).toBe(records.length);
    }
    expect((await reopened.findEvents({ ...EVER, order: 'asc', limit: 10_000 })).length).toBeGreaterThan(
      acked,
    );
    expect(notices).toEqual([]);
  });
});

describe('a broken file', PATIENCE, () => {
  const HOUR = '2026-11-22T10';
  const breakages: [string, (path: string) => Promise<void>][] = [
    ['cut in half', async path => truncate(path, Math.floor((await stat(path)).size / 2))],
    ['cut to nothing', path => truncate(path, 0)],
    ['no database at all', path => writeFile(path, 'not a database '.repeat(1_000))],
    ['overwritten from its second page on', path => overwrite(path, 4_096)],
    ['overwritten at its end', async path => overwrite(path, Math.floor((await stat(path)).size * 0.4))],
  ];

  async function overwrite(path: string, from: number): Promise<void> {
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(size - from, 0xa5), 0, size - from, from);
    await file.close();
  }

  test.each(breakages)(
    '%s is set aside; the others answer and the hour begins anew',
    async (_, breakFile) => {
      const batches = Array.from({ length: 40 }, (_, n) => numberedBatch(n));
      const whole = batchOf({ records: batches.flatMap(batch => batch.records) });
      await (await reopen()).append(whole);
      const original = new Map(whole.records.map(record => [record.event.id, record]));
      await store?.close();
      store = undefined;
      await breakFile(hourFile(HOUR));

      const broken = await reopen();
      const left = await readAll(broken);
      expect(left.filter(record => record['@timestamp'].startsWith('2026-11-22T11'))).toHaveLength(1_000);
      for (const record of left) expect(record).toEqual(original.get(record.event.id));
      await broken.facets({ ...EVER, query: word('line'), field: 'message', limit: 1 });
      await eventually(async () => (await readdir(dir)).some(name => name.includes('.damaged-')), {
        what: 'the broken file is set aside',
      });
      expect(notices).toContain('damaged file set aside');

      await broken.append(whole);
      expect(await readAll(broken)).toHaveLength(2_000);
    },
  );

  test('met while appending is set aside, and the batch is stored', async () => {
    await (await reopen()).append(numberedBatch(0));
    await store?.close();
    store = undefined;
    await writeFile(hourFile(HOUR), 'garbage'.repeat(2_000));
    const batch = numberedBatch(1);
    expect(await (await reopen()).append(batch)).toMatchObject({ duplicates: 0 });
    expect(notices).toEqual(['damaged file set aside']);
    const page = await store!.findRecords(find({ query: word('1') }));
    expect(page.records.length).toBeGreaterThanOrEqual(50);
  });
});

describe('a full disk', PATIENCE, () => {
  const mounted: string[] = [];
  afterEach(async () => {
    await store?.close();
    store = undefined;
    for (const path of mounted.splice(0)) execFileSync('/bin/umount', ['-l', path]);
  });

  function mountTmpfs(path: string): boolean {
    try {
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' });
      mounted.push(path);
      return true;
    } catch {
      return false;
    }
  }

  test('refuses with store_full, keeps what it acknowledged, and goes on when there is space', async context => {
    const small = join(dir, 'small');
    await mkdir(small);
    if (!mountTmpfs(small)) context.skip('mounting a small file system needs root');
    const filler = join(small, 'filler');
    await writeFile(filler, Buffer.alloc(4 * 2 ** 20));
    const full = await reopen({ dir: small });
    let acked = 0;
    const refusal = await (async () => {
      for (;;) {
        try {
          await full.append(numberedBatch(acked));
          acked++;
        } catch (error) {
          return error;
        }
      }
    })();
    expect(refusal).toMatchObject({ code: 'store_full', retry: true });
    expect(acked).toBeGreaterThan(0);
    await expect(full.append(numberedBatch(acked))).rejects.toMatchObject({ code: 'store_full' });
    const { total } = await full.findRecords(find({ limit: 1, countUpTo: 1e9 }));
    expect(total.value).toBeGreaterThanOrEqual(acked * 50);

    await rm(filler);
    await eventually(() => full.append(numberedBatch(acked)), { what: 'the store takes batches again' });
    expect(await readAll(full)).toHaveLength((acked + 1) * 50);
    expect(notices).toEqual([]);
  });
});

describe('retention', PATIENCE, () => {
  const hours = async (): Promise<string[]> =>
    (await readdir(dir)).filter(name => name.endsWith('.db')).map(name => name.slice(0, 13));

  beforeEach(async () => {
    const records = [0, 1, 2].map(hour => aRecord({ at: at(hour * 3_600) }));
    await (await reopen()).append(batchOf({ records }));
  });

  test('drops hours that ended longer ago than the age', async () => {
    const after = await reopen({ retentionAgeMs: 3_600_000 });
    await eventually(async () => (await hours()).length === 2, { what: 'one hour is dropped' });
    expect(await hours()).toEqual(['2026-11-22T11', '2026-11-22T12']);
    expect(await readAll(after)).toHaveLength(2);
    expect(notices).toEqual(['hours dropped by retention']);
  });

  test('drops the oldest hours beyond the size, never the newest', async () => {
    const after = await reopen({ retentionBytes: 1 });
    await eventually(async () => (await hours()).length === 1, { what: 'two hours are dropped' });
    expect(await hours()).toEqual(['2026-11-22T12']);
    const late = aRecord({ at: at(1) });
    expect(await after.append(batchOf({ records: [late] }))).toMatchObject({ duplicates: 0 });
    expect(await readAll(after)).toHaveLength(2);
  });
});

describe('a folder', PATIENCE, () => {
  test('is used by one store at a time', async () => {
    await reopen();
    const second = createEmbeddedStore({
      dir,
      retentionAgeMs: 'all',
      retentionBytes: Infinity,
      now: () => new Date(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    await expect(second).rejects.toMatchObject({ code: 'store_failed', message: /in use by another/ });
  });

  test('that cannot be made is said so at once', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    await expect(reopen({ dir: join(file, 'logs') })).rejects.toMatchObject({ code: 'store_failed' });
  });

  test('of a newer format is refused when written and left out when read', async () => {
    await (await reopen()).append(batchOf({ records: [aRecord(), aRecord({ at: at(3_600) })] }));
    await store?.close();
    store = undefined;
    const path = hourFile('2026-11-22T10');
    const bytes = await readFile(path);
    bytes.writeUInt32BE(99, 60); // user_version in SQLite's header
    await writeFile(path, bytes);
    const older = await reopen();
    await expect(older.append(batchOf({ records: [aRecord({ ordinal: 1 })] }))).rejects.toMatchObject({
      code: 'store_failed',
    });
    expect(await readAll(older)).toHaveLength(1);
    expect(await readFile(path)).toEqual(bytes);
  });
});

describe('an hour of many spans', PATIENCE, () => {
  /** 12,000 records of one hour, a third of them far out of order. */
  function shuffledRecords(): LogRecord[] {
    return Array.from({ length: 12_000 }, (_, i) => {
      const second = i % 3 === 0 ? (i * 7_919) % 3_600 : Math.floor(i * 0.3);
      const words = ['tick', i % 5 === 0 ? 'common' : '', i % 997 === 0 ? 'rare' : '', `n${i}`];
      return aRecord({
        at: at(second, i),
        message: words.join(' '),
        log: { level: i % 11 === 0 ? 'error' : 'info' },
        container: { id: `c${i % 40}`, name: i < 11_900 ? `web-${i % 40}` : 'new' },
        ...(i % 2 === 0 && { app: { user: `u${i % 50}` } }),
      });
    });
  }

  /** In packs its numbers are in several runs. */
  test.each([false, true])('answers as the memory store does (packed: %s)', async isPacked => {
    const [live, reference] = [await reopen(), createMemoryStore()];
    const records = shuffledRecords();
    for (let i = 0; i < records.length; i += 1_000) {
      const batch = batchOf({ records: records.slice(i, i + 1_000) });
      await live.append(batch);
      await reference.append(batch);
    }
    const many = isPacked ? await reopenPacked() : live;
    const queries = [
      ALL,
      word('tick'),
      word('common'),
      word('rare'),
      is('container.name', 'new'),
      is('app.user', 'u8'),
      is('app.user', 'u77'),
      { type: 'exists' as const, field: 'app.user' },
      { type: 'and' as const, nodes: [is('app.user', 'u8'), word('common')] },
      { type: 'not' as const, node: word('common') },
      { type: 'and' as const, nodes: [is('log.level', 'error'), word('common')] },
      { type: 'or' as const, nodes: [is('log.level', 'error'), word('rare')] },
      { type: 'is' as const, field: 'message', value: { kind: 'wildcard' as const, pattern: '*97*' } },
    ];
    const ranges = [EVER, { from: at(1_000, 5), to: at(1_207) }];
    for (const query of queries) {
      for (const range of ranges) {
        for (const order of ['asc', 'desc'] as const) {
          const ask = find({ ...range, query, order, limit: 20, countUpTo: 500 });
          const page = await reference.findRecords(ask);
          expect(await many.findRecords(ask)).toEqual(page);
          const after = page.records.at(-1)?.event.id;
          if (after === undefined) continue;
          expect(await many.findRecords({ ...ask, after })).toEqual(
            await reference.findRecords({ ...ask, after }),
          );
        }
        const bars = { ...range, query, buckets: 70 };
        expect(await many.histogram(bars)).toEqual(await reference.histogram(bars));
        for (const field of ['container.name', 'app.user']) {
          const values = { ...range, query, field, limit: 60 };
          expect(await many.facets(values)).toEqual(await reference.facets(values));
        }
      }
    }
  });

  test('stops when it is told to', async () => {
    const many = await reopen();
    await many.append(batchOf({ records: shuffledRecords().slice(0, 5_000) }));
    const controller = new AbortController();
    const abandoned = many.facets({ ...EVER, query: ALL, field: 'app.user', limit: 1 }, controller.signal);
    controller.abort(new Error('left'));
    await expect(abandoned).rejects.toThrow('left');
    expect((await many.findRecords(find({ limit: 1 }))).records).toHaveLength(1);
  });
});
