/** Whole numbers as bytes of one width, the narrowest that holds them all: u8 width (0, 1, 2 or 4; 0: all are 0), then the numbers. */
import { DamagedError } from './store-error.ts';

export function encodeNumbers(numbers: Numbers): Buffer {
  let max = 0;
  for (const number of numbers) if (number > max) max = number;
  const width = max === 0 ? 0 : max < 2 ** 8 ? 1 : max < 2 ** 16 ? 2 : 4;
  const bytes = Buffer.allocUnsafe(1 + numbers.length * width);
  bytes[0] = width;
  let at = 1;
  for (const number of width === 0 ? [] : numbers) {
    bytes[at] = number;
    if (width > 1) bytes[at + 1] = number >>> 8;
    if (width > 2) {
      bytes[at + 2] = number >>> 16;
      bytes[at + 3] = number >>> 24;
    }
    at += width;
  }
  return bytes;
}

/** As narrow as it was stored. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** Throws `DamagedError` when there are not `count` numbers. */
export function decodeNumbers(bytes: Buffer, count: number): Numbers {
  const width = bytes[0] ?? 255;
  if (bytes.length !== 1 + width * count || width > 4)
    throw new DamagedError('a column is too short or too long');
  const body = bytes.subarray(1);
  if (width === 0) return new Uint8Array(count);
  // Numbers begin where their width divides the place: a copy does, and keeps no larger buffer.
  const aligned = new Uint8Array(body).buffer;
  if (width === 1) return new Uint8Array(aligned);
  return width === 2 ? new Uint16Array(aligned) : new Uint32Array(aligned);
}
