import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seekStamp, stampBefore } from './seek-stamp.ts';

const LINES = 100_000;
const stamp = (n: number) => `2026-11-22T10:00:00.${String(n).padStart(9, '0')}Z`;

let dir: string;
let fd: number;
const offsets: number[] = [0];

/** 18 MB, more than is looked through entry by entry; every seventh entry is a little older than the one before it. */
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'quaylog-seek-'));
  fd = openSync(join(dir, 'log'), 'w+');
  let at = 0;
  for (let n = 0; n < LINES; n += 1_000) {
    const rows = Array.from({ length: 1_000 }, (_, i) => {
      const log = 'x'.repeat(100 + ((n + i) % 83));
      return `${JSON.stringify({ log, stream: 'stdout', time: stamp(10 * (n + i) - ((n + i) % 7 === 6 ? 25 : 0)) })}\n`;
    });
    for (const row of rows) offsets.push((at += row.length));
    writeSync(fd, rows.join(''));
  }
});

afterAll(() => {
  closeSync(fd);
  rmSync(dir, { recursive: true, force: true });
});

it('finds the first entry at or after a stamp in a file of any size', () => {
  const size = offsets[LINES]!;
  for (const n of [0, 1, 7, 49_000, 99_995, ...Array.from({ length: 8 }, (_, i) => i * 12_002)]) {
    // Entries that are older than the one before them are not asked for.
    const at = n % 7 === 6 ? n + 1 : n;
    expect(seekStamp(fd, size, stamp(10 * at))).toBe(offsets[at]);
  }
  expect(seekStamp(fd, size, stamp(10 * LINES + 1))).toBe(size);
  expect(seekStamp(fd, size, '2026-11-21T00:00:00.000000000Z')).toBe(0);
});

it('reads no stamp out of what is no entry', () => {
  for (const text of ['', 'x\n', '"}\n', '{"time":"yesterday"}\n', `${'\0'.repeat(100)}\n`])
    expect(stampBefore(Buffer.from(text), text.length - 1)).toBeNull();
});
