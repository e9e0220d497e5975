/** Writes frames as an engine sends them with `timestamps=1`, for bytes that it has given without (`frames.ts` reads them). */
import { STAMP_LENGTH } from '#contract/stamp.ts';

const HEADER_BYTES = 8;
const LENGTH_AT = 4;
const SPACE = 0x20;
export const FRAME_PREFIX_BYTES = HEADER_BYTES + STAMP_LENGTH + 1;

export class FrameWriter {
  private bytes = Buffer.alloc(128 * 1024);
  private length = 0;

  add(stream: 1 | 2, stamp: string, text: Buffer): void {
    this.makeRoom(FRAME_PREFIX_BYTES + text.length);
    const { bytes, length: at } = this;
    bytes.fill(0, at, at + LENGTH_AT);
    bytes.writeUInt8(stream, at);
    bytes.writeUInt32BE(STAMP_LENGTH + 1 + text.length, at + LENGTH_AT);
    bytes.write(stamp, at + HEADER_BYTES, 'latin1');
    bytes.writeUInt8(SPACE, at + HEADER_BYTES + STAMP_LENGTH);
    text.copy(bytes, at + FRAME_PREFIX_BYTES);
    this.length += FRAME_PREFIX_BYTES + text.length;
  }

  /** What was added since the last time; null: nothing. */
  take(): Buffer | null {
    if (this.length === 0) return null;
    const taken = Buffer.from(this.bytes.subarray(0, this.length));
    this.length = 0;
    return taken;
  }

  private makeRoom(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.alloc(2 * (this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
