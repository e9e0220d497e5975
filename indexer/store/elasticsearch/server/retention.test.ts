import { expect, test } from 'vitest';
import { expiredIndices } from './retention.ts';

const now = new Date('2026-11-22T10:00:00Z');
const of = (names: string[], ageMs: number) => expiredIndices(names, { prefix: 'quaylog', ageMs, now });
const DAY = 86_400_000;

test('a day is dropped when its last moment is too old, not its first', () => {
  const names = ['quaylog-logs-2026.11.20', 'quaylog-logs-2026.11.21', 'quaylog-logs-2026.11.22'];
  expect(of(names, DAY)).toEqual(['quaylog-logs-2026.11.20']);
  expect(of(names, 10 * 3_600_000)).toEqual(['quaylog-logs-2026.11.20', 'quaylog-logs-2026.11.21']);
  expect(of(names, 10 * 3_600_000 + 1)).toEqual(['quaylog-logs-2026.11.20']);
  expect(of(names, 30 * DAY)).toEqual([]);
});

test('only our own daily indices are dropped', () => {
  const old = ['quaylog-logs-1999.01.01', 'quaylog-events-1999.01.01', 'quaylog-samples-1999.01.01'];
  const others = [
    'quaylog-dead-letters',
    'quaylog-logs-1999.01.01-restored',
    'quaylog-other-1999.01.01',
    'quaylog-logs-1999.01',
    'quaylog-eu-logs-1999.01.01',
    'my-quaylog-logs-1999.01.01',
    'logs-1999.01.01',
  ];
  expect(of([...old, ...others], DAY)).toEqual(old);
});
