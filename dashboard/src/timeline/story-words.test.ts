import { expect, test } from 'vitest';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { markInWords, markLabel, markShape } from './mark-words.ts';
import { deliveriesOf, exitInWords, neighbours, runEnds, sameBeforeInWords, spanOf } from './story-words.ts';
import type { Mark } from './timeline-layout.ts';

const AT = '2026-11-22T10:00:00.000000000Z';
const event: ContainerEvent = {
  '@timestamp': AT,
  event: { id: 'e', kind: 'event', category: [], type: [], dataset: 'docker.events', action: 'die' },
  container: { id: 'c', name: 'worker', image: { name: 'i' }, labels: {} },
  host: { id: 'h', name: 'a' },
};
const sampleAt = (stamp: string) => ({ '@timestamp': stamp }) as MetricSample;
const mark = (kind: Mark['kind'], minute: number, over: Partial<Mark> = {}): Mark => ({
  eventId: `${kind}-${minute}`,
  at: `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000000000Z`,
  kind,
  label: kind,
  ...over,
});

test('the span holds all samples and at least a minute before and half a minute after the event', () => {
  const at = Date.parse(AT);
  expect(spanOf({ event, samples: [] })).toEqual({ fromMs: at - 60_000, toMs: at + 30_000 });
  const samples = [sampleAt('2026-11-22T09:50:00.000000000Z'), sampleAt('2026-11-22T10:01:00.000000000Z')];
  expect(spanOf({ event, samples })).toEqual({ fromMs: at - 600_000, toMs: at + 60_000 });
});

test('a run ends at each death', () => {
  const marks = [mark('start', 0), mark('die', 1), mark('oom', 2), mark('oom', 3, { exitCode: 137 })];
  expect(runEnds(marks)).toEqual(['10:01', '10:03'].map(time => Date.parse(`2026-11-22T${time}:00Z`)));
});

test.each([
  [137, '137 = SIGKILL: killed at once', '137 = SIGKILL: killed at once'],
  [1, 'general error', '1: general error'],
  [3, undefined, '3'],
])('exit code %s with meaning %j reads %j', (code, meaning, words) => {
  expect(exitInWords(code, meaning)).toBe(words);
});

test.each([
  [0, null],
  [1, 'same death once in the 24 hours before'],
  [7, 'same death 7 times in the 24 hours before'],
])('%s earlier deaths of the same cause read %j', (count, words) => {
  expect(sameBeforeInWords({ event, sameInLast24h: count })).toBe(words);
});

test('what is no delivery is left out of the deliveries', () => {
  const real = { id: 'd', target: 't', status: 'failed', attempts: [] };
  expect(deliveriesOf({ deliveries: [null, 'x', { id: 1 }, real] })).toEqual([real]);
});

test('n and p go to deaths and troubles of the same row, and stop at its ends', () => {
  const marks = [
    mark('die', 1),
    mark('restart', 2),
    mark('oom', 3, { exitCode: 137 }),
    mark('start', 4),
    mark('unhealthy', 5),
  ];
  expect(neighbours(marks, 'oom-3')).toMatchObject({
    previous: { eventId: 'die-1' },
    next: { eventId: 'unhealthy-5' },
  });
  expect(neighbours(marks, 'die-1').previous).toBeNull();
  expect(neighbours(marks, 'unknown')).toEqual({ previous: null, next: null });
});

test.each([
  ['Killed by the kernel. Exit 137.', 137, 'Killed by the kernel. Exit 137.'],
  ['It ended by itself.', 1, 'It ended by itself, exit 1'],
  ['Limit 1370 MiB', 137, 'Limit 1370 MiB, exit 137'],
  ['Removed', undefined, 'Removed'],
])('label %j with exit code %s reads %j', (label, exitCode, words) => {
  expect(markInWords(mark('die', 1, { label, ...(exitCode === undefined ? {} : { exitCode }) }))).toBe(words);
});

test('a screen reader hears whom, what, when, and how many more', () => {
  const main = mark('die', 1, { label: 'It crashed' });
  expect(markLabel({ x: 0, main, marks: [main, mark('start', 1)], deaths: 1 }, 'web', '10:01')).toBe(
    'web: It crashed at 10:01, and 1 more close by',
  );
});

test.each([
  [mark('oom', 1), '✖', 'fatal'],
  [mark('die', 1, { class: 'oom' }), '✖', 'fatal'],
  [mark('die', 1, { class: 'crash' }), '■', 'error'],
  [mark('die', 1, { class: 'operator_stop' }), '■', 'dim'],
  [mark('die', 1), '■', 'dim'],
])('mark %j is a %s in %s', (one, glyph, tone) => {
  expect(markShape(one)).toEqual({ glyph, tone });
});
