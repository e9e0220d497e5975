import { describe, expect, test } from 'vitest';
import { hoursToDrop, type HourOnDisk, type RetentionPolicy } from './retention.ts';

const NOW = Date.parse('2026-11-22T12:30:00Z');
const hour = (name: string, bytes = 10, written = '2026-11-22T12:30:00Z'): HourOnDisk => ({
  hour: name,
  bytes,
  writtenMs: Date.parse(written),
});
const three = [hour('2026-11-22T10'), hour('2026-11-22T11'), hour('2026-11-22T12')];
const HOUR = 3_600_000;

describe('retention drops', () => {
  const cases: [string, [HourOnDisk[], RetentionPolicy], string[]][] = [
    ['nothing when all is young and small', [three, { ageMs: 24 * HOUR, bytes: 30 }], []],
    ['nothing when everything is kept', [three, { ageMs: 'all', bytes: Infinity }], []],
    ['what ended longer ago than the age', [three, { ageMs: HOUR, bytes: 99 }], ['2026-11-22T10']],
    ['an hour only when all of it is old', [three, { ageMs: 1.5 * HOUR, bytes: 99 }], []],
    ['the oldest until the rest fits', [three, { ageMs: 'all', bytes: 29 }], ['2026-11-22T10']],
    ['all but the newest', [three, { ageMs: 0, bytes: 0 }], ['2026-11-22T10', '2026-11-22T11']],
    [
      'what is of 1970',
      [[hour('1970-01-01T00'), ...three], { ageMs: HOUR * 24, bytes: 99 }],
      ['1970-01-01T00'],
    ],
    [
      'by its arrival what is of the future',
      [[...three, hour('2100-01-01T00', 10, '2026-11-01T00:00:00Z')], { ageMs: 48 * HOUR, bytes: 99 }],
      ['2100-01-01T00'],
    ],
    [
      'no true hour sooner because of one of the future that came before it',
      [[...three, hour('2100-01-01T00', 10, '2026-11-22T09:00:00Z')], { ageMs: 'all', bytes: 30 }],
      ['2100-01-01T00'],
    ],
    [
      'nothing of a host that is a little ahead',
      [[hour('2026-11-22T11', 10), hour('2026-11-22T12', 10)], { ageMs: 'all', bytes: 20 }],
      [],
    ],
  ];
  test.each(cases)('%s', (_, [hours, policy], dropped) => {
    expect(hoursToDrop(hours, policy, NOW)).toEqual(dropped);
  });

  test('never the newest true hour, though one of the future is newer by name', () => {
    const hours = [hour('2026-11-22T12', 50), hour('2027-01-01T00', 50)];
    expect(hoursToDrop(hours, { ageMs: 'all', bytes: 10 }, NOW)).toEqual(['2027-01-01T00']);
  });
});
