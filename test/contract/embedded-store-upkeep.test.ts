/** What is done with the files of the embedded store: earlier formats read and packed, files checked, copied while written. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { backUpStore, checkStore } from '#indexer/store-upkeep.ts';
import { createEmbeddedStore, type EmbeddedStoreOptions } from '#indexer/store/embedded-store.ts';
import type { LogStore, StoreBatch } from '#indexer/store/log-store.ts';
import { createMemoryStore } from '#indexer/store/memory-store.ts';
import { eventually } from '../support/eventually.ts';
import { numberedBatch } from '../support/numbered-batch.ts';
import { aRecord, at } from '../support/records.ts';
import { ALL, batchOf, EVER, find, is, word } from './store-under-test.ts';

const PATIENCE = { timeout: 180_000 };
const HOURS = ['2026-11-22T10', '2026-11-22T11'];

let data: string;
let store: LogStore | undefined;
let notices: string[];
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quaylog-upkeep-'));
  await mkdir(join(data, 'logs'));
  notices = [];
});
afterEach(async () => {
  await close();
  await rm(data, { recursive: true });
}, PATIENCE.timeout);

async function close(): Promise<void> {
  await store?.close();
  store = undefined;
}

async function reopen(options: Partial<EmbeddedStoreOptions> = {}): Promise<LogStore> {
  await close();
  const note = (_: object, message: string): void => void notices.push(message);
  store = await createEmbeddedStore({
    dir: join(data, 'logs'),
    retentionAgeMs: 'all',
    retentionBytes: Infinity,
    now: () => new Date('2026-11-22T10:30:00Z'),
    log: { info: note, warn: note, error: note },
    ...options,
  });
  return store;
}

/** Every hour is over: all is packed as soon as the thread gets to it. */
const AT_ONCE = { now: () => new Date('2026-12-01T00:00:00Z'), tidyEveryMs: 50, packIdleMs: 0 };

const files = async (): Promise<string[]> =>
  (await readdir(join(data, 'logs'))).filter(name => /\.(?:db|pack)$/.test(name)).sort();

const untilPacked = (): Promise<true> =>
  eventually(async () => (await files()).every(name => name.endsWith('.pack')), {
    what: 'all hours are packed',
    withinMs: 60_000,
  });

async function readAll(from: LogStore): Promise<LogRecord[]> {
  return (await from.findRecords(find({ order: 'asc', limit: 10_000 }))).records;
}

/** Whether two stores say the same of what numbered batches hold. */
async function expectSame(one: LogStore, other: LogStore): Promise<void> {
  expect(await readAll(one)).toEqual(await readAll(other));
  for (const query of [ALL, word('17'), is('message', 'batch 3 line'), is('container.id', 'container-3')]) {
    const bars = { ...EVER, query, buckets: 50 };
    expect(await one.histogram(bars)).toEqual(await other.histogram(bars));
    const page = find({ query, limit: 20 });
    expect(await one.findRecords(page)).toEqual(await other.findRecords(page));
  }
  const events = { ...EVER, order: 'desc' as const, limit: 1_000 };
  expect(await one.findEvents(events)).toEqual(await other.findEvents(events));
  const samples = { ...EVER, perContainer: 1_000 };
  expect(await one.findSamples(samples)).toEqual(await other.findSamples(samples));
}

async function memoryOf(batches: readonly StoreBatch[]): Promise<LogStore> {
  const memory = createMemoryStore();
  for (const batch of batches) await memory.append(batch);
  return memory;
}

const numberedBatches = (count: number): StoreBatch[] =>
  Array.from({ length: count }, (_, n) => numberedBatch(n));

/** What an earlier format wrote of the numbered batches 0 to 29. */
async function putFixture(fixture: string, name: string): Promise<void> {
  const packed = await readFile(join(import.meta.dirname, `../fixtures/store/${fixture}.zst`));
  await writeFile(join(data, 'logs', name), zstdDecompressSync(packed));
}

test(
  'packs of format 2 are read, refuse what they have, and are packed with what is new',
  PATIENCE,
  async () => {
    for (const hour of HOURS) await putFixture(`format-2-${hour}.pack`, `${hour}-0001.pack`);
    const old = await reopen();
    await expectSame(old, await memoryOf(numberedBatches(30)));
    const batches = numberedBatches(32);
    for (const [n, batch] of batches.entries())
      expect((await old.append(batch)).duplicates).toBe(n < 30 ? 52 : 0);
    const packed = await reopen(AT_ONCE);
    await untilPacked();
    await expectSame(packed, await memoryOf(batches));
  },
);

describe('files of format 1', PATIENCE, () => {
  beforeEach(async () => {
    for (const hour of HOURS) await putFixture(`format-1-${hour}.db`, `${hour}.db`);
  });

  test('are read as they are', async () => {
    await expectSame(await reopen(), await memoryOf(numberedBatches(30)));
  });

  test('take new records and refuse what they have', async () => {
    const old = await reopen();
    const batches = numberedBatches(32);
    for (const [n, batch] of batches.entries()) {
      const { duplicates } = await old.append(batch);
      expect(duplicates).toBe(n < 30 ? 52 : 0);
    }
    await expectSame(old, await memoryOf(batches));
    await expectSame(await reopen(), await memoryOf(batches));
  });

  test('become packs when nothing else is to be done', async () => {
    const packed = await reopen(AT_ONCE);
    await untilPacked();
    expect(await files()).toEqual(HOURS.map(hour => `${hour}-0001.pack`));
    await expectSame(packed, await memoryOf(numberedBatches(30)));
    expect((await packed.append(numberedBatch(29))).duplicates).toBe(52);
    expect(notices).toEqual([]);
  });
});

describe('checking', PATIENCE, () => {
  beforeEach(async () => {
    const filled = await reopen();
    for (const batch of numberedBatches(30)) await filled.append(batch);
  });

  /** Turns one bit in the middle of a file. */
  async function damage(name: string): Promise<void> {
    const path = join(data, 'logs', name);
    const { size } = await stat(path);
    const file = await open(path, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, size >> 1);
    await file.write(Buffer.of((byte[0] ?? 0) ^ 16), 0, 1, size >> 1);
    await file.close();
  }

  test('finds whole files whole, also while they are written', async () => {
    const running = await checkStore(data);
    expect(running).toMatchObject({ isInUse: true, damagedBefore: [] });
    expect(running.files.map(({ verdict, records }) => [verdict, records])).toEqual([
      ['whole', 750],
      ['whole', 750],
    ]);
    await reopen(AT_ONCE);
    await untilPacked();
    await close();
    const packed = await checkStore(data);
    expect(packed.isInUse).toBe(false);
    expect(packed.files.reduce((sum, { records }) => sum + records, 0)).toBe(1_500);
  });

  test.each([false, true])('finds a flipped bit and sets the file aside (packed: %s)', async isPacked => {
    if (isPacked) {
      await reopen(AT_ONCE);
      await untilPacked();
    }
    await close();
    const [name = ''] = await files();
    await damage(name);
    const command = (...more: string[]) =>
      spawnSync(process.execPath, ['cli/quaylog.ts', 'store', 'check', '--data', data, ...more], {
        encoding: 'utf8',
      });
    const { status, stdout } = command();
    expect(stdout).toContain(`damaged  ${name}`);
    expect(status).toBe(1);
    expect(await files()).not.toContain(name);
    const again = command('--json');
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ isInUse: false, damagedBefore: [expect.anything()] });
    expect(await readAll(await reopen())).toHaveLength(750);
  });

  test('says what to do where there is no store', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['cli/quaylog.ts', 'store', 'check', '--data', join(data, 'nowhere')],
      { encoding: 'utf8' },
    );
    expect(stderr).toMatch(/is not there: is .* the data folder/);
    expect(status).toBe(1);
  });
});

describe('a backup', PATIENCE, () => {
  const backup = (): string => join(data, '../', `${data.split('/').at(-1)}-backup`);
  afterEach(() => rm(backup(), { recursive: true, force: true }));

  async function openBackup(): Promise<LogStore> {
    await close();
    return reopen({ dir: join(backup(), 'logs') });
  }

  test('made while batches come and hours are packed holds all that was acknowledged before', async () => {
    const busy = await reopen(AT_ONCE);
    let acked = 0;
    let isStopped = false;
    const writing = (async () => {
      while (!isStopped) await busy.append(numberedBatch(acked++));
    })();
    for (let round = 0; round < 5; round++) {
      const before = acked - 1;
      await backUpStore(data, backup());
      const { files: copied } = await checkStore(backup());
      expect(copied.filter(({ verdict }) => verdict !== 'whole')).toEqual([]);
      await eventually(() => Promise.resolve(acked > before + 3), { what: 'batches come meanwhile' });
    }
    const before = acked - 1;
    await backUpStore(data, backup());
    isStopped = true;
    await writing;
    const records = await readAll(await openBackup());
    const ids = new Set(records.map(record => record.event.id));
    expect(ids.size).toBe(records.length);
    const missing = numberedBatches(Math.min(before, 150))
      .flatMap(batch => batch.records)
      .filter(record => !ids.has(record.event.id));
    expect(missing).toEqual([]);
  });

  test('copies again only what is new', async () => {
    const filled = await reopen(AT_ONCE);
    await filled.append(numberedBatch(0));
    await untilPacked();
    expect(await backUpStore(data, backup())).toMatchObject({ copied: 2, kept: 0 });
    expect(await backUpStore(data, backup())).toMatchObject({ copied: 0, kept: 2, bytes: 0 });
    await filled.append(batchOf({ records: [aRecord({ at: at(5) })] }));
    await untilPacked();
    expect(await backUpStore(data, backup())).toMatchObject({ copied: 1, kept: 1 });
    expect(await readAll(await openBackup())).toHaveLength(51);
  });

  test('is not made into the data folder', async () => {
    await expect(backUpStore(data, join(data, 'copy'))).rejects.toThrow(/name another folder/);
  });
});
