/** Arithmetic on engine stamps: RFC 3339 in UTC with nine fractional digits, which order as strings. Pure. */

export const STAMP_LENGTH = 30;

/** Any RFC 3339 text in UTC, however many fractional digits, as a stamp; so that two of them compare as strings. */
export function toStamp(time: string): string {
  const [, second, fraction = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?Z$/.exec(time) ?? [];
  if (second === undefined) return stampOf(Date.parse(time) || 0);
  return `${second}.${fraction.padEnd(9, '0')}Z`;
}

/** The stamp of a Unix time in milliseconds. */
export const stampOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000000Z`;

/** Unix time in milliseconds, rounded down. */
export const msOf = (time: string): number => Date.parse(`${toStamp(time).slice(0, 23)}Z`);

/** The stamp `ms` later (earlier if negative); digits below the millisecond are kept. */
export function shiftStamp(stamp: string, ms: number): string {
  const whole = toStamp(stamp);
  return `${new Date(msOf(whole) + ms).toISOString().slice(0, -1)}${whole.slice(23)}`;
}

/** The first stamp after this one: makes an inclusive end of a half-open range. */
export function nextStamp(stamp: string): string {
  const whole = toStamp(stamp);
  const below = Number(whole.slice(23, 29)) + 1;
  return below < 1_000_000
    ? `${whole.slice(0, 23)}${String(below).padStart(6, '0')}Z`
    : stampOf(msOf(whole) + 1);
}

/** The engine writes this year for "never". */
export const isNever = (time: string | null | undefined): boolean => !time || time.startsWith('0001-');
