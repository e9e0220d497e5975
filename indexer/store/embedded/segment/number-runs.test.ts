import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberRuns, oneRun } from './number-runs.ts';

test('gives every number in any order, reading only the runs that are asked for', () => {
  fc.assert(
    fc.property(
      fc.uint32Array({ minLength: 1, maxLength: 50 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.nat({ max: 49 })),
      (numbers, runLength, places) => {
        const asked = places.map(place => place % numbers.length);
        const read = new Set<number>();
        const runs = new NumberRuns({
          count: numbers.length,
          runLength,
          read(run) {
            read.add(run);
            return numbers.subarray(run * runLength, (run + 1) * runLength);
          },
        });
        expect(asked.map(index => runs.at(index))).toEqual(asked.map(index => numbers[index]));
        expect(read).toEqual(new Set(asked.map(index => Math.floor(index / runLength))));
        expect([...runs.all()]).toEqual([...numbers]);
      },
    ),
  );
});

test('what is in memory is one run', () => {
  const runs = oneRun(Uint16Array.of(3, 1, 4));
  expect([runs.runs, runs.at(2), runs.at(0), [...runs.all()]]).toEqual([1, 4, 3, [3, 1, 4]]);
});
