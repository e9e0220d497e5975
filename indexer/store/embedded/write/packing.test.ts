import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { findRecords } from '../ask/answers.ts';
import { append, aRecordOf, aWriter, FIND, finish, HOUR, packAll } from '../hours.fixture.ts';
import { createOpenHours } from '../ask/open-hours.ts';
import { packHour } from '../pack/packer.ts';

const LIVE = `${HOUR}.db`;
const records = Array.from({ length: 1_500 }, (_, i) => aRecordOf((i * 7) % 1_500));
const inOrder = records.toSorted((a, b) => (a.event.id < b.event.id ? -1 : 1));

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'quaylog-packing-'))));
afterEach(() => rmSync(dir, { recursive: true }));

function readAll(from = dir): LogRecord[] {
  const hours = createOpenHours(from);
  const { records } = finish(findRecords(hours, FIND));
  hours.close();
  return records;
}

const files = (from = dir): string[] =>
  readdirSync(from)
    .filter(name => /\.(?:db|pack)$/.test(name))
    .sort();

test('an hour that is over becomes one pack, which refuses what it has', async () => {
  const writer = aWriter(dir);
  for (let i = 0; i < records.length; i += 100) await append(writer, { records: records.slice(i, i + 100) });
  await packAll(dir, writer);
  expect(files()).toEqual([`${HOUR}-0001.pack`]);
  expect(readAll()).toEqual(inOrder);
  const late = aRecordOf(3_000);
  const again = await append(writer, { records: [...records.slice(0, 50), late] });
  expect(again.records).toHaveLength(50);
  expect(readAll()).toEqual([...inOrder, late]);
  await packAll(dir, writer);
  await writer.close();
  expect(files()).toEqual([`${HOUR}-0002.pack`]);
  expect(readAll()).toEqual([...inOrder, late]);
});

test('an hour too large for one pack becomes several, in parts', async () => {
  const writer = aWriter(dir);
  for (let i = 0; i < records.length; i += 300) await append(writer, { records: records.slice(i, i + 300) });
  const limits = { records: 700, bytes: 2 ** 20 };
  const first = packHour(dir, { hour: HOUR, isOver: false }, limits);
  expect(first).toMatchObject({ isOver: false, upTo: 600 });
  await writer.adopt(first!);
  expect(files()).toEqual([`${HOUR}-0001.pack`, LIVE]);
  expect(readAll()).toEqual(inOrder);
  await packAll(dir, writer, limits);
  await writer.close();
  expect(files().length).toBeGreaterThan(1);
  expect(files()).not.toContain(LIVE);
  expect(readAll()).toEqual(inOrder);
});

test('more kinds than a byte can number stay what they are', async () => {
  const writer = aWriter(dir);
  // The first block has numbers below 256 only, the pack sorts its kinds behind those of the second.
  const many = Array.from({ length: 1_200 }, (_, i) => {
    const { container } = aRecordOf(i);
    const name = `${i < 600 ? 'z' : 'a'}-${i % 50}`;
    return aRecordOf(i, { container: { ...container, name } });
  });
  for (const half of [many.slice(0, 600), many.slice(600)]) await append(writer, { records: half });
  await packAll(dir, writer);
  await writer.close();
  expect(files()).toEqual([`${HOUR}-0001.pack`]);
  expect(readAll()).toEqual(many);
});

test('a draft that is no longer all of its hour is not adopted', async () => {
  const writer = aWriter(dir);
  await append(writer, { records });
  const draft = packHour(dir, { hour: HOUR, isOver: true });
  await append(writer, { records: [aRecordOf(2_000)] });
  await writer.adopt(draft!);
  await writer.close();
  expect(files()).toEqual([LIVE]);
  expect(readAll()).toHaveLength(1_501);
});

describe('killed while packing', () => {
  /** The folder as it would be found, with the writer's WAL folded in or not. */
  async function startAgain(from: string): Promise<LogRecord[]> {
    const writer = aWriter(from);
    expect((await append(writer, { records: records.slice(0, 10) })).records).toHaveLength(10);
    await writer.close();
    return readAll(from);
  }

  test('at any moment, the next start has each record once', async () => {
    const [before, named, after] = ['before', 'named', 'after'].map(name => join(dir, name)) as [
      string,
      string,
      string,
    ];
    const work = join(dir, 'work');
    const writer = aWriter(work);
    await append(writer, { records: records.slice(0, 800) });
    await packAll(work, writer);
    await append(writer, { records: records.slice(800) });
    const draft = packHour(work, { hour: HOUR, isOver: true });
    cpSync(work, before, { recursive: true });
    cpSync(work, named, { recursive: true });
    copyFileSync(join(named, draft!.draft!), join(named, `${HOUR}-0002.pack`));
    await writer.adopt(draft!);
    cpSync(work, after, { recursive: true });
    await writer.close();
    // Named, and nothing removed yet: readers see each record once, and so does whoever starts.
    expect(readAll(named)).toEqual(inOrder);
    for (const folder of [before, named, after]) expect(await startAgain(folder)).toEqual(inOrder);
    expect(files(before)).toEqual([`${HOUR}-0001.pack`, LIVE]);
    expect(files(named)).toContain(`${HOUR}-0002.pack`);
    expect(files(named)).not.toContain(`${HOUR}-0001.pack`);
  });

  test('a draft that was cut is thrown away', async () => {
    const writer = aWriter(dir);
    await append(writer, { records });
    const draft = packHour(dir, { hour: HOUR, isOver: true });
    await writer.close();
    const path = join(dir, draft!.draft!);
    const whole = readFileSync(path);
    for (const length of [0, 1, whole.length >> 1, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      const restarted = aWriter(dir);
      await restarted.close();
      expect(files()).toEqual([LIVE]);
      expect(readAll()).toEqual(inOrder);
    }
  });
});
