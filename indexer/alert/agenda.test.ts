import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAgenda } from './agenda.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function anAgenda({ atOnce = 1, work = (): Promise<void> => Promise.resolve() } = {}) {
  const done: string[] = [];
  const agenda = createAgenda({
    now: () => new Date(),
    atOnce,
    work: async id => {
      done.push(id);
      await work();
    },
    onError: () => 100,
  });
  return { agenda, done };
}

test('does things at their time, the earliest first', async () => {
  const { agenda, done } = anAgenda();
  agenda.set('late', Date.now() + 200);
  agenda.set('early', Date.now() + 100);
  await vi.advanceTimersByTimeAsync(99);
  expect(done).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toEqual(['early']);
  await vi.advanceTimersByTimeAsync(100);
  expect(done).toEqual(['early', 'late']);
});

test('a wait longer than a timer can hold is kept', async () => {
  const { agenda, done } = anAgenda();
  const days = 40 * 86_400_000;
  agenda.set('far', Date.now() + days);
  await vi.advanceTimersByTimeAsync(days - 1);
  expect(done).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toEqual(['far']);
});

test('no more at once than allowed, and one id never twice at once', async () => {
  const ends: (() => void)[] = [];
  const { agenda, done } = anAgenda({ atOnce: 2, work: () => new Promise(resolve => ends.push(resolve)) });
  for (const id of ['a', 'b', 'c', 'a']) agenda.set(id, 0);
  expect(done).toEqual(['a', 'b']);
  ends[1]!();
  await vi.advanceTimersByTimeAsync(0);
  expect(done).toEqual(['a', 'b', 'c']);
  ends[0]!();
  await vi.advanceTimersByTimeAsync(0);
  expect(done).toEqual(['a', 'b', 'c', 'a']);
});

test('what fails is tried again', async () => {
  let fails = 2;
  const { agenda, done } = anAgenda({
    work: () => (fails-- > 0 ? Promise.reject(new Error('no')) : Promise.resolve()),
  });
  agenda.set('a', 0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(done).toEqual(['a', 'a', 'a']);
});

test('stop waits for what has begun and begins nothing more', async () => {
  let end = () => {};
  const { agenda, done } = anAgenda({ work: () => new Promise(resolve => (end = resolve)) });
  agenda.set('a', 0);
  agenda.set('b', 0);
  let isStopped = false;
  const stopping = agenda.stop().then(() => (isStopped = true));
  await vi.advanceTimersByTimeAsync(10);
  expect(isStopped).toBe(false);
  end();
  await stopping;
  expect(done).toEqual(['a']);
});
