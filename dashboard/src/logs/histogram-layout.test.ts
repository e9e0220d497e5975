import { describe, expect, it } from 'vitest';
import type { Histogram } from '#contract/query.ts';
import {
  barAt,
  brushedRange,
  layoutBars,
  layoutFlags,
  layoutGaps,
  spanOf,
  timeAt,
  xOf,
} from './histogram-layout.ts';
import { anEvent, stampAt } from './test-records.ts';

const histogram: Histogram = {
  intervalMs: 10_000,
  buckets: [
    { from: stampAt(0), total: 100, byLevel: { info: 99, error: 1 } },
    { from: stampAt(10), total: 0, byLevel: {} },
    { from: stampAt(20), total: 1_000, byLevel: { none: 500, fatal: 500 } },
  ],
};
const span = spanOf(histogram)!;
const bars = layoutBars(histogram, span, { width: 300, height: 50 });

describe('bars', () => {
  it('cover the range in equal whole pixels', () => {
    expect(span.to - span.from).toBe(30_000);
    expect(bars.map(({ x, width }) => [x, width])).toEqual([
      [0, 98],
      [100, 98],
      [200, 98],
    ]);
  });

  it('stack trouble at the bottom and show even one error', () => {
    expect(bars[0]!.segments).toEqual([
      { level: 'error', y: 49, height: 1 },
      { level: 'info', y: 44.05, height: 4.95 },
    ]);
    expect(bars[1]!.segments).toEqual([]);
    expect(bars[2]!.segments.map(({ level, y }) => [level, y])).toEqual([
      ['fatal', 25],
      ['none', 0],
    ]);
  });

  it('are found by time, and time by pixel', () => {
    expect(barAt(bars, span.from + 25_000)).toBe(bars[2]);
    expect(barAt(bars, span.to)).toBeUndefined();
    expect(timeAt(xOf(span.from + 7_000, span, 300), span, 300)).toBe(span.from + 7_000);
    expect([timeAt(-5, span, 300), timeAt(900, span, 300)]).toEqual([span.from, span.to]);
    expect(spanOf({ intervalMs: 1, buckets: [] })).toBeUndefined();
  });
});

it('a drag asks for whole seconds, and for milliseconds when it is short', () => {
  const chart = { span, width: 1_000 };
  expect(brushedRange(901, 301, chart)).toEqual({ from: span.from + 9_000, to: span.from + 28_000 });
  expect(brushedRange(10, 15, chart)).toEqual({ from: span.from + 300, to: span.from + 450 });
});

it('flags that would touch are one', () => {
  const events = [1, 2, 20, 45].map(n => anEvent({ n, action: 'die' }));
  const flags = layoutFlags(events, span, 300);
  expect(flags.map(({ x, left, right, events: { length } }) => [x, left, right, length])).toEqual([
    [10, 10, 190, 2],
    [200, 190, 100, 1],
  ]);
});

describe('gaps', () => {
  const gapAt = (from: number, to: number) => ({
    ...anEvent({ action: 'log-gap' }),
    gap: { from: stampAt(from), to: stampAt(to), reason: 'rotated' },
  });
  it('are bands from end to end, cut to the chart, and never too thin to see', () => {
    const events = [gapAt(3, 6), gapAt(12, 12), gapAt(25, 50), gapAt(40, 50), anEvent()];
    expect(layoutGaps(events, span, 300).map(({ x, width }) => [x, width])).toEqual([
      [30, 30],
      [120, 3],
      [250, 50],
    ]);
  });
});
