import { expect, test } from 'vitest';
import { parseCount, parseTime } from './time-range.ts';

test.each([
  ['15m', 'now-15m'],
  ['2h', 'now-2h'],
  ['now-1d', 'now-1d'],
  ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z'],
])('%s becomes %s', (text, time) => expect(parseTime(text, '--since')).toBe(time));

test.each(['soon', '15 m', ''])('refuses the time %j and names the flag', text =>
  expect(() => parseTime(text, '--since')).toThrow('--since'),
);

test.each(['-1', '1.5', 'x', ''])('refuses the count %j', text =>
  expect(() => parseCount(text, '-n')).toThrow('-n'),
);
