/** Numbers, sizes, durations and times for people. English, cached formatters, no locale surprises. */
import type { Zone } from './zone.ts';

const grouped = new Intl.NumberFormat('en-US');
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** `12480` → `12,480`. */
export const formatNumber = (value: number): string => grouped.format(value);

/** `9410` → `9.4k`: where room is short. */
export const formatCompact = (value: number): string => compact.format(value).toLowerCase();

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Binary units, as the engine counts: `25165824` → `24 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 1;
  return `${trimZero(value.toFixed(digits))} ${BYTE_UNITS[unit] ?? ''}`;
}

const trimZero = (digits: string): string => digits.replace(/\.0$/, '');

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At most two units: `140 ms`, `3.2 s`, `2 min 5 s`, `6 h 12 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < SECOND) return `${Math.round(span)} ms`;
  if (span < MINUTE) return `${trimZero((Math.floor(span / 100) / 10).toFixed(1))} s`;
  if (span < HOUR) return twoUnits(span, [MINUTE, 'min'], [SECOND, 's']);
  if (span < DAY) return twoUnits(span, [HOUR, 'h'], [MINUTE, 'min']);
  return twoUnits(span, [DAY, 'd'], [HOUR, 'h']);
}

function twoUnits(span: number, large: [number, string], small: [number, string]): string {
  const rest = Math.floor((span % large[0]) / small[0]);
  const head = `${Math.floor(span / large[0])} ${large[1]}`;
  return rest === 0 ? head : `${head} ${rest} ${small[1]}`;
}

/** `just now`, `5 s ago`, `3 min ago`, `2 h ago`, `4 d ago`. Both in ms; a time ahead of `now` (skewed clocks) is `just now`. */
export function formatRelative(at: number, now: number): string {
  const age = now - at;
  if (age < 2 * SECOND) return 'just now';
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s ago`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  return `${Math.floor(age / DAY)} d ago`;
}

/** Time of day to the millisecond: `10:41:07.123`. Any ISO stamp; what is no stamp comes back as it is. */
export function formatClock(iso: string, zone: Zone): string {
  return shifted(iso, zone)?.slice(11, 23) ?? iso;
}

/** `2026-11-22 10:41:07.123`. */
export function formatDateTime(iso: string, zone: Zone): string {
  return shifted(iso, zone)?.slice(0, 23).replace('T', ' ') ?? iso;
}

/** `2026-11-22 10:41`. */
export function formatMinute(iso: string, zone: Zone): string {
  return shifted(iso, zone)?.slice(0, 16).replace('T', ' ') ?? iso;
}

/** When something ended that may last: `10:41:07`, or with its date once that is needed to tell the day. */
export function formatSince(iso: string, zone: Zone, nowMs: number): string {
  const isToday =
    shifted(iso, zone)?.slice(0, 10) === shifted(new Date(nowMs).toISOString(), zone)?.slice(0, 10);
  return isToday ? formatClock(iso, zone).slice(0, 8) : formatMinute(iso, zone);
}

/** The instant's wall clock in `zone`, written as an ISO string. */
function shifted(iso: string, zone: Zone): string | undefined {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return undefined;
  return new Date(zone === 'utc' ? ms : ms - offsetMinutes(ms) * MINUTE).toISOString();
}

let cachedQuarter = NaN;
let cachedOffset = 0;

/** Zone offsets change on quarters of an hour at most: asking once for each spares a costly call per row. */
function offsetMinutes(ms: number): number {
  const quarter = Math.floor(ms / (15 * MINUTE));
  if (quarter !== cachedQuarter) {
    cachedQuarter = quarter;
    cachedOffset = new Date(ms).getTimezoneOffset();
  }
  return cachedOffset;
}
