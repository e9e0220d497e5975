import { describe, expect, it } from 'vitest';
import { compareLogs, keyOf } from './compare-logs.ts';

const at = (n: number) => `2026-11-22T10:00:0${n}.000000000Z`;
const record = (n: number) => ({ stream: 'stdout' as const, stamp: at(n), ordinal: 0 });
const log = (...seconds: number[]) => ({
  container: { id: 'c1', name: 'web' },
  from: at(0),
  to: at(9),
  oldest: seconds[0] === undefined ? null : at(seconds[0]),
  records: seconds.map(record),
});
const stored = (seconds: number[], ...gaps: [number, number][]) => ({
  keys: new Map(seconds.map(n => [keyOf(record(n)), at(n)])),
  gaps: gaps.map(([from, to]) => ({ from: at(from), to: at(to), reason: 'rotated' })),
});

describe('the audit', () => {
  it('finds nothing when the store has all that the engine has', () =>
    expect(compareLogs(log(1, 2, 3), stored([1, 2, 3]))).toMatchObject({
      read: 3,
      stored: 3,
      missing: [],
      untold: 0,
      extra: { rotated: 0, other: 0 },
    }));

  it('tells a record that nobody was told of from one that lies in a gap, and names the former first', () =>
    expect(compareLogs(log(1, 2, 3, 4), stored([1, 4], [1, 2]))).toMatchObject({
      stored: 2,
      missingCount: 2,
      missing: [{ stamp: at(3) }, { stamp: at(2), gap: 'rotated' }],
      untold: 1,
    }));

  it('tells what was rotated away since from what only the store has', () =>
    expect(compareLogs(log(3, 5), stored([1, 2, 3, 4, 5])).extra).toEqual({ rotated: 2, other: 1 }));
});
