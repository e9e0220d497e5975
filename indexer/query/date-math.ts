/**
 * Times as people write them, into engine stamps (30 characters, UTC, nanoseconds kept):
 *
 * - a date with as much of a time as one likes: `2026-11-22`, `2026-11-22T10:41`, `2026-11-22 10:41:07.123456789+02:00`;
 *   without a zone it is UTC;
 * - a number of milliseconds since 1970; ten digits are seconds, as `date +%s` prints them;
 * - `now` with steps and roundings down: `now-15m`, `now+1h`, `now/d`, `now-1d/d+8h`; units ms s m h d w M y, all in UTC.
 */
import { DEFAULT_FROM, DEFAULT_TO } from '#contract/constants.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { STAMP_LENGTH, stampOf } from '#contract/stamp.ts';

/** `from` ≤ stamp < `to`. */
export type TimeSpan = { from: string; to: string };

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?)?)?)? ?(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?$/i;
const EPOCH = /^-?(?:\d{1,3}|\d{5,})$/;
const DATE_MATH = /^now(?:(?:[+-]\d{1,9}|\/)(?:ms|[smhHdwMy]))*$/;
const STEP = /([+-]\d+|\/)(ms|[smhHdwMy])/g;

type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'y';
const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** 1970 began on a Thursday, weeks begin on Monday. */
const FIRST_MONDAY = 4 * MILLISECONDS.d;
/** So that the last day of all, which people write for "for ever", has an end. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The first stamp of what a time stands for. Throws `bad_parameter`. */
export function parseTime(text: string, now: Date): string {
  return parseSpan(text, now).from;
}

/**
 * All that a time stands for: a date its whole day, `10:41` its minute, `10:41:07` its second, `now/h` its hour. With a
 * fraction, or by `now` without rounding at the end, it is exact and spans nothing (`from` equals `to`). Throws `bad_parameter`.
 */
export function parseSpan(text: string, now: Date): TimeSpan {
  const trimmed = text.trim();
  const span = parseEpoch(trimmed) ?? parseDate(trimmed) ?? parseDateMath(trimmed, now);
  if (span) return span;
  throw new QuaylogError('bad_parameter', `\`${trimmed.slice(0, 40)}\` is not a time.`, {
    hint: hintFor(trimmed),
  });
}

/** The range of a request; by default the last 15 minutes. Throws `bad_parameter` that names the parameter. */
export function resolveRange(
  params: { from?: string | undefined; to?: string | undefined },
  now: Date,
): TimeSpan {
  const from = readParameter('from', params.from ?? DEFAULT_FROM, now);
  const to = readParameter('to', params.to ?? DEFAULT_TO, now);
  if (from < to) return { from, to };
  throw new QuaylogError('bad_parameter', `\`from\` (${from}) must be before \`to\` (${to}).`, {
    hint: from === to ? 'Make the range longer: `to` itself is not part of it.' : 'Exchange `from` and `to`.',
  });
}

/** The stamp of a moment in milliseconds. Throws `bad_parameter` outside the years 0000 to 9999, which stamps cannot hold. */
export function toStamp(ms: number): string {
  const stamp = Math.abs(ms) <= 8.64e15 ? stampOf(ms) : '';
  if (stamp.length === STAMP_LENGTH) return stamp;
  throw new QuaylogError('bad_parameter', 'A time must lie within the years 0000 to 9999.');
}

function readParameter(name: 'from' | 'to', text: string, now: Date): string {
  try {
    return parseTime(text, now);
  } catch (error) {
    if (!(error instanceof QuaylogError)) throw error;
    const { message, hint } = error;
    throw new QuaylogError('bad_parameter', `\`${name}\`: ${message}`, {
      cause: error,
      ...(hint && { hint }),
    });
  }
}

function parseEpoch(text: string): TimeSpan | undefined {
  if (!EPOCH.test(text)) return undefined;
  const unit = /^\d{10}$/.test(text) ? MILLISECONDS.s : MILLISECONDS.ms;
  const at = toStamp(Number(text) * unit);
  return { from: at, to: at };
}

function parseDate(text: string): TimeSpan | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [, year = '', month, day, minutes, , seconds, fraction, zone] = match;
  const clock = `${match[4] ?? '00'}:${match[5] ?? '00'}:${seconds ?? '00'}`;
  const local = `${year}-${month ?? '01'}-${day ?? '01'}T${clock}`;
  const ms = Date.parse(`${local}Z`);
  // `Date.parse` takes the 30th of February for the 2nd of March.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(local)) return undefined;
  const offset = zoneOffset(zone);
  const start = toStamp(ms - offset);
  if (fraction !== undefined) {
    const exact = `${start.slice(0, 20)}${fraction.padEnd(9, '0')}Z`;
    return { from: exact, to: exact };
  }
  const precision = seconds ? 's' : minutes ? 'm' : day ? 'd' : month ? 'M' : 'y';
  return { from: start, to: toStamp(Math.min(step(ms, 1, precision) - offset, LAST_MOMENT)) };
}

function zoneOffset(zone: string | undefined): number {
  const [, sign, hours, minutes = '0'] = /([+-])(\d\d):?(\d\d)?/.exec(zone ?? '') ?? [];
  const offset = Number(hours ?? 0) * MILLISECONDS.h + Number(minutes) * MILLISECONDS.m;
  return sign === '-' ? -offset : offset;
}

function parseDateMath(text: string, now: Date): TimeSpan | undefined {
  if (!DATE_MATH.test(text)) return undefined;
  let ms = now.getTime();
  let span: Unit | undefined;
  for (const [, count, letter] of text.matchAll(STEP)) {
    const unit = (letter === 'H' ? 'h' : letter) as Unit;
    span = count === '/' ? unit : undefined;
    ms = count === '/' ? floor(ms, unit) : step(ms, Number(count), unit);
  }
  return { from: toStamp(ms), to: toStamp(span ? step(ms, 1, span) : ms) };
}

/** A month or year later is the same day of it, or its last day when it has none such. */
function step(ms: number, count: number, unit: Unit): number {
  if (unit !== 'M' && unit !== 'y') return ms + count * MILLISECONDS[unit];
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + count * (unit === 'y' ? 12 : 1));
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}

function floor(ms: number, unit: Unit): number {
  if (unit === 'M' || unit === 'y') {
    const iso = toStamp(ms);
    return Date.parse(unit === 'y' ? `${iso.slice(0, 4)}-01-01` : `${iso.slice(0, 7)}-01`);
  }
  const start = unit === 'w' ? FIRST_MONDAY : 0;
  return Math.floor((ms - start) / MILLISECONDS[unit]) * MILLISECONDS[unit] + start;
}

function hintFor(text: string): string {
  const ago = /^-?(\d+(?:ms|[smhdwMy]))(?: ago)?$/.exec(text)?.[1];
  if (ago !== undefined) return `Write \`now-${ago}\`.`;
  if (/^today$/i.test(text)) return 'Write `now/d`.';
  if (/^yesterday$/i.test(text)) return 'Write `now-1d/d`.';
  if (/\d \d\d:?\d\d$/.test(text) && text.includes('T'))
    return 'In a URL, write `%2B` for the `+` of a zone.';
  if (/^now/i.test(text))
    return 'Write `now`, then steps such as `-15m`, `+1h` or `/d`; units: ms s m h d w M y.';
  return 'Write `now-15m`, `2026-11-22`, `2026-11-22T10:41:07Z`, or milliseconds since 1970.';
}
