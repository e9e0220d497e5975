import { expect, test } from 'vitest';
import { indexName, indicesWithin } from './index-names.ts';

const within = (from: string, to: string): string[] =>
  indicesWithin('q', 'logs', { from: `${from}T00:00:00.000000000Z`, to: `${to}T00:00:00.000000001Z` });

test('an index is of one kind and one day', () => {
  expect(indexName('q', 'events', '2026-11-22T23:59:59.999999999Z')).toBe('q-events-2026.11.22');
});

test.each([
  ['2026-11-22', '2026-11-22', ['q-logs-2026.11.22']],
  ['2026-02-27', '2026-03-01', ['q-logs-2026.02.27', 'q-logs-2026.02.28', 'q-logs-2026.03.01']],
  ['2025-11-30', '2026-01-15', ['q-logs-2025.11.*', 'q-logs-2025.12.*', 'q-logs-2026.01.*']],
  ['1970-01-01', '2105-01-01', ['q-logs-*']],
])('from %s to %s', (from, to, expected) => {
  expect(within(from, to)).toEqual(expected);
});

test('every day of a range is within it, whatever its length', () => {
  const day = 86_400_000;
  const start = Date.parse('2024-01-30T00:00:00Z');
  for (const days of [0, 1, 30, 31, 32, 60, 400, 800, 20_000]) {
    const range = { from: new Date(start).toISOString(), to: new Date(start + days * day).toISOString() };
    const names = indicesWithin('q', 'logs', range);
    expect(names.length).toBeLessThan(40);
    for (const at of [0, Math.floor(days / 2), days]) {
      const name = indexName('q', 'logs', new Date(start + at * day).toISOString());
      const isNamed = names.some(one =>
        one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name,
      );
      expect(isNamed).toBe(true);
    }
  }
});
