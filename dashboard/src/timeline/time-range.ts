/** The range of the address: date math that moves with the clock (`now-1h`), or two fixed times; and its view in milliseconds. */
import { resolveTime, type TimeRange } from '../logs/time-range.ts';
import type { TimeView } from './time-scale.ts';

export const DEFAULT_RANGE: TimeRange = { from: 'now-1h', to: 'now' };

/** What cannot be read, or ends before it begins, is the last hour: a mistyped address still shows something. */
export function viewOf(range: TimeRange, now: number): TimeView {
  const fromMs = resolveTime(range.from, now);
  const toMs = resolveTime(range.to, now);
  if (fromMs === undefined || toMs === undefined || toMs <= fromMs)
    return { fromMs: now - 3_600_000, toMs: now };
  return { fromMs, toMs };
}

/** In whole seconds once a view is long enough that nobody sees the difference: such times can be read and told. */
export function toRange({ fromMs, toMs }: TimeView): TimeRange {
  const step = toMs - fromMs >= 60_000 ? 1_000 : 1;
  const iso = (ms: number) => new Date(Math.round(ms / step) * step).toISOString();
  return { from: iso(fromMs), to: iso(toMs) };
}

/** Follows the clock: it is asked for again while time passes. */
export function isMoving(range: TimeRange): boolean {
  return range.to.includes('now');
}
