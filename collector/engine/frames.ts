/**
 * The engine's multiplexed stream: frames of an 8-byte header `[type, 0, 0, 0, length BE32]` and a payload. One frame is one
 * message of the log driver. Types: 1 stdout, 2 stderr, 3 an error of the engine itself, in band.
 *
 * Offset-based and pulled: a chunk is walked in place and no frame costs an allocation. The payload lies between `start` and
 * `end` of `bytes` and is valid until the next `push`.
 */
export const FRAME_STDERR = 2;
export const FRAME_SYSTEM_ERROR = 3;

const HEADER_BYTES = 8;
/** The engine cuts messages at 16 KiB; the largest of a known log driver is 256 KiB. More is a stream out of step. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

export type FrameReader = {
  /** Takes the next bytes of the stream. They may be overwritten by the caller once `next` has answered false. */
  push(chunk: Buffer): void;
  /** Moves to the next complete frame; false when more bytes are needed, or for ever once the stream is `outOfStep`. */
  next(): boolean;
  /** The bytes are not frames. */
  readonly outOfStep: boolean;
  readonly type: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
};

export const createFrameReader = (): FrameReader => new Reader();

class Reader implements FrameReader {
  bytes: Buffer = Buffer.alloc(0);
  type = 0;
  start = 0;
  end = 0;
  outOfStep = false;
  /** Bytes of a frame that is not complete yet, and how many it takes before looking again is worth it. */
  private kept: Buffer[] = [];
  private keptBytes = 0;
  private wanted = 0;

  push(chunk: Buffer): void {
    this.start = this.end = 0;
    if (this.keptBytes === 0) {
      this.bytes = chunk;
      return;
    }
    if (this.keptBytes + chunk.length < this.wanted) {
      this.keep(Buffer.from(chunk), this.wanted);
      this.bytes = Buffer.alloc(0);
      return;
    }
    this.bytes = Buffer.concat([...this.kept, chunk]);
    this.kept = [];
    this.keptBytes = 0;
  }

  next(): boolean {
    const { bytes } = this;
    if (this.outOfStep) return false;
    const header = this.end;
    const payload = header + HEADER_BYTES;
    if (payload > bytes.length) return this.waitFor(header, HEADER_BYTES);
    const type = bytes[header] ?? 0;
    const length = bytes.readUInt32BE(header + 4);
    if (!isHeader(bytes, header) || length > MAX_PAYLOAD_BYTES) {
      this.outOfStep = true;
      return false;
    }
    if (payload + length > bytes.length) return this.waitFor(header, HEADER_BYTES + length);
    this.type = type;
    this.start = payload;
    this.end = payload + length;
    return true;
  }

  private waitFor(from: number, wanted: number): false {
    if (from < this.bytes.length) this.keep(Buffer.from(this.bytes.subarray(from)), wanted);
    this.bytes = Buffer.alloc(0);
    this.start = this.end = 0;
    return false;
  }

  private keep(part: Buffer, wanted: number): void {
    this.kept.push(part);
    this.keptBytes += part.length;
    this.wanted = wanted;
  }
}

const isHeader = (bytes: Buffer, at: number): boolean =>
  (bytes[at] ?? 0) <= FRAME_SYSTEM_ERROR && bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0;
