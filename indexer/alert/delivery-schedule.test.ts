import { expect, test } from 'vitest';
import { decide, RETRY_AFTER_MS } from './delivery-schedule.ts';
import type { Attempt } from './notifier/notifier.ts';

const answered = (statusCode: number, retryAfterMs: number | null = null, text = ''): Attempt => ({
  kind: 'answered',
  statusCode,
  text,
  retryAfterMs,
  durationMs: 3,
});
const unreachable: Attempt = { kind: 'unreachable', reason: 'ECONNREFUSED', durationMs: 1 };

test.each<[string, Attempt, string]>([
  ['200', answered(200), 'delivered'],
  ['204', answered(204), 'delivered'],
  ['302', answered(302), 'failed'],
  ['400', answered(400), 'failed'],
  ['401', answered(401), 'failed'],
  ['404', answered(404), 'failed'],
  ['408', answered(408), 'pending'],
  ['410', answered(410), 'failed'],
  ['429', answered(429), 'pending'],
  ['500', answered(500), 'pending'],
  ['503', answered(503), 'pending'],
  ['no connection', unreachable, 'pending'],
  ['a refused address', { kind: 'refused', reason: 'private', durationMs: 0 }, 'failed'],
])('after %s', (_name, attempt, status) => {
  expect(decide(attempt, { attempts: 1, random: 0 }).status).toBe(status);
});

test('waits longer each time, and gives up in the end', () => {
  const waits = RETRY_AFTER_MS.map((_, n) => decide(unreachable, { attempts: n + 1, random: 0 }).retryInMs);
  expect(waits).toEqual(RETRY_AFTER_MS);
  expect(waits).toEqual([...waits].sort((a, b) => (a ?? 0) - (b ?? 0)));
  expect(decide(unreachable, { attempts: RETRY_AFTER_MS.length + 1, random: 0 }).status).toBe('failed');
});

test('makes at most 30 attempts in any hour', () => {
  let ms = 0;
  const times = [0, ...RETRY_AFTER_MS.map(wait => (ms += wait))];
  const most = Math.max(...times.map(from => times.filter(at => at >= from && at < from + 3_600_000).length));
  expect(most).toBeLessThanOrEqual(30);
});

test('spreads attempts, never sooner than the wait', () => {
  expect(decide(unreachable, { attempts: 2, random: 0.999 }).retryInMs).toBeGreaterThan(5_900);
  expect(decide(unreachable, { attempts: 2, random: 0 }).retryInMs).toBe(5_000);
});

test('waits as long as it is asked to, when that is longer', () => {
  expect(decide(answered(429, 60_000), { attempts: 1, random: 0 }).retryInMs).toBe(60_000);
  expect(decide(answered(429, 10), { attempts: 1, random: 0 }).retryInMs).toBe(1_000);
});

test.each<[Attempt, string]>([
  [answered(200, null, 'ok'), 'delivered'],
  [answered(500, null, 'oops'), 'answered 500: oops'],
  [answered(301), 'answered 301 (redirects are not followed)'],
  [unreachable, 'unreachable: ECONNREFUSED'],
])('tells what happened: %o', (attempt, outcome) => {
  expect(decide(attempt, { attempts: 1, random: 0 }).outcome).toBe(outcome);
});
