/** Whole numbers as bytes of one width, the narrowest that holds them all: u8 width (0, 1, 2 or 4; 0: all are 0), then the numbers. */
import { DamagedError } from './store-error.ts';

export function encodeNumbers(numbers: Uint32Array): Buffer {
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

/** Throws `DamagedError` when there are not `count` numbers. */
export function decodeNumbers(bytes: Buffer, count: number): Uint32Array {
  const width = bytes[0] ?? 255;
  if (bytes.length !== 1 + width * count || width > 4)
    throw new DamagedError('a column is too short or too long');
  const numbers = new Uint32Array(count);
  const body = bytes.subarray(1);
  if (width === 1) numbers.set(body);
  else if (width === 2)
    for (let i = 0; i < count; i++) numbers[i] = (body[i * 2] ?? 0) | ((body[i * 2 + 1] ?? 0) << 8);
  else if (width === 4) new Uint8Array(numbers.buffer).set(body);
  return numbers;
}
