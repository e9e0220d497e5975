/**
 * The raw stream of a container with a terminal: no headers, only a stamp and a space before every message. A message ends with
 * `\n`, or after 16,384 bytes without one; then the line goes on in the next message, which bears the same stamp (seen on engine
 * 20.10: test/fixtures/engine/tty.bin). Bytes that are no text have become three each, as those of a character that was cut in two. A last line without `\n` is glued to the stamp of the next run's first line.
 */
import { STAMP_LENGTH } from '#contract/stamp.ts';
import { isSecondAt, isStampAt, withWholeStamp } from './stamp.ts';

const FRAGMENT_BYTES = 16_384;
/** A fragment of bytes that are no text, and the stamp behind it. */
const GROWN_BYTES = 3 * FRAGMENT_BYTES + STAMP_LENGTH + 1;
const PREFIX_BYTES = STAMP_LENGTH + 1;
const NEWLINE = 10;

/** Pull reader like `FrameReader`: each message lies between `start` and `end` of `bytes`, its stamp first. */
export class TtyReader {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  private finished = false;
  private lastStamp = '';

  /** Takes the next bytes; they are copied if they must outlast this call's messages. */
  push(chunk: Buffer): void {
    const rest = this.bytes.subarray(this.end);
    this.bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.start = this.end = 0;
  }

  /** No more bytes will come: what is left is a last message without its end. */
  finish(): void {
    this.finished = true;
  }

  /** Stamp of a message that is not complete yet. */
  get openSince(): string | null {
    return isStampAt(this.bytes, this.end) ? stampAt(this.bytes, this.end) : null;
  }

  /** Moves to the next message; false when more bytes are needed. */
  next(): boolean {
    const { bytes, end: start } = this;
    const left = bytes.length - start;
    if (isSecondAt(bytes, start)) return this.nextOfSecond(start);
    if (left === 0 || (left < PREFIX_BYTES && !this.finished)) return this.wait();
    if (!isStampAt(bytes, start)) return this.nextUnstamped(start);
    const textStart = start + PREFIX_BYTES;
    const stamp = stampAt(bytes, start);
    const end = messageEnd(bytes, { textStart, stamp, finished: this.finished });
    if (end === null) return this.wait();
    this.lastStamp = stamp;
    this.start = start;
    const glued = gluedRun(bytes.subarray(textStart, end), this.lastStamp);
    this.end = glued === null ? end : textStart + glued;
    return true;
  }

  private nextOfSecond(start: number): boolean {
    this.bytes = withWholeStamp(this.bytes, start, this.bytes.length);
    this.end = 0;
    return this.next();
  }

  /** A log driver that cuts elsewhere than at 16 KiB: the text goes on under the stamp before it. */
  private nextUnstamped(start: number): boolean {
    const end = messageEnd(this.bytes, { textStart: start, stamp: this.lastStamp, finished: this.finished });
    if (end === null) return this.wait();
    const rest = this.bytes.subarray(end);
    const message = Buffer.concat([Buffer.from(`${this.lastStamp} `), this.bytes.subarray(start, end)]);
    this.bytes = Buffer.concat([message, rest]);
    this.start = 0;
    this.end = message.length;
    return this.lastStamp !== '' || this.next();
  }

  private wait(): false {
    this.bytes = Buffer.from(this.bytes.subarray(this.end));
    this.start = this.end = 0;
    return false;
  }
}

type Begun = { textStart: number; stamp: string; finished: boolean };

function messageEnd(bytes: Buffer, { textStart, stamp, finished }: Begun): number | null {
  const newline = bytes.indexOf(NEWLINE, textStart);
  const limit = textStart + FRAGMENT_BYTES;
  if (newline !== -1 && newline < limit) return newline + 1;
  if (bytes.length >= limit) {
    // No application knows the stamp of its own line.
    const next = bytes.indexOf(`${stamp} `, limit, 'latin1');
    if (next !== -1 && (newline === -1 || next < newline)) return next;
    if (newline !== -1) return newline + 1;
    if (bytes.length >= textStart + GROWN_BYTES) return limit;
  }
  return finished ? bytes.length : null;
}

/**
 * Where the stamp of the next run begins inside a message. The engine stamps a line after it was printed, so a stamp inside the
 * text that is later than the line's own cannot come from the container.
 */
function gluedRun(text: Buffer, stamp: string): number | null {
  let letter = text.indexOf('Z ');
  while (letter !== -1) {
    const at = letter - STAMP_LENGTH + 1;
    if (at >= 0 && isStampAt(text, at)) {
      const inside = stampAt(text, at);
      if (STAMP.test(inside) && inside > stamp) return at;
    }
    letter = text.indexOf('Z ', letter + 1);
  }
  return null;
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;

const stampAt = (bytes: Buffer, at: number): string => bytes.toString('latin1', at, at + STAMP_LENGTH);
