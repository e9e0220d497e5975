/** Where the bars and flags of the histogram are. Pure: times in ms since the epoch, lengths in CSS pixels. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Histogram } from '#contract/query.ts';

/** From the bottom up: trouble stands on the flat baseline, where heights compare. */
export const STACK = ['fatal', 'error', 'warn', 'notice', 'info', 'debug', 'trace', 'none'] as const;

export type Span = { from: number; to: number };
export type Box = { width: number; height: number };
export type Segment = { level: string; y: number; height: number };
export type Bar = Span & {
  x: number;
  width: number;
  total: number;
  byLevel: Record<string, number>;
  segments: Segment[];
};

/** The time the chart covers: whole buckets. Undefined without any. */
export function spanOf({ buckets, intervalMs }: Histogram): Span | undefined {
  const first = buckets[0];
  const last = buckets.at(-1);
  if (!first || !last) return undefined;
  return { from: Date.parse(first.from), to: Date.parse(last.from) + intervalMs };
}

export const xOf = (at: number, span: Span, width: number): number =>
  ((at - span.from) / Math.max(1, span.to - span.from)) * width;

export const timeAt = (x: number, span: Span, width: number): number =>
  span.from + (Math.min(width, Math.max(0, x)) / Math.max(1, width)) * (span.to - span.from);

/** Below this a brushed range keeps its milliseconds. */
const SNAP_FROM_MS = 10_000;

/** What a drag over the chart asks for: whole seconds, unless that would change it much. */
export function brushedRange(a: number, b: number, { span, width }: { span: Span; width: number }): Span {
  const from = timeAt(Math.min(a, b), span, width);
  const to = timeAt(Math.max(a, b), span, width);
  const step = to - from >= SNAP_FROM_MS ? 1_000 : 1;
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step };
}

const GAP_PX = 2;

export function layoutBars(histogram: Histogram, span: Span, box: Box): Bar[] {
  const most = Math.max(1, ...histogram.buckets.map(({ total }) => total));
  return histogram.buckets.map(bucket => {
    const from = Date.parse(bucket.from);
    const to = from + histogram.intervalMs;
    // Whole pixels, so that bars are crisp and their gaps equal.
    const x = Math.round(xOf(from, span, box.width));
    const width = Math.max(1, Math.round(xOf(to, span, box.width)) - x - GAP_PX);
    const { total, byLevel } = bucket;
    return { from, to, x, width, total, byLevel, segments: stack(byLevel, box.height / most, box.height) };
  });
}

/** Every level that is there gets at least one pixel: one error among thousands must be seen. */
function stack(byLevel: Record<string, number>, scale: number, height: number): Segment[] {
  let y = height;
  const segments: Segment[] = [];
  for (const level of STACK) {
    const count = byLevel[level] ?? 0;
    if (count === 0) continue;
    const segmentHeight = Math.max(1, count * scale);
    y = Math.max(0, y - segmentHeight);
    segments.push({ level, y, height: segmentHeight });
  }
  return segments;
}

export const barAt = (bars: readonly Bar[], at: number): Bar | undefined =>
  bars.find(({ from, to }) => at >= from && at < to);

/** `left` and `right`: free pixels on each side, up to the next flag or the end. */
export type Flag = { x: number; left: number; right: number; events: ContainerEvent[] };

/** Flags nearer than this are one, with their number. */
const FLAG_DISTANCE_PX = 22;

/** @param events oldest first. */
export function layoutFlags(events: readonly ContainerEvent[], span: Span, width: number): Flag[] {
  const flags: Pick<Flag, 'x' | 'events'>[] = [];
  for (const event of events) {
    const at = Date.parse(event['@timestamp']);
    if (at < span.from || at > span.to) continue;
    const x = xOf(at, span, width);
    const last = flags.at(-1);
    if (last && x - last.x < FLAG_DISTANCE_PX) last.events.push(event);
    else flags.push({ x, events: [event] });
  }
  return flags.map((flag, index) => ({
    ...flag,
    left: flag.x - (flags[index - 1]?.x ?? 0),
    right: (flags[index + 1]?.x ?? width) - flag.x,
  }));
}

export type Band = { id: string; x: number; width: number };

/** A gap of a moment must be seen too. */
const LEAST_BAND_PX = 3;

/** The times in which lines are missing, cut to what is shown. */
export function layoutGaps(events: readonly ContainerEvent[], span: Span, width: number): Band[] {
  return events.flatMap(({ event, gap }) => {
    if (!gap) return [];
    const from = Math.max(span.from, Date.parse(gap.from));
    const to = Math.min(span.to, Date.parse(gap.to));
    if (!(to >= from)) return [];
    const x = xOf(from, span, width);
    return [{ id: event.id, x, width: Math.max(LEAST_BAND_PX, xOf(to, span, width) - x) }];
  });
}
