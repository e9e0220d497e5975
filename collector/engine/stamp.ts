/**
 * Engine stamps as the engine sends and takes them; arithmetic on them is in contract/stamp.ts. Always 30 characters, UTC.
 * Nanoseconds never pass through a number: a double holds only 53 bits of the 61 that today's clock needs.
 */
import { msOf, STAMP_LENGTH } from '#contract/stamp.ts';

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** Stamp of nanoseconds since 1970 given as decimal digits. */
export function stampOfNanos(nanos: string): string {
  const digits = nanos.padStart(10, '0');
  const seconds = new Date(Number(digits.slice(0, -9)) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${digits.slice(-9)}Z`;
}

/** Any RFC 3339 time in UTC as a stamp; null for text that is none and for the engine's zero time (year 1). */
export function readStamp(text: string | undefined): string | null {
  const match = RFC3339.exec(text ?? '');
  if (match?.[1] === undefined || match[1].startsWith('0001-')) return null;
  return `${match[1]}.${(match[2] ?? '').padEnd(9, '0')}Z`;
}

/** `since` as the engine takes it: `<seconds>.<nine digits>`. */
export const sinceOfStamp = (stamp: string): string =>
  `${Math.floor(msOf(stamp) / 1_000)}.${stamp.slice(20, 29)}`;

const SPACE = 0x20;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

/** Podman stamps a message with a whole second, without a fraction. */
const SECOND_LENGTH = 20;
const NO_FRACTION = Buffer.from('.000000000Z');

/** Whether such a stamp and a space stand at this offset. */
export const isSecondAt = (bytes: Buffer, at: number): boolean =>
  bytes[at + SECOND_LENGTH] === SPACE &&
  bytes[at + SECOND_LENGTH - 1] === LETTER_Z &&
  bytes[at + 10] === LETTER_T;

/** A copy of the bytes from here to `end`, the stamp of a whole second at their beginning written out. */
export const withWholeStamp = (bytes: Buffer, at: number, end: number): Buffer =>
  Buffer.concat([
    bytes.subarray(at, at + SECOND_LENGTH - 1),
    NO_FRACTION,
    bytes.subarray(at + SECOND_LENGTH, end),
  ]);

/** By an engine that knows no fractions, or once in a thousand million times. */
export const isWholeSecond = (stamp: string): boolean => stamp === startOfSecond(stamp);

export const startOfSecond = (stamp: string): string => `${stamp.slice(0, 19)}.000000000Z`;

/** Whether a stamp and a space stand at this offset, as before every message. Looks at the fixed letters only. */
export const isStampAt = (bytes: Buffer, at: number): boolean =>
  bytes[at + STAMP_LENGTH] === SPACE &&
  bytes[at + STAMP_LENGTH - 1] === LETTER_Z &&
  bytes[at + 10] === LETTER_T;
