import { expect, test } from 'vitest';
import { daysOf, judgeDay, type HourSent } from './day.ts';

const anHour = (more: Partial<HourSent> = {}): HourSent => ({
  hour: '2026-11-22T10',
  read: { records: 8, events: 1, samples: 1 },
  said: 8,
  stored: 7,
  there: 2,
  deadLetters: 1,
  ...more,
});

test('hours are summed by their day, oldest first', () => {
  const hours = ['2026-11-22T10', '2026-11-21T23', '2026-11-22T09'].map(hour => anHour({ hour }));
  expect(daysOf(hours).map(([day, ofDay]) => [day, ofDay.map(({ hour }) => hour)])).toEqual([
    ['2026-11-21', ['2026-11-21T23']],
    ['2026-11-22', ['2026-11-22T09', '2026-11-22T10']],
  ]);
  expect(judgeDay('2026-11-22', [anHour(), anHour()], 16)).toMatchObject({
    read: { records: 16, events: 2, samples: 2 },
    stored: 14,
    there: 4,
    deadLetters: 2,
  });
});

test.each([
  ['all is there', { found: 8 }, null],
  ['others stored more of the day', { found: 1_000 }, null],
  ['one is a dead letter', { found: 7 }, null],
  ['the target has less', { found: 6 }, /finds 6 of 8 records.*migration\.json/],
  ['less was read than there is', { found: 8, said: 9 }, /say they have 9 records, but 8 were read/],
  ['the fate of one is not known', { found: 8, stored: 6 }, /of 10 documents the target said of 9/],
])('%s', (_, { found, ...hour }, trouble) => {
  const judged = judgeDay('2026-11-22', [anHour(hour)], found).trouble;
  if (trouble === null) expect(judged).toBeNull();
  else expect(judged).toMatch(trouble);
});
