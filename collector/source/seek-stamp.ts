/**
 * Where to begin in a log file. Its entries are nearly in the order of their stamps: the two streams of a container overtake each
 * other by a millisecond, the fragments of a long line bear the stamp of its first, and a clock may be set back. So halving narrows
 * the place down to a few MiB, which takes 10 GB no longer than 10 MB, and there it is looked for one by one.
 */
import { readSync } from 'node:fs';
import { STAMP_LENGTH } from '#contract/stamp.ts';
import { readStamp } from '../engine/stamp.ts';

/** What is looked through entry by entry, in a few milliseconds. */
const WINDOW_BYTES = 4 * 2 ** 20;
const READ_BYTES = 256 * 1024;
const NEWLINE = 10;
const QUOTE = 0x22;
/** `Z"}` stands between a time and the end of its entry. */
const AFTER_TIME = '"}'.length;

/** Offset of the first entry at or after `stamp`; `size` when there is none. */
export function seekStamp(fd: number, size: number, stamp: string): number {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let [low, high] = [0, size];
  while (high - low > WINDOW_BYTES) {
    const middle = low + Math.floor((high - low) / 2);
    const entry = firstEnd(fd, buffer, middle);
    if (entry !== null && entry.end < high && entry.stamp < stamp) low = entry.end;
    else high = middle;
  }
  return scan(fd, buffer, { low, size, stamp });
}

/** The stamp of the entry that ends at this newline; null when none can be made out. */
export function stampBefore(bytes: Buffer, newline: number): string | null {
  const end = newline - AFTER_TIME;
  const from = end - STAMP_LENGTH - 1;
  if (from < 0) return null;
  const quote = bytes.lastIndexOf(QUOTE, end - 1);
  return quote < from ? null : readStamp(bytes.toString('latin1', quote + 1, end));
}

/** The first entry that ends behind `from` with a stamp that can be read. */
function firstEnd(fd: number, buffer: Buffer, from: number): { stamp: string; end: number } | null {
  const bytes = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, from));
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
    const stamp = stampBefore(bytes, at);
    if (stamp !== null) return { stamp, end: from + at + 1 };
  }
  return null;
}

function scan(fd: number, buffer: Buffer, wanted: { low: number; size: number; stamp: string }): number {
  let offset = wanted.low;
  while (offset < wanted.size) {
    const bytes = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, offset));
    if (bytes.length === 0) break;
    const found = offsetOfStamp(bytes, wanted.stamp);
    if (found !== null) return offset + found;
    offset += bytes.lastIndexOf(NEWLINE) + 1 || bytes.length;
  }
  return wanted.size;
}

/** Where the first entry at or after `stamp` begins, in bytes that begin with an entry; null when there is none. */
export function offsetOfStamp(bytes: Buffer, stamp: string): number | null {
  let begin = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, begin)) {
    const found = stampBefore(bytes, at);
    if (found !== null && found >= stamp) return begin;
    begin = at + 1;
  }
  return null;
}
