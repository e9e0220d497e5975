import { expect, test } from 'vitest';
import { describeProgress, openProgressScreen } from './migrate-progress.ts';

const HOUR = '2026-11-22T10';

test.each([
  [{ done: 0, total: 10 }, { done: 0, ms: 0 }, `${HOUR}  0 of 10 (0.0 %)`],
  [
    { done: 600_000, total: 2_400_000 },
    { done: 600_000, ms: 30_000 },
    `${HOUR}  600,000 of 2,400,000 (25.0 %), 20,000/s, 2 min to go`,
  ],
  [
    { done: 999_999, total: 1_000_000 },
    { done: 1_000, ms: 1_000 },
    `${HOUR}  999,999 of 1,000,000 (99.9 %), 1,000/s, 1 s to go`,
  ],
  [{ done: 10, total: 10 }, { done: 10, ms: 1_000 }, `${HOUR}  10 of 10 (100.0 %), 10/s`],
  [
    { done: 1_000, total: 37_000 },
    { done: 10, ms: 1_000 },
    `${HOUR}  1,000 of 37,000 (2.7 %), 10/s, 60 min to go`,
  ],
  [{ done: 0, total: 100_000 }, { done: 10, ms: 1_000 }, `${HOUR}  0 of 100,000 (0.0 %), 10/s, 2.8 h to go`],
])('%j after %j', (progress, since, text) => {
  expect(describeProgress({ hour: HOUR, ...progress }, since)).toBe(text);
});

test.each([
  [true, 200, '\r\u001b[K'],
  [false, 10_000, ''],
])('on a terminal (%s) a line is drawn every %d ms', (isTerminal, everyMs, before) => {
  const written: string[] = [];
  let now = 0;
  const screen = openProgressScreen({ isTerminal, write: text => void written.push(text), now: () => now });
  const show = (done: number) => screen.show({ hour: HOUR, done, total: 100 });
  show(50);
  show(60);
  now += everyMs;
  show(70);
  screen.remark('the target is away');
  screen.end();
  expect(written).toHaveLength(isTerminal ? 5 : 4);
  expect(written[1]).toMatch(new RegExp(`^${before.replace('[', '\\[')}${HOUR} {2}70 of 100 \\(70.0 %\\), `));
  expect(written[2]).toBe(`${before}quaylog: the target is away\n`);
  expect(written.at(-1)!.endsWith('\n')).toBe(true);
});
