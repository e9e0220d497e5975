/** The time range of the page: ISO or date math as the API takes them, and how people write and read them. */
import { formatDateTime } from '../ui/format.ts';
import type { Zone } from '../ui/zone.ts';

export type TimeRange = { from: string; to: string };

export const DEFAULT_RANGE: TimeRange = { from: 'now-15m', to: 'now' };

export const PRESETS: readonly { from: string; name: string }[] = [
  { from: 'now-5m', name: 'Last 5 minutes' },
  { from: 'now-15m', name: 'Last 15 minutes' },
  { from: 'now-1h', name: 'Last hour' },
  { from: 'now-6h', name: 'Last 6 hours' },
  { from: 'now-24h', name: 'Last 24 hours' },
  { from: 'now-7d', name: 'Last 7 days' },
  { from: 'now-30d', name: 'Last 30 days' },
];

const UNIT_MS: Record<string, number> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };
const DATE_MATH = /^now(?:([+-])(\d{1,6})([smhdw]))?(?:\/([smhdw]))?$/;

/** Milliseconds since the epoch of `now`, `now-15m`, `now-1d/d` or an ISO time; undefined for anything else. */
export function resolveTime(text: string, now: number): number | undefined {
  const math = DATE_MATH.exec(text);
  if (!math) {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : ms;
  }
  const [, sign, count, unit, floor] = math;
  const shift = unit === undefined ? 0 : Number(count) * (UNIT_MS[unit] ?? 0) * (sign === '-' ? -1 : 1);
  const step = floor === undefined ? 1 : (UNIT_MS[floor] ?? 1);
  return Math.floor((now + shift) / step) * step;
}

const isRelative = (text: string): boolean => DATE_MATH.test(text);

/** What the button says: `Last 15 minutes`, or both ends. */
export function rangeName(range: TimeRange, zone: Zone): string {
  const preset = range.to === 'now' ? PRESETS.find(({ from }) => from === range.from) : undefined;
  if (preset) return preset.name;
  const [, , count, unit] = range.to === 'now' ? (/^now(-)(\d+)([smhdw])$/.exec(range.from) ?? []) : [];
  if (count !== undefined && unit !== undefined) return `Last ${count} ${unit === 'm' ? 'min' : unit}`;
  const from = timeName(range.from, zone);
  const to = timeName(range.to, zone);
  // The day is said once where both ends share it.
  const sameDay = from.length > 10 && from.slice(0, 11) === to.slice(0, 11);
  return `${from} – ${sameDay ? to.slice(11) : to}`;
}

/** A time as the range fields show it; reads back through `readTime`. */
export function timeName(text: string, zone: Zone): string {
  return isRelative(text) ? text : formatDateTime(text, zone).replace(/(?::00)?\.000$/, '');
}

const WALL_CLOCK = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?(\.\d{1,3})?)?$/;

/** What a person typed, as the API takes it: date math as it is, a wall clock of `zone` as ISO. Undefined if neither. */
export function readTime(text: string, zone: Zone): string | undefined {
  const trimmed = text.trim();
  if (isRelative(trimmed)) return trimmed;
  const wall = WALL_CLOCK.exec(trimmed);
  const iso = wall
    ? `${wall[1] ?? ''}T${wall[2] ?? '00:00'}${wall[3] ?? ':00'}${wall[4] ?? ''}${zone === 'utc' ? 'Z' : ''}`
    : trimmed;
  const ms = wall || /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:?\d\d)$/.test(trimmed) ? Date.parse(iso) : NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
