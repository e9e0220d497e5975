import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogBuffer } from './log-buffer.ts';
import { skippedRow, type LogRow } from './log-row-types.ts';
import { aRecord, idOf } from './test-records.ts';

const row = (n: number, message = 'line'): LogRow => ({
  kind: 'record',
  id: idOf(n),
  record: aRecord({ n, message }),
});
const rows = (...ns: number[]): LogRow[] => ns.map(n => row(n));
const ids = (buffer: LogBuffer): string[] => buffer.slice(0, buffer.size).map(({ id }) => id);

describe('log buffer', () => {
  it.each([
    [
      'appends at the live edge',
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2, 3, 4],
    ],
    ['puts a late line where it belongs', [[1, 2, 5], [3], [4]], [1, 2, 3, 4, 5]],
    ['takes older pages at the front', [[7, 8], [4, 3], [2]], [2, 3, 4, 7, 8]],
    [
      'keeps one of two equal ids, within a batch and across batches',
      [
        [1, 2, 2],
        [2, 3, 1],
      ],
      [1, 2, 3],
    ],
    [
      'drops the oldest beyond its capacity',
      [
        [1, 2, 3, 4],
        [5, 6, 7],
      ],
      [3, 4, 5, 6, 7],
    ],
    [
      'has no room for a past older than what it keeps',
      [
        [3, 4, 5, 6, 7],
        [1, 2],
      ],
      [3, 4, 5, 6, 7],
    ],
  ] as [string, number[][], number[]][])('%s', (_name, batches, expected) => {
    const buffer = new LogBuffer(5);
    for (const batch of batches) buffer.insert(rows(...batch));
    expect(ids(buffer)).toEqual(expected.map(idOf));
  });

  it('lets a newer version of a row replace the older', () => {
    const buffer = new LogBuffer();
    buffer.insert([row(1, 'old'), row(2)]);
    buffer.insert([row(1, 'new')]);
    expect(buffer.at(0)).toMatchObject({ record: { message: 'new' } });
    expect(buffer.size).toBe(2);
  });

  it('finds rows by id, and where an unknown one would be', () => {
    const buffer = new LogBuffer();
    buffer.insert(rows(1, 3, 5));
    expect([1, 3, 5].map(n => buffer.indexOf(idOf(n)))).toEqual([0, 1, 2]);
    expect(buffer.indexOf(idOf(4))).toBe(-1);
    expect(buffer.lowerBound(idOf(4))).toBe(2);
  });

  it('is a sorted set of the newest ids, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }), { maxLength: 12 }),
        batches => {
          const buffer = new LogBuffer(1_000);
          for (const batch of batches) buffer.insert(rows(...batch));
          const expected = [...new Set(batches.flat())].sort((a, b) => a - b).map(idOf);
          expect(ids(buffer)).toEqual(expected);
        },
      ),
    );
  });

  it('tells its listeners once per change and bumps the version', () => {
    const buffer = new LogBuffer();
    let told = 0;
    const stop = buffer.subscribe(() => (told += 1));
    buffer.push(rows(1, 2, 3));
    buffer.push([]);
    expect([told, buffer.version]).toEqual([1, 1]);
    stop();
    buffer.push(rows(4));
    expect(told).toBe(1);
  });
});

describe('a held buffer', () => {
  it('shows nothing new and counts each new line once', () => {
    const buffer = new LogBuffer();
    buffer.push(rows(1, 2));
    buffer.hold();
    buffer.push(rows(3, 4));
    buffer.push(rows(4, 2));
    expect(ids(buffer)).toEqual([1, 2].map(idOf));
    expect(buffer.heldLines).toBe(2);
    expect(buffer.newest()?.id).toBe(idOf(4));
    expect(buffer.release()).toBe(0);
    expect(ids(buffer)).toEqual([1, 2, 3, 4].map(idOf));
    expect(buffer.heldLines).toBe(0);
  });

  it('counts lines that the server skipped, and those beyond its own bound', () => {
    const buffer = new LogBuffer(3);
    buffer.hold();
    buffer.push([...rows(1, 2, 3), skippedRow(100, 'then', aRecord({ n: 4 }))]);
    buffer.push(rows(4, 5));
    expect(buffer.heldLines).toBe(105);
    expect(buffer.release()).toBe(3);
    expect(ids(buffer).at(0)).toMatch(/~$/);
    expect(buffer.size).toBe(3);
  });

  it('still takes older pages', () => {
    const buffer = new LogBuffer();
    buffer.push(rows(5));
    buffer.hold();
    expect(buffer.insert(rows(1, 2))).toBe(2);
    expect(ids(buffer)).toEqual([1, 2, 5].map(idOf));
  });
});
