import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toRange, viewOf } from './time-range.ts';
import {
  createScale,
  MIN_SPAN_MS,
  panView,
  ticksOf,
  tickStepMs,
  viewBetween,
  zoomView,
} from './time-scale.ts';

test('a long view is written in whole seconds, a short one to the millisecond', () => {
  const iso = (ms: number) => new Date(ms).toISOString();
  const fromMs = Date.parse('2026-11-22T10:00:00.400Z');
  expect(toRange({ fromMs, toMs: fromMs + 600_000 })).toEqual({
    from: '2026-11-22T10:00:00.000Z',
    to: '2026-11-22T10:10:00.000Z',
  });
  expect(toRange({ fromMs, toMs: fromMs + 5_000 })).toEqual({ from: iso(fromMs), to: iso(fromMs + 5_000) });
});

test.each([
  [{ from: 'now-15m', to: 'now' }, 15],
  [{ from: '2026-11-22T10:00:00Z', to: '2026-11-22T10:30:00Z' }, 30],
  [{ from: 'soon', to: 'now' }, 60],
  [{ from: 'now', to: 'now-1h' }, 60],
])('the range %j shows %s minutes', (range, minutes) => {
  const view = viewOf(range, Date.parse('2026-11-22T12:00:00Z'));
  expect(view.toMs - view.fromMs).toBe(minutes * 60_000);
});

const at = (iso: string) => Date.parse(iso);
const NOON = at('2026-11-22T12:00:00Z');
const hours = (count: number) => ({ fromMs: NOON - count * 3_600_000, toMs: NOON });

test('pixels and times are each other’s inverse', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (width, part) => {
        const scale = createScale(hours(3), width);
        const ms = scale.view.fromMs + part * 3 * 3_600_000;
        expect(scale.ms(scale.x(ms))).toBeCloseTo(ms, 0);
      },
    ),
  );
});

test('what is under the pointer stays there while zooming', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 20, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (factor, part) => {
        const view = hours(6);
        const anchor = view.fromMs + part * (view.toMs - view.fromMs);
        const zoomed = zoomView(view, factor, anchor);
        const ratio = (anchor - zoomed.fromMs) / (zoomed.toMs - zoomed.fromMs);
        expect(ratio).toBeCloseTo(part, 3);
      },
    ),
  );
});

test('zooming in ends at two seconds', () => {
  const view = zoomView(hours(1), 1e-9, NOON);
  expect(view.toMs - view.fromMs).toBe(MIN_SPAN_MS);
});

test('one cannot pan into the future, but always back', () => {
  expect(panView(hours(1), 60_000, NOON)).toEqual(hours(1));
  expect(panView(hours(1), -60_000, NOON).toMs).toBe(NOON - 60_000);
  expect(panView(hours(1), 60_000, NOON + 10_000).toMs).toBe(NOON + 10_000);
});

test('a drag to the left is the same as to the right; a click is no drag; a tiny drag gets the least span', () => {
  expect(viewBetween(NOON, NOON - 60_000)).toEqual({ fromMs: NOON - 60_000, toMs: NOON });
  expect(viewBetween(NOON, NOON)).toBeNull();
  const tiny = viewBetween(NOON, NOON + 10);
  expect((tiny?.toMs ?? 0) - (tiny?.fromMs ?? 0)).toBe(MIN_SPAN_MS);
});

test.each([
  [0.002, 1_000, 1_000],
  [0.25, 1_000, 120_000],
  [1, 1_000, 600_000],
  [6, 1_000, 3_600_000],
  [24, 1_000, 10_800_000],
  [24 * 7, 1_000, 86_400_000],
  [24 * 365, 300, 7 * 86_400_000 * 18],
])('%s h on %s px: a tick every %s ms', (span, width, step) => {
  expect(tickStepMs(hours(span), width)).toBe(step);
});

test('ticks stand on round times, days are named', () => {
  const ticks = ticksOf(createScale(hours(24), 1_000), 'UTC');
  expect(ticks.map(tick => tick.label)).toEqual([
    '12:00',
    '15:00',
    '18:00',
    '21:00',
    '22 Nov',
    '03:00',
    '06:00',
    '09:00',
    '12:00',
  ]);
  expect(ticks.filter(tick => tick.isDay)).toHaveLength(1);
});

test('in a zone half an hour off, ticks are round there', () => {
  const labels = ticksOf(createScale(hours(6), 600), 'Asia/Kolkata').map(tick => tick.label);
  expect(labels).toEqual(['12:00', '13:00', '14:00', '15:00', '16:00', '17:00'].slice(0, labels.length));
});

test('midnight stays midnight across a clock change', () => {
  const view = { fromMs: at('2026-03-27T12:00:00Z'), toMs: at('2026-03-31T12:00:00Z') };
  const days = ticksOf(createScale(view, 500), 'Europe/Berlin');
  expect(days.map(tick => new Date(tick.atMs).toISOString())).toEqual([
    '2026-03-27T23:00:00.000Z',
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T22:00:00.000Z',
    '2026-03-30T22:00:00.000Z',
  ]);
});

test('ticks never crowd and never run away, whatever the view', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: MIN_SPAN_MS, max: 86_400_000 * 400 }),
      fc.integer({ min: 100, max: 3_000 }),
      (span, width) => {
        const ticks = ticksOf(createScale({ fromMs: NOON - span, toMs: NOON }, width), 'UTC');
        for (let index = 1; index < ticks.length; index += 1)
          expect((ticks[index]?.x ?? 0) - (ticks[index - 1]?.x ?? 0)).toBeGreaterThan(80);
      },
    ),
    { numRuns: 60 },
  );
});
