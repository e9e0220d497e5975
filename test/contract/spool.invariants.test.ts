/** What is said at the heads of collector/delivery/spool/record.ts and spool.ts, tried. */
import fc from 'fast-check';
import * as fs from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress } from '#collector/cursor/cursor.ts';
import type { BatchNote } from '#collector/delivery/batch-note.ts';
import { SegmentFiles, type FileCalls } from '#collector/delivery/spool/segment-files.ts';
import { Spool, type Place, type SpooledBatch } from '#collector/delivery/spool/spool.ts';
import { failingDisk } from '../support/failing-disk.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';

vi.setConfig({ testTimeout: isLongRun ? 1_800_000 : 120_000 });

const log = pino({ level: 'silent' });
const LIMIT = 2 ** 20;

let root: string;
let dir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'quaylog-spool-'));
  dir = join(root, 'spool');
});
/** The files of spools that were left as a killed process leaves them. */
const left: SegmentFiles[] = [];
const closeLeft = () => {
  for (const files of left.splice(0)) files.closeAll();
};
afterEach(async () => {
  closeLeft();
  await rm(root, { recursive: true, force: true });
});
// A killed process syncs nothing later: no timer of a spool that was left fires.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }));
afterEach(() => void vi.useRealTimers());

const noteOf = (n: number): BatchNote => ({
  id: `b-${n}`,
  lines: n,
  readAt: n,
  spans: [{ id: `c${n % 3}`, lines: n, from: 'a', to: 'b' }],
  progress: createProgress(),
});
const bodyOf = (n: number, bytes = 500 + ((n * 397) % 2_000)): Buffer =>
  Buffer.from(`{"n":${n},"x":"${'å"'.repeat(bytes / 3)}"}`);

type Opened = { spool: Spool; found: SpooledBatch[]; damaged: BatchNote[] };

function open(options: { acked?: number; limit?: number; calls?: FileCalls } = {}): Opened {
  const { acked = 0, limit = LIMIT, calls = fs } = options;
  if (left.length > 20) closeLeft();
  const files = new SegmentFiles(dir, calls);
  left.push(files);
  const spool = new Spool({ files, limitBytes: limit, log });
  const [found, damaged]: [SpooledBatch[], BatchNote[]] = [[], []];
  spool.open(
    acked,
    batch => found.push(batch),
    note => damaged.push(note),
  );
  return { spool, found, damaged };
}

/** Appends `count` batches and forgets the spool as a killed process would. */
function fill(count: number, limit = LIMIT): void {
  const { spool } = open({ limit });
  for (let i = 0; i < count; i++) expect(append(spool)).not.toBeNull();
}

function append(spool: Spool): Place | null {
  const n = spool.nextSeq;
  return spool.append({ seq: n, note: noteOf(n), body: bodyOf(n) });
}

/** The numbers found; each batch must be what was written under its number. */
function numbers({ spool, found }: Opened): number[] {
  for (const { seq, place, note } of found) {
    expect(note).toEqual(noteOf(seq));
    expect(spool.read(place)).toEqual({ note: noteOf(seq), body: bodyOf(seq) });
  }
  return found.map(({ seq }) => seq);
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const segments = async () =>
  (await readdir(dir).catch(() => [])).filter(name => name.endsWith('.segment')).sort();

describe('a spool', () => {
  it('gives back what a killed collector appended, in order', () => {
    fill(300);
    const again = open();
    expect(numbers(again)).toEqual(upTo(300));
    expect(again.spool.nextSeq).toBe(301);
  });

  it('gives only what was not acknowledged, and removes segments of which all was', async () => {
    fill(300);
    const before = await segments();
    expect(before.length).toBeGreaterThan(2);
    expect(numbers(open({ acked: 200 }))).toEqual(upTo(300).slice(200));
    expect((await segments()).length).toBeLessThan(before.length);
    expect(open({ acked: 300 }).spool.nextSeq).toBe(301);
    expect(await segments()).toEqual([]);
  });

  it('never grows beyond its limit, and takes batches again when some are acknowledged', async () => {
    const { spool } = open();
    const taken = upTo(2_000).filter(() => append(spool) !== null);
    const bytes = async () => {
      const sizes = (await segments()).map(async name => (await readFile(join(dir, name))).length);
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    };
    expect(await bytes()).toBeLessThanOrEqual(LIMIT);
    expect(await bytes()).toBeGreaterThan(LIMIT * 0.9);
    expect(append(spool)).toBeNull();
    spool.settle(200);
    spool.trim(200);
    const next = spool.nextSeq;
    expect(append(spool)).not.toBeNull();
    expect(numbers(open({ acked: 200 }))).toEqual([...taken.slice(200), next]);
  });

  it('starts over files that are empty, cut short, garbage or none', async () => {
    fill(60);
    const [name = ''] = await segments();
    const whole = await readFile(join(dir, name));
    await writeFile(join(dir, '0000000000000900.segment'), '');
    await writeFile(join(dir, '0000000000000901.segment'), Buffer.alloc(5_000, 0xf5));
    await mkdir(join(dir, '0000000000000902.segment'));
    await writeFile(join(dir, '0000000000000001.segment.new'), whole);
    await writeFile(join(dir, 'another'), 'x');
    expect(numbers(open())).toEqual(upTo(60));
    expect(numbers(open())).toEqual(upTo(60));
    expect(await readdir(dir)).not.toContain('0000000000000001.segment.new');
  });

  it('starts, and takes nothing, where its folder cannot be', async () => {
    await writeFile(dir, 'a file');
    const { spool, found } = open();
    expect([found, append(spool)]).toEqual([[], null]);
  });
});

describe('a spool that was damaged', () => {
  it('is cut anywhere in its last 64 KiB: what lies before is whole, and it goes on', async () => {
    const { spool } = open();
    const ends: number[] = [];
    while ((ends.at(-1) ?? 0) < 2 ** 16) {
      const place = append(spool);
      if (place !== null) ends.push(place.at + place.bytes);
    }
    const [name = ''] = await segments();
    const whole = await readFile(join(dir, name));
    for (let cut = 0; cut < whole.length; cut += isLongRun ? 1 : 1 + Math.floor(Math.random() * 200)) {
      await rm(dir, { recursive: true });
      await mkdir(dir);
      await writeFile(join(dir, name), whole.subarray(0, cut));
      const kept = ends.filter(end => end <= cut).length;
      const again = open();
      if (again.found.length !== kept || again.spool.damagedBytes !== 0)
        throw new Error(`cut at ${cut}: ${again.found.length} of ${kept}`);
      append(again.spool);
      expect(open().found.map(({ seq }) => seq)).toEqual(upTo(kept + 1));
    }
    noteFigure({
      fault: `spool cut at ${isLongRun ? 'every byte' : 'some bytes'} of its last 64 KiB`,
      bar: 'starts 100 %, 0 wrong records, 0 lost, 0 doubled',
      figure: 'starts each time, every whole batch before the cut is there once, nothing else',
    });
  });

  it('by a bit anywhere gives no batch that was not written, misses no other, and counts', async () => {
    fill(120);
    await cp(dir, join(root, 'kept'), { recursive: true });
    const names = await segments();
    for (let i = 0; i < (isLongRun ? 1_000 : 60); i++) {
      await rm(dir, { recursive: true });
      await cp(join(root, 'kept'), dir, { recursive: true });
      const name = names[Math.floor(Math.random() * names.length)] ?? '';
      const bytes = await readFile(join(dir, name));
      const at = Math.floor(Math.random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
      await writeFile(join(dir, name), bytes);

      const opened = open();
      const found = numbers(opened);
      const missing = upTo(120).filter(n => !found.includes(n));
      expect(missing).toHaveLength(1);
      expect(found).toEqual(upTo(120).filter(n => !missing.includes(n)));
      if (missing[0] !== 120) expect(opened.spool.damagedBytes).toBeGreaterThan(0);
      expect(opened.damaged.map(({ lines }) => lines).filter(n => n !== missing[0])).toEqual([]);
      expect(numbers(open())).toEqual(found);
    }
    noteFigure({
      fault: `spool with ${isLongRun ? '1,000' : '60'} single bits flipped, one at a time`,
      bar: 'starts 100 %, 0 wrong records',
      figure: 'starts each time; the batch that was hit is missing and counted, no other, 0 wrong',
    });
  });

  it('sets a damaged segment aside when the rest of it is acknowledged', async () => {
    fill(120);
    const [name = ''] = await segments();
    const bytes = await readFile(join(dir, name));
    bytes.fill(0, 4_000, 4_010);
    await writeFile(join(dir, name), bytes);
    open();
    expect(await readdir(dir)).toContain(name);
    open({ acked: 120 });
    expect(await readdir(dir)).toEqual([name.replace('segment', 'damaged')]);
  });

  it('after it was opened tells which batch cannot be read, and whose it was', async () => {
    const { spool } = open();
    const places = upTo(3).map(() => append(spool));
    const [name = ''] = await segments();
    const bytes = await readFile(join(dir, name));
    const second = places[1]!;
    bytes[second.at + second.bytes - 9] = 0;
    await writeFile(join(dir, name), bytes);
    expect(places.map(place => spool.read(place!)?.note.lines)).toEqual([1, undefined, 3]);
    expect(spool.readNote(second)).toEqual(noteOf(2));
    expect(spool.damagedBytes).toBe(second.bytes);
  });
});

type Outcome = { taken: number[]; synced: number[]; trimmed: number };

/** All that a spool ever does to a disk. Goes on as if nothing had failed: what counts is what it said was taken. */
async function live(calls: FileCalls): Promise<Outcome> {
  const { spool } = open({ calls });
  const outcome: Outcome = { taken: [], synced: [], trimmed: 0 };
  const places = new Map<number, Place>();
  const appendMany = (count: number) => {
    for (let i = 0; i < count; i++) {
      const place = append(spool);
      if (place === null) continue;
      outcome.taken.push(spool.nextSeq - 1);
      places.set(spool.nextSeq - 1, place);
    }
  };
  appendMany(130);
  await spool.sync();
  outcome.synced = [...outcome.taken];
  spool.settle(100);
  spool.trim(100);
  outcome.trimmed = 100;
  const [segment] = spool.sealed.filter(({ lastSeq }) => lastSeq > 100);
  const inSegment = [...places].filter(([, place]) => place.segment === segment).map(([seq]) => seq);
  if (segment !== undefined)
    spool.rewrite(
      segment,
      inSegment.map(seq => ({ seq, note: noteOf(seq), body: bodyOf(seq) })),
    );
  appendMany(40);
  await spool.close();
  return outcome;
}

describe('a spool on a disk that fails', () => {
  it('at any change it makes, loses nothing it had taken and gives nothing that was not written', async () => {
    const { changes, calls } = failingDisk(Infinity, 'dies');
    await live(calls);
    const total = changes();
    expect(total).toBeGreaterThan(170);
    for (const how of ['dies', 'is full'] as const)
      for (let n = 1; n <= total; n += isLongRun ? 1 : 1 + Math.floor(Math.random() * 12)) {
        await rm(dir, { recursive: true, force: true });
        const { taken, trimmed } = await live(failingDisk(n, how).calls);
        const found = numbers(open());
        expect(found.filter(seq => seq > trimmed)).toEqual(taken.filter(seq => seq > trimmed));
      }
    noteFigure({
      fault: `crash, and full disk, at ${isLongRun ? 'every one' : 'some'} of ${total} changes to the spool on disk`,
      bar: 'starts 100 %, 0 lost, 0 doubled',
      figure: 'what was taken is there once, each time',
    });
  });

  it('and with a power cut, loses nothing that was synced', async () => {
    const { changes, calls } = failingDisk(Infinity, 'dies');
    await live(calls);
    for (let n = 1; n <= changes(); n += isLongRun ? 1 : 1 + Math.floor(Math.random() * 15)) {
      await rm(dir, { recursive: true, force: true });
      const disk = failingDisk(n, 'dies');
      await live(disk.calls);
      const kept: number[] = [];
      for (const name of await segments()) {
        const path = join(dir, name);
        const { size } = fs.statSync(path);
        const atLeast = Math.min(size, disk.synced.get(path) ?? 0);
        kept.push(...wholeRecords(path, atLeast));
        await truncate(path, atLeast + Math.floor(Math.random() * (size - atLeast)));
      }
      const found = numbers(open());
      expect(found).toEqual(found.toSorted((a, b) => a - b));
      expect(found).toEqual(expect.arrayContaining(kept));
    }
  });
});

/** Numbers of the batches within the first bytes of a segment. */
function wholeRecords(path: string, bytes: number): number[] {
  return fs
    .readFileSync(path)
    .subarray(0, bytes)
    .toString()
    .split('{"n":')
    .slice(1)
    .filter(text => text.includes('}'))
    .map(text => Number.parseInt(text, 10));
}

describe('a spool and a plain list', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 60 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('ack' as const), count: fc.integer({ min: 1, max: 100 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('crash' as const), torn: fc.integer({ min: 0, max: 4_000 }) }),
    },
  );

  it('hold the same batches in the same order, whatever is appended, acknowledged, torn and killed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        fs.rmSync(dir, { recursive: true, force: true });
        let acked = 0;
        let { spool } = open();
        let listed: number[] = [];
        for (const one of steps) {
          if (one.do === 'append')
            for (let i = 0; i < one.count; i++) if (append(spool) !== null) listed.push(spool.nextSeq - 1);
          if (one.do === 'ack') {
            acked = Math.min(acked + one.count, spool.nextSeq - 1);
            listed = listed.filter(seq => seq > acked);
            spool.settle(acked);
            spool.trim(acked);
          }
          if (one.do === 'crash') {
            const name = fs.readdirSync(dir).sort().at(-1);
            if (name !== undefined) fs.appendFileSync(join(dir, name), Buffer.alloc(one.torn, 0xf5));
            const again = open({ acked });
            expect(numbers(again)).toEqual(listed);
            ({ spool } = again);
          }
        }
        expect(numbers(open({ acked }))).toEqual(listed);
      }),
      { numRuns: isLongRun ? 1_000 : 60 },
    );
  });
});
