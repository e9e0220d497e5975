/** Times that applications write, where they are unambiguous: RFC 3339 with a zone, and numbers since 1970. */

const RFC3339 =
  /^(\d{4}-\d\d-\d\d)([T ])((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)([.,]\d{1,9})?( ?)(Z|UTC|GMT|[+-](?:0\d|1[0-4]):?[0-5]\d)$/;
/** Seconds, milliseconds, microseconds or nanoseconds: 2000-01-01 to 2100-01-01 do not overlap in these units. */
const UNITS_PER_MS = [0.001, 1, 1e3, 1e6];
/** Seconds with a fraction come out a little below the millisecond they mean. */
const ROUNDING_MS = 0.001;
const MIN_MS = Date.UTC(2000, 0);
const MAX_MS = Date.UTC(2100, 0);

/** RFC 3339 text of a time value of any logger, or undefined when zone, unit or century are in doubt. */
export function createdOf(value: unknown): string | undefined {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value !== 'string' || value.length > 40) return undefined;
  return ofText(value) ?? (/^\d{10,19}(?:\.\d{1,9})?$/.test(value) ? ofNumber(Number(value)) : undefined);
}

function ofText(text: string): string | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, day = '', separator = '', time = '', fraction = '', blank = '', zone = ''] = match;
  if (!isDay(day)) return undefined;
  if (separator === 'T' && blank === '' && zone === 'Z' && !fraction.startsWith(',')) return text;
  return `${day}T${time}${fraction.replace(',', '.')}${offsetOf(zone)}`;
}

function offsetOf(zone: string): string {
  if (zone === 'Z' || zone === 'UTC' || zone === 'GMT') return 'Z';
  return zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
}

// One day is asked about for many lines.
let lastDay = '';
let isLastDay = false;

/** Whether the calendar has this day, and our century too. */
function isDay(day: string): boolean {
  if (day !== lastDay) {
    const ms = Date.parse(`${day}T00:00:00Z`);
    // Some engines take the 31st of February for the 3rd of March.
    isLastDay = ms >= MIN_MS && ms < MAX_MS && new Date(ms).toISOString().startsWith(day);
    lastDay = day;
  }
  return isLastDay;
}

function ofNumber(value: number): string | undefined {
  for (const unitsPerMs of UNITS_PER_MS) {
    const ms = value / unitsPerMs;
    if (ms >= MIN_MS && ms < MAX_MS) return isoOf(Math.floor(ms + ROUNDING_MS));
  }
  return undefined;
}

// Lines of one second come together: its text is made once.
let lastSecond = -1;
let lastText = '';

function isoOf(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toISOString().slice(0, 20);
    lastSecond = second;
  }
  return `${lastText}${String(ms - second * 1000).padStart(3, '0')}Z`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const COMMON_LOG = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/;

let lastCommonLog = '';
let lastCreated: string | undefined;

/** The time of access logs, `22/Nov/2026:10:41:07 +0000`. */
export function createdOfCommonLog(text: string): string | undefined {
  if (text !== lastCommonLog) {
    lastCreated = ofCommonLog(text);
    lastCommonLog = text;
  }
  return lastCreated;
}

function ofCommonLog(text: string): string | undefined {
  const match = COMMON_LOG.exec(text);
  if (match === null) return undefined;
  const [, day = '', name = '', year = '', time = '', hours = '', minutes = ''] = match;
  const month = MONTHS.indexOf(name) + 1;
  return month === 0
    ? undefined
    : ofText(`${year}-${month < 10 ? '0' : ''}${month}-${day}T${time}${hours}:${minutes}`);
}
