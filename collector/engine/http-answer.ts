/**
 * One HTTP/1 answer out of the bytes of a connection. Pure: any way of cutting the bytes gives the same. Asked in HTTP/1.0 an
 * engine answers with plain bytes until it closes; what stands before it may not, so that chunks and a length are understood too.
 */
import { EngineError } from './engine-error.ts';

const MAX_HEAD_BYTES = 64 * 1024;
/** The length of a chunk is at most eight digits, but may have extensions behind it that nobody uses. */
const MAX_LINE_CHARS = 4 * 1024;
const NONE = Buffer.alloc(0);
const LF = 10;

export class HttpAnswer {
  /** 0 until the headers are read. */
  status = 0;
  private isKept = false;
  private head = NONE;
  private body: Body | null = null;

  /** What of these bytes belongs to the body; they may be moved. Throws `EngineError` `broken_stream` for what is no HTTP. */
  take(bytes: Buffer): Buffer {
    if (this.body !== null) return this.body.take(bytes);
    this.head = this.head.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.head, bytes]);
    const end = this.head.indexOf('\r\n\r\n');
    if (end === -1 && this.head.length < MAX_HEAD_BYTES) return NONE;
    const head = this.head.toString('latin1', 0, Math.max(0, end));
    this.status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
    if (this.status === 0) throw new EngineError('broken_stream', 'what answers there does not speak HTTP');
    this.isKept = head.startsWith('HTTP/1.1') && !/^connection:.*\bclose\b/im.test(head);
    this.body = bodyOf(head);
    const rest = this.head.subarray(end + 4);
    this.head = NONE;
    return this.body.take(rest);
  }

  /** It has told its own end, and that the next question may come on the same connection. */
  get isRepeatable(): boolean {
    return this.isEnded && this.isKept;
  }

  /** It has told its own end: nothing will follow. */
  get isEnded(): boolean {
    return this.body?.isEnded === true;
  }

  /** Whether it is whole if the connection closes now. */
  get isWhole(): boolean {
    return this.body !== null && (this.body.isEnded || this.body.endsWithConnection);
  }
}

type Body = { take(bytes: Buffer): Buffer; readonly isEnded: boolean; readonly endsWithConnection: boolean };

function bodyOf(head: string): Body {
  if (/^transfer-encoding:.*\bchunked\s*$/im.test(head)) return new ChunkedBody();
  const length = /^content-length:\s*(\d+)\s*$/im.exec(head)?.[1];
  if (length !== undefined) return new CountedBody(Number(length));
  return { take: bytes => bytes, isEnded: false, endsWithConnection: true };
}

class CountedBody implements Body {
  readonly endsWithConnection = false;
  private left: number;

  constructor(length: number) {
    this.left = length;
  }

  get isEnded(): boolean {
    return this.left === 0;
  }

  take(bytes: Buffer): Buffer {
    const mine = bytes.subarray(0, this.left);
    this.left -= mine.length;
    return mine;
  }
}

/**
 * `length CRLF bytes CRLF` again and again, then `0 CRLF` and perhaps trailers, each on a line, and an empty line. An engine makes
 * a chunk of every log line, so what is read is closed up in place: one piece of body for each piece of input.
 */
class ChunkedBody implements Body {
  readonly endsWithConnection = false;
  isEnded = false;
  /** Bytes of the chunk that are still to come. */
  private left = 0;
  private expected: 'length' | 'break' | 'trailer' = 'length';
  private line = '';

  take(bytes: Buffer): Buffer {
    let [at, to] = [0, 0];
    while (at < bytes.length && !this.isEnded) {
      if (this.left === 0) at = this.takeLine(bytes, at);
      else {
        const count = Math.min(this.left, bytes.length - at);
        if (at !== to) bytes.copyWithin(to, at, at + count);
        this.left -= count;
        at += count;
        to += count;
      }
    }
    return bytes.subarray(0, to);
  }

  /** Where the next line begins, or the end. */
  private takeLine(bytes: Buffer, at: number): number {
    const lf = bytes.indexOf(LF, at);
    this.line += bytes.toString('latin1', at, lf === -1 ? bytes.length : lf);
    if (this.line.length > MAX_LINE_CHARS) throw brokenChunk();
    if (lf === -1) return bytes.length;
    this.endLine(this.line.endsWith('\r') ? this.line.slice(0, -1) : this.line);
    this.line = '';
    return lf + 1;
  }

  private endLine(line: string): void {
    if (this.expected === 'trailer') this.isEnded = line === '';
    else if (this.expected === 'length') this.beginChunk(line);
    else if (line === '') this.expected = 'length';
    else throw brokenChunk();
  }

  private beginChunk(line: string): void {
    const length = /^([0-9a-f]{1,8})\s*(?:;.*)?$/i.exec(line)?.[1];
    if (length === undefined) throw brokenChunk();
    this.left = Number.parseInt(length, 16);
    this.expected = this.left === 0 ? 'trailer' : 'break';
  }
}

const brokenChunk = (): EngineError =>
  new EngineError(
    'broken_stream',
    'the chunks of an answer are damaged: something between us and the engine changed them',
  );
