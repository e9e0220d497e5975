import { expect, test } from 'vitest';
import { joinGrowing, joinMany, type Region } from './regions.ts';

const span = (n: number): Region => ({
  first: n * 10 + 1,
  last: n * 10 + 10,
  low: Buffer.of(n),
  high: Buffer.of(n + 1),
});
const spans = (...numbers: number[]): Region[] => numbers.map(span);
const lengths = (regions: Iterable<Region>): number[] =>
  [...regions].map(({ first, last }) => (last - first + 1) / 10);

test('near spans come alone, those farther away together, in either direction', () => {
  const up = spans(...Array.from({ length: 200 }, (_, i) => i));
  expect(lengths(joinGrowing(up))).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 9]);
  expect(lengths(joinGrowing(up.toReversed()))).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 9]);
});

test('only neighbours are joined', () => {
  expect(lengths(joinMany(spans(0, 1, 5, 6, 7, 9)))).toEqual([2, 3, 1]);
});

test('what is joined keeps the lowest and the highest id', () => {
  const [joined] = joinMany(spans(4, 3, 2));
  expect(joined).toEqual({ first: 21, last: 50, low: Buffer.of(2), high: Buffer.of(5) });
});
