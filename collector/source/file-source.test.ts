/** What the engine, logrotate and power cuts do to a log file, done by hand. A real engine is behind test/contract. */
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFileSource } from './file-source.ts';
import { openLogFile, type LogFile } from './log-files.ts';
import type { LogGap, LogSource } from './log-source.ts';
import { createReadTurns } from './read-turns.ts';

const soon = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

const stamp = (n: number) => `2026-11-22T10:00:00.${String(n).padStart(9, '0')}Z`;
const entry = (n: number) => `${JSON.stringify({ log: `line ${n}\n`, stream: 'stdout', time: stamp(n) })}\n`;
const entries = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i)).join('');
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

let dir: string;
let path: string;
let stopFollow: () => void;
let sources: LogSource[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'quaylog-file-'));
  path = join(dir, 'x-json.log');
  stopFollow = () => undefined;
  sources = [];
});

afterEach(() => {
  stopFollow();
  for (const source of sources) source.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(logOptions: Record<string, string> = {}, first: LogFile | null = null) {
  const turns = createReadTurns();
  const source = createFileSource({ path, tty: false, logOptions, reason: '', turns, first });
  const joiner = source.joiner({ maxLineBytes: 1 << 20 });
  const numbers: number[] = [];
  const gaps: (LogGap & { reason: string })[] = [];
  const stopping = new AbortController();
  const stopped = new AbortController();
  const read = (follow: boolean, since: string | null = null) =>
    source.read({
      since,
      follow,
      signal: stopping.signal,
      stopped: stopped.signal,
      onBytes: bytes => {
        for (const { text } of joiner.push(bytes)) numbers.push(Number(text.slice(5)));
        return undefined;
      },
      onGap: (gap, reason) => gaps.push({ ...gap, reason }),
    });
  sources.push(source);
  stopFollow = () => stopping.abort();
  return { source, read, numbers, gaps, settle: () => stopped.abort() };
}

const rotate = (files = 3) => {
  for (let age = files - 1; age > 1; age--) {
    try {
      renameSync(`${path}.${age - 1}`, `${path}.${age}`);
    } catch {
      // There are not so many yet.
    }
  }
  renameSync(path, `${path}.1`);
};

describe('a log file', () => {
  it('is followed while it grows; an entry that is not whole waits', async () => {
    writeFileSync(path, entries(1, 3) + entry(4).slice(0, 20));
    const { read, numbers, settle } = open();
    const end = read(true);
    await soon(() => expect(numbers).toEqual(range(1, 3)));
    appendFileSync(path, entry(4).slice(20) + entry(5));
    await soon(() => expect(numbers).toEqual(range(1, 5)));
    settle();
    await end;
  });

  it('that is not there yet is read once it is', async () => {
    const { read, numbers } = open();
    void read(true);
    writeFileSync(path, entries(1, 2));
    await soon(() => expect(numbers).toEqual([1, 2]));
  });

  it('is read on where it was left, also when it was closed meanwhile', async () => {
    writeFileSync(path, entries(1, 3));
    const { read, numbers, gaps } = open();
    await read(false);
    await read(false);
    appendFileSync(path, entries(4, 5));
    await read(false);
    expect(numbers).toEqual(range(1, 5));
    expect(gaps).toEqual([]);
  });

  it('is read to its end after it was removed', async () => {
    writeFileSync(path, entries(1, 3));
    const { read, numbers, settle } = open();
    const end = read(true);
    await soon(() => expect(numbers).toHaveLength(3));
    const more = entries(4, 2_000);
    appendFileSync(path, more);
    unlinkSync(path);
    settle();
    await end;
    expect(numbers).toEqual(range(1, 2_000));
  });

  it('is followed through rotations, however many there were between two looks', async () => {
    writeFileSync(path, entries(1, 10));
    const { read, numbers, gaps } = open({ 'max-size': '1k', 'max-file': '4' });
    void read(true);
    await soon(() => expect(numbers).toHaveLength(10));
    appendFileSync(path, entries(11, 20));
    for (const [from, to] of [
      [21, 30],
      [31, 40],
      [41, 50],
    ] as const) {
      rotate(4);
      writeFileSync(path, entries(from, to));
    }
    await soon(() => expect(numbers).toEqual(range(1, 50)));
    expect(gaps).toEqual([]);
  });

  it('tells what was rotated away, from the last stamp before to the first after', async () => {
    writeFileSync(path, entries(1, 10));
    const { read, numbers, gaps } = open({ 'max-size': '1k', 'max-file': '2' });
    await read(false);
    for (const from of [11, 21, 31]) {
      rotate(2);
      writeFileSync(path, entries(from, from + 9));
    }
    await read(false);
    expect(numbers).toEqual([...range(1, 10), ...range(21, 40)]);
    expect(gaps).toEqual([{ from: stamp(10), to: stamp(21), reason: 'rotated' }]);
  });

  it('is known again when the engine has compressed it', async () => {
    writeFileSync(path, entries(1, 10));
    const { read, numbers, gaps } = open({ 'max-size': '1k', 'max-file': '3' });
    await read(false);
    expect(numbers).toEqual(range(1, 10));
    appendFileSync(path, entries(11, 12));
    await read(false);
    rotate();
    writeFileSync(`${path}.1.gz`, gzipSync(entries(1, 12)));
    unlinkSync(`${path}.1`);
    writeFileSync(path, entries(13, 20));
    await read(false);
    expect(numbers).toEqual(range(1, 20));
    expect(gaps).toEqual([]);
  });

  it.each([
    ['all of it', 10],
    ['a part of it', 12],
  ])(
    'that was closed, %s read, goes on behind its place when the engine has compressed it',
    async (_, more) => {
      writeFileSync(path, entries(1, 10));
      const { read, numbers, gaps } = open({ 'max-size': '1k', 'max-file': '3' });
      await read(false);
      await read(false);
      writeFileSync(`${path}.1.gz`, gzipSync(entries(1, more)));
      rmSync(path);
      writeFileSync(path, entries(more + 1, 20));
      await read(false);
      expect({ numbers, gaps }).toEqual({ numbers: range(1, 20), gaps: [] });
    },
  );

  it.each([
    ['shorter than before', 3],
    ['longer than before', 500],
  ])('that was cut off and is %s is read again from its beginning, and a gap is told', async (_, more) => {
    writeFileSync(path, entries(1, 10));
    const { read, numbers, gaps } = open();
    void read(true);
    await soon(() => expect(numbers).toHaveLength(10));
    truncateSync(path);
    appendFileSync(path, entries(21, 20 + more));
    await soon(() => expect(numbers).toEqual([...range(1, 10), ...range(21, 20 + more)]));
    expect(gaps).toEqual([{ from: stamp(10), to: stamp(21), reason: 'rotated' }]);
  });

  it('that was opened early keeps its place among the others when the engine has compressed it', async () => {
    writeFileSync(`${path}.2.gz`, gzipSync(entries(1, 3)));
    writeFileSync(path, entries(4, 6));
    const first = openLogFile(path);
    writeFileSync(`${path}.1.gz`, gzipSync(entries(4, 6)));
    rmSync(path);
    writeFileSync(path, entries(7, 9));
    const { read, numbers, gaps } = open({ 'max-file': '3', compress: 'true' }, first);
    await read(false);
    expect({ numbers, gaps }).toEqual({ numbers: range(1, 9), gaps: [] });
  });

  it('is listed once when the engine compresses and renames it meanwhile', async () => {
    writeFileSync(`${path}.2.gz`, gzipSync(entries(1, 3)));
    writeFileSync(`${path}.1`, entries(1, 3));
    writeFileSync(path, entries(4, 6));
    const { read, numbers, gaps } = open({ 'max-file': '3', compress: 'true' });
    await read(false);
    expect({ numbers, gaps }).toEqual({ numbers: range(1, 6), gaps: [] });
  });

  it('that the engine cut off after it was read to its limit has no gap', async () => {
    const full = entries(1, 100_000);
    const more = entries(100_001, 100_002);
    writeFileSync(path, full);
    // Big enough that the engine cannot have filled it again meanwhile.
    const { read, numbers, gaps } = open({ 'max-size': String(full.length - 5) });
    await read(false);
    truncateSync(path);
    appendFileSync(path, more);
    await read(false);
    expect(numbers).toHaveLength(100_002);
    expect(gaps).toEqual([]);
  });

  it('with a torn end is left for its successor, and the torn end is told', async () => {
    writeFileSync(path, entries(1, 3) + entry(4).slice(0, 30));
    const { read, numbers, gaps } = open({ 'max-size': '1k', 'max-file': '2' });
    await read(false);
    rotate(2);
    writeFileSync(path, entries(5, 6));
    await read(false);
    expect(numbers).toEqual([1, 2, 3, 5, 6]);
    expect(gaps).toEqual([{ from: stamp(3), to: stamp(5), reason: 'engine-error' }]);
  });

  it.each(['plain', 'compressed'])('is begun at a stamp, wherever in the chain that is: %s', async kind => {
    const [first, second] = [entries(1, 4_000), entries(4_001, 8_000)];
    if (kind === 'plain') writeFileSync(`${path}.2`, first);
    else writeFileSync(`${path}.2.gz`, gzipSync(first));
    writeFileSync(`${path}.1`, second);
    writeFileSync(path, entries(8_001, 8_010));
    for (const from of [1, 2, 3_999, 4_000, 4_001, 7_999, 8_001, 8_010]) {
      const { source, read, numbers } = open({ 'max-file': '3' });
      await read(false, stamp(from));
      expect(numbers).toEqual(range(from, 8_010));
      source.close();
    }
  });

  it('that is gone with its folder is not found', async () => {
    rmSync(dir, { recursive: true });
    await expect(open().read(false)).rejects.toMatchObject({ code: 'not_found' });
  });
});
