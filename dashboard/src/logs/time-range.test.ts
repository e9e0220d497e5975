import { describe, expect, it } from 'vitest';
import { rangeName, readTime, resolveTime, timeName } from './time-range.ts';

const now = Date.parse('2026-11-22T10:41:07.500Z');
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

describe('resolveTime', () => {
  it.each([
    ['now', '2026-11-22T10:41:07.500Z'],
    ['now-15m', '2026-11-22T10:26:07.500Z'],
    ['now+1h', '2026-11-22T11:41:07.500Z'],
    ['now/h', '2026-11-22T10:00:00.000Z'],
    ['now-1d/d', '2026-11-21T00:00:00.000Z'],
    ['2026-11-22T09:00:00Z', '2026-11-22T09:00:00.000Z'],
    ['now-15x', undefined],
    ['yesterday', undefined],
    ['', undefined],
  ])('reads %j as %j', (text, expected) => expect(iso(resolveTime(text, now))).toBe(expected));
});

describe('names of ranges', () => {
  it.each([
    ['now-15m', 'now', 'Last 15 minutes'],
    ['now-90m', 'now', 'Last 90 min'],
    ['2026-11-22T10:00:00.000Z', '2026-11-22T10:30:05.000Z', '2026-11-22 10:00 – 10:30:05'],
    ['2026-11-21T10:00:00.000Z', '2026-11-22T10:30:00.000Z', '2026-11-21 10:00 – 2026-11-22 10:30'],
    ['2026-11-21T10:00:00.000Z', 'now', '2026-11-21 10:00 – now'],
    ['now-2d', 'now-1d', 'now-2d – now-1d'],
  ])('of %s to %s', (from, to, name) => expect(rangeName({ from, to }, 'utc')).toBe(name));
});

describe('readTime', () => {
  it.each([
    ['now-2h', 'now-2h'],
    [' 2026-11-22 10:41 ', '2026-11-22T10:41:00.000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22T10:41:07.5', '2026-11-22T10:41:07.500Z'],
    ['2026-11-22T10:41:07+02:00', '2026-11-22T08:41:07.000Z'],
    ['2026-13-40', undefined],
    ['5', undefined],
    ['tomorrow', undefined],
  ])('reads %j as %j', (text, expected) => expect(readTime(text, 'utc')).toBe(expected));

  it.each(['utc', 'local'] as const)('reads back what is shown (%s)', zone => {
    const time = '2026-11-22T10:41:07.123Z';
    expect(readTime(timeName(time, zone), zone)).toBe(time);
  });
});
