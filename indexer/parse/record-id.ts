/**
 * Ids of records and events: 160 bits as 32 characters of base32hex, so that the order of ids is the order of time.
 *
 *     4 bytes unix seconds, 4 bytes nanoseconds, 9 bytes stream key, 3 bytes ordinal; all big-endian
 *
 * The id is a pure function of what the engine says, so a line read twice has one id. Within one stamp the streams of
 * containers stand in the order of their keys, and within one stream the lines in the order they were written.
 */
import { createHash } from 'node:crypto';

const DIGITS = '0123456789abcdefghijklmnopqrstuv';
/** All pairs of digits: ten bits become two characters by one look-up. */
const PAIRS = Array.from({ length: 1024 }, (_, n) => DIGITS.charAt(n >> 5) + DIGITS.charAt(n & 31));
const MAX_SECONDS = 0xffff_ffff;
const MAX_NANOSECONDS = 999_999_999;
const MAX_ORDINAL = 0xff_ffff;

/**
 * Nine bytes that name one stream of one container of one engine. `stream` is `stdout`, `stderr`, or for an event its
 * kind. Parts are hashed with their lengths, so no two triples share their input. Keep the buffer and pass the same one
 * to `recordId`: its encoding is remembered by identity.
 */
export function createStreamKey(engineId: string, containerId: string, stream: string): Buffer {
  const hash = createHash('sha256');
  for (const part of [engineId, containerId, stream]) {
    const bytes = Buffer.from(part, 'utf8');
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest().subarray(0, 9);
}

/**
 * The id of the line at `stamp` (30 characters, see contract `Stamp`) with `ordinal` in its run of equal stamps.
 * What does not fit is clamped (seconds to 1970–2106, ordinal to 24 bits); never throws.
 */
export function recordId(streamKey: Buffer, stamp: string, ordinal: number): string {
  const key = encodedKey(streamKey);
  const count = clamp(ordinal, MAX_ORDINAL);
  return timePart(stamp, key.firstBit) + key.middle + ordinalPart(key.lastBit, count);
}

/** The engine stamp an id was made from. Characters that are not of an id count as `0`. */
export function stampOfId(id: string): string {
  let bits = 0n;
  for (let i = 0; i < 13; i++) bits = (bits << 5n) | BigInt(Math.max(0, DIGITS.indexOf(id.charAt(i) || '0')));
  const time = bits >> 1n;
  const nanoseconds = Math.min(Number(time & 0xffff_ffffn), MAX_NANOSECONDS);
  const second = new Date(Number(time >> 32n) * 1000).toISOString().slice(0, 19);
  return `${second}.${String(nanoseconds).padStart(9, '0')}Z`;
}

/** `from` ≤ id < `to` holds exactly for the ids of records whose stamp is in [fromStamp, toStamp). */
export function idRange(fromStamp: string, toStamp: string): { from: string; to: string } {
  return { from: smallestId(fromStamp), to: smallestId(toStamp) };
}

function smallestId(stamp: string): string {
  return timePart(stamp, 0).padEnd(32, '0');
}

/** 13 characters: 32 bits of seconds, 32 bits of nanoseconds (the top two are never set), and the first bit of the key. */
function timePart(stamp: string, firstKeyBit: number): string {
  const second = encodedSecond(stamp);
  const nanoseconds = nanosecondsOf(stamp);
  return (
    second.head +
    DIGITS.charAt((second.rest << 3) | (nanoseconds >>> 29)) +
    pair(nanoseconds >>> 19) +
    pair(nanoseconds >>> 9) +
    DIGITS.charAt((nanoseconds >>> 4) & 31) +
    DIGITS.charAt(((nanoseconds & 15) << 1) | firstKeyBit)
  );
}

/** 5 characters: the last bit of the key and 24 bits of ordinal. */
function ordinalPart(lastKeyBit: number, ordinal: number): string {
  return DIGITS.charAt((lastKeyBit << 4) | (ordinal >>> 20)) + pair(ordinal >>> 10) + pair(ordinal);
}

const pair = (bits: number): string => PAIRS[bits & 1023] ?? '';
/** Also makes NaN a zero. */
const clamp = (value: number, max: number): number => (value > 0 ? Math.min(Math.floor(value), max) : 0);

// Lines come second after second, so remembering one second saves nearly every date calculation.
type EncodedSecond = { head: string; rest: number };
let lastSecond = '';
let lastEncoded: EncodedSecond = { head: '000000', rest: 0 };

function encodedSecond(stamp: string): EncodedSecond {
  if (lastSecond !== '' && stamp.startsWith(lastSecond)) return lastEncoded;
  lastSecond = stamp.slice(0, 19);
  const seconds = clamp(Date.parse(`${lastSecond}Z`) / 1000, MAX_SECONDS);
  lastEncoded = {
    head: pair(seconds >>> 22) + pair(seconds >>> 12) + pair(seconds >>> 2),
    rest: seconds & 3,
  };
  return lastEncoded;
}

function nanosecondsOf(stamp: string): number {
  let value = 0;
  for (let i = 20; i < 29; i++) {
    const digit = stamp.charCodeAt(i) - 48;
    value = value * 10 + (digit >= 0 && digit <= 9 ? digit : 0);
  }
  return value;
}

type EncodedKey = { firstBit: number; middle: string; lastBit: number };
const encodedKeys = new WeakMap<Buffer, EncodedKey>();

/** The 72 bits of a key straddle the 5-bit digits: one bit, 14 digits, one bit. */
function encodedKey(key: Buffer): EncodedKey {
  let encoded = encodedKeys.get(key);
  if (encoded === undefined) {
    const bits = BigInt(`0x0${key.toString('hex')}`);
    const middle = Array.from({ length: 14 }, (_, i) =>
      DIGITS.charAt(Number((bits >> BigInt(66 - 5 * i)) & 31n)),
    ).join('');
    encoded = { firstBit: Number((bits >> 71n) & 1n), middle, lastBit: Number(bits & 1n) };
    encodedKeys.set(key, encoded);
  }
  return encoded;
}
