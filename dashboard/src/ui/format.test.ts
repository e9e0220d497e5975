import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatClock,
  formatCompact,
  formatDateTime,
  formatDuration,
  formatMinute,
  formatNumber,
  formatRelative,
} from './format.ts';

describe('numbers and sizes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [25_165_824, '24 MiB'],
    [150 * 1024 ** 2, '150 MiB'],
    [3.25 * 1024 ** 3, '3.3 GiB'],
    [5 * 1024 ** 5, '5120 TiB'],
  ])('writes %d bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('groups thousands and shortens where room is short', () => {
    expect(formatNumber(12_480)).toBe('12,480');
    expect(formatCompact(9_410)).toBe('9.4k');
  });
});

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [140, '140 ms'],
    [3_249, '3.2 s'],
    [59_990, '59.9 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
    [22_320_000, '6 h 12 min'],
    [273_600_000, '3 d 4 h'],
    [-5, '0 ms'],
  ])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    [0, 'just now'],
    [-4_000, 'just now'],
    [5_900, '5 s ago'],
    [185_000, '3 min ago'],
    [7_300_000, '2 h ago'],
    [4 * 86_400_000, '4 d ago'],
  ])('says of %d ms ago: %s', (age, text) => expect(formatRelative(1_000_000, 1_000_000 + age)).toBe(text));
});

describe('times', () => {
  const stamp = '2026-11-22T10:41:07.123456789Z';

  it('reads the engine stamp in UTC', () => {
    expect(formatClock(stamp, 'utc')).toBe('10:41:07.123');
    expect(formatDateTime(stamp, 'utc')).toBe('2026-11-22 10:41:07.123');
    expect(formatMinute(stamp, 'utc')).toBe('2026-11-22 10:41');
  });

  it('agrees with the clock of this machine in local time', () => {
    const local = new Date(stamp);
    const hours = String(local.getHours()).padStart(2, '0');
    const minutes = String(local.getMinutes()).padStart(2, '0');
    expect(formatClock(stamp, 'local')).toBe(`${hours}:${minutes}:07.123`);
  });

  it('leaves alone what is no stamp', () => expect(formatClock('yesterday', 'utc')).toBe('yesterday'));
});
