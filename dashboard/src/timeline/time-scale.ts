/** Time to pixels and back, zoom, pan and calm ticks. All times are milliseconds since the epoch. */

export type TimeView = { fromMs: number; toMs: number };
export type TimeScale = {
  view: TimeView;
  width: number;
  x: (ms: number) => number;
  ms: (x: number) => number;
};
export type Tick = { atMs: number; x: number; label: string; isDay: boolean };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const MIN_SPAN_MS = 2 * SECOND;
export const MAX_SPAN_MS = 31 * DAY;
const MIN_TICK_PX = 84;

const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map(count => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(count => count * MINUTE),
  ...[1, 2, 3, 6, 12].map(count => count * HOUR),
  ...[1, 2, 7].map(count => count * DAY),
];

export function createScale(view: TimeView, width: number): TimeScale {
  const span = Math.max(1, view.toMs - view.fromMs);
  return {
    view,
    width,
    x: ms => ((ms - view.fromMs) / span) * width,
    ms: x => view.fromMs + (x / Math.max(1, width)) * span,
  };
}

/** Zooms by `factor` (< 1 closer) so that `anchorMs` stays under the pointer. */
export function zoomView(view: TimeView, factor: number, anchorMs: number): TimeView {
  const span = view.toMs - view.fromMs;
  const wanted = clamp(span * factor, MIN_SPAN_MS, MAX_SPAN_MS);
  const ratio = span <= 0 ? 0.5 : clamp((anchorMs - view.fromMs) / span, 0, 1);
  const fromMs = Math.round(anchorMs - ratio * wanted);
  return { fromMs, toMs: fromMs + Math.round(wanted) };
}

/** Moves by milliseconds, never further than `latestMs`: there is nothing to see in the future. */
export function panView(view: TimeView, byMs: number, latestMs: number): TimeView {
  const by = Math.round(Math.min(byMs, Math.max(0, latestMs - view.toMs)));
  return { fromMs: view.fromMs + by, toMs: view.toMs + by };
}

/** The view between two dragged points, in any order; null when it was a click and no drag. */
export function viewBetween(oneMs: number, otherMs: number): TimeView | null {
  const fromMs = Math.round(Math.min(oneMs, otherMs));
  const toMs = Math.round(Math.max(oneMs, otherMs));
  if (toMs - fromMs < 1) return null;
  if (toMs - fromMs >= MIN_SPAN_MS) return { fromMs, toMs };
  return zoomView({ fromMs, toMs }, MIN_SPAN_MS / (toMs - fromMs), (fromMs + toMs) / 2);
}

/** The smallest calm step whose ticks stand far enough apart. */
export function tickStepMs(view: TimeView, width: number): number {
  const span = view.toMs - view.fromMs;
  const most = Math.max(1, Math.floor(width / MIN_TICK_PX));
  return STEPS_MS.find(step => span / step <= most) ?? 7 * DAY * Math.ceil(span / (7 * DAY * most));
}

/**
 * Ticks on round wall-clock times of the shown zone. `timeZone` undefined is the browser's.
 * Steps of hours and days follow that zone's offset at each tick, so midnight is midnight on both sides of a clock change.
 */
export function ticksOf(scale: TimeScale, timeZone?: string): Tick[] {
  const step = tickStepMs(scale.view, scale.width);
  const clock = wallClock(timeZone);
  const { fromMs, toMs } = scale.view;
  const ticks: Tick[] = [];
  const first = Math.ceil((fromMs + clock.offsetMs(fromMs)) / step) * step;
  for (let local = first; ticks.length < 200; local += step) {
    // The offset of the moment itself may differ from the one at the left edge by a clock change.
    const guess = local - clock.offsetMs(local - clock.offsetMs(fromMs));
    const atMs = local - clock.offsetMs(guess);
    if (atMs > toMs) break;
    if (atMs < fromMs || ticks.at(-1)?.atMs === atMs) continue;
    const isDay = local % DAY === 0;
    ticks.push({ atMs, x: scale.x(atMs), label: clock.label(atMs, isDay ? DAY : step), isDay });
  }
  return ticks;
}

type WallClock = { offsetMs: (atMs: number) => number; label: (atMs: number, stepMs: number) => string };
const clocks = new Map<string, WallClock>();

function wallClock(timeZone: string | undefined): WallClock {
  const known = clocks.get(timeZone ?? '');
  if (known !== undefined) return known;
  const zone = timeZone === undefined ? {} : { timeZone };
  const parts = new Intl.DateTimeFormat('en-US', {
    ...zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const time = { ...zone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' } as const;
  const seconds = new Intl.DateTimeFormat('en-GB', { ...time, second: '2-digit' });
  const minutes = new Intl.DateTimeFormat('en-GB', time);
  const day = new Intl.DateTimeFormat('en-GB', { ...zone, day: 'numeric', month: 'short' });
  const clock: WallClock = {
    offsetMs: atMs => offsetFrom(parts, atMs),
    label: (atMs, stepMs) => (stepMs >= DAY ? day : stepMs >= MINUTE ? minutes : seconds).format(atMs),
  };
  clocks.set(timeZone ?? '', clock);
  return clock;
}

function offsetFrom(parts: Intl.DateTimeFormat, atMs: number): number {
  const read: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const part of parts.formatToParts(atMs)) read[part.type] = Number(part.value);
  const local = Date.UTC(
    read.year ?? 1970,
    (read.month ?? 1) - 1,
    read.day ?? 1,
    read.hour ?? 0,
    read.minute ?? 0,
    read.second ?? 0,
  );
  return local - Math.floor(atMs / SECOND) * SECOND;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
