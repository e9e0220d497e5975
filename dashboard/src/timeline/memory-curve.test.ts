import { expect, test } from 'vitest';
import {
  areaPath,
  byteTicks,
  linePath,
  splitRuns,
  topOf,
  toMemoryPoints,
  type Frame,
} from './memory-curve.ts';

const MB = 1_048_576;
const frame: Frame = { fromMs: 0, toMs: 100_000, width: 100, height: 50, topBytes: 100 };
const points = (...pairs: [number, number][]) => pairs.map(([atMs, bytes]) => ({ atMs, bytes }));

test('a line goes up with the memory', () => {
  expect(linePath(points([0, 0], [50_000, 50], [100_000, 100]), frame)).toBe('M0 50L50 25L100 0');
});

test('a lone sample is a dash, and nothing is nothing', () => {
  expect(linePath(points([50_000, 50]), frame)).toBe('M48 25H52');
  expect(linePath([], frame)).toBe('');
  expect(areaPath(points([50_000, 50]), frame)).toBe('');
});

test('the curve breaks at a hole and at the end of a run', () => {
  const samples = points([0, 1], [10_000, 2], [60_000, 3], [70_000, 4], [80_000, 1]);
  expect(splitRuns(samples, [75_000]).map(piece => piece.length)).toEqual([2, 2, 1]);
  expect(splitRuns(samples, []).map(piece => piece.length)).toEqual([2, 3]);
});

test.each<{ what: string; used: [number, number][]; limit: number | null; top: number }>([
  { what: 'the limit when the use comes near it', used: [[0, 20 * MB]], limit: 24 * MB, top: 24 * MB * 1.12 },
  { what: 'the use when there is no limit', used: [[0, 20 * MB]], limit: null, top: 20 * MB * 1.12 },
  {
    what: 'the use when the limit is far away',
    used: [[0, 20 * MB]],
    limit: 8_192 * MB,
    top: 20 * MB * 1.12,
  },
  { what: 'the limit when there is no sample', used: [], limit: 24 * MB, top: 24 * MB * 1.12 },
  { what: 'something to divide by without any sample', used: [], limit: null, top: 1 },
])('the axis reaches $what', ({ used, limit, top }) => {
  expect(topOf(points(...used), limit)).toBeCloseTo(top, 3);
});

test.each([24 * MB * 1.12, 700 * MB, 1.12, 5 * 1_024 * MB])(
  'an axis to %s bytes has two to five round ticks',
  top => {
    const ticks = byteTicks({ ...frame, topBytes: top });
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(5);
    expect(ticks[0]).toEqual({ bytes: 0, y: 50 });
  },
);

test('samples are put in order and unreadable ones left out', () => {
  const samples = [
    { '@timestamp': '2026-11-22T10:00:10.000000000Z', memoryBytes: 2 },
    { '@timestamp': 'never', memoryBytes: 9 },
    { '@timestamp': '2026-11-22T10:00:00.000000000Z', memoryBytes: 1 },
  ];
  expect(toMemoryPoints(samples).map(point => point.bytes)).toEqual([1, 2]);
});
