/**
 * The frames of a websocket as a client gets them (RFC 6455 §5), out of the bytes of its connection. Pure: any way of cutting the
 * bytes gives the same. Payload is handed on as it comes, so no frame is ever gathered in memory, however long it says it is; where
 * one message ends and the next begins means nothing to us.
 */
import { EngineError } from './engine-error.ts';

export type WebsocketSink = {
  /** Bytes of the messages; valid only during the call. */
  onPayload: (bytes: Buffer) => void;
  /** The other side wants its bytes back in a pong. */
  onPing: (payload: Buffer) => void;
};

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0x0, 0x1, 0x2, 0x8, 0x9, 0xa];
const FIN = 0x80;
const RESERVED = 0x70;
const OPCODE = 0x0f;
const MASKED = 0x80;
const LENGTH = 0x7f;
/** Instead of a length: it stands in the next 2 or 8 bytes. */
const IN_2_BYTES = 126;
const IN_8_BYTES = 127;
const MAX_CONTROL_BYTES = 125;
const MAX_HEADER_BYTES = 10;

export class WebsocketFrames {
  /** The other side has said that it is done; what comes after that is nothing. */
  isClosed = false;
  private readonly sink: WebsocketSink;
  private readonly header = Buffer.alloc(MAX_HEADER_BYTES);
  private headerBytes = 0;
  private opcode = CONTINUATION;
  /** Bytes of payload that are still to come; -1 while the header is read. */
  private left = -1;
  private control: Buffer[] = [];
  /** A message has begun whose last frame is still to come. */
  private isInMessage = false;

  constructor(sink: WebsocketSink) {
    this.sink = sink;
  }

  /** Throws `EngineError` `broken_stream` for what no server sends. */
  take(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.isClosed)
      at = this.left < 0 ? this.takeHeader(bytes, at) : this.takePayload(bytes, at);
  }

  private takeHeader(bytes: Buffer, at: number): number {
    const { header } = this;
    const end = Math.min(bytes.length, at + this.headerLength - this.headerBytes);
    bytes.copy(header, this.headerBytes, at, end);
    this.headerBytes += end - at;
    if (this.headerBytes === this.headerLength) this.begin(header.readUInt8(0), this.payloadLength);
    return end;
  }

  /** As far as can be said by now. */
  private get headerLength(): number {
    const length = this.headerBytes < 2 ? 0 : this.header.readUInt8(1) & LENGTH;
    return length === IN_2_BYTES ? 4 : length === IN_8_BYTES ? 10 : 2;
  }

  private get payloadLength(): number {
    const { header } = this;
    const second = header.readUInt8(1);
    if ((second & MASKED) !== 0) throw broken('a frame is masked');
    const length = second & LENGTH;
    if (length === IN_2_BYTES) return header.readUInt16BE(2);
    if (length !== IN_8_BYTES) return length;
    const long = header.readBigUInt64BE(2);
    if (long > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('a frame has no end');
    return Number(long);
  }

  private begin(first: number, length: number): void {
    if ((first & RESERVED) !== 0) throw broken('a frame of an extension nobody asked for');
    this.opcode = first & OPCODE;
    const isLast = (first & FIN) !== 0;
    if (this.isControl) {
      if (!isLast || length > MAX_CONTROL_BYTES) throw broken('a control frame is too long');
    } else {
      const goesOn = this.opcode === CONTINUATION;
      if (goesOn !== this.isInMessage) throw broken('a frame is missing');
      this.isInMessage = !isLast;
    }
    this.headerBytes = 0;
    this.left = length;
    if (length === 0) this.end();
  }

  private get isControl(): boolean {
    if ([CLOSE, PING, PONG].includes(this.opcode)) return true;
    if ([CONTINUATION, TEXT, BINARY].includes(this.opcode)) return false;
    throw broken(`a frame of the unknown kind ${this.opcode}`);
  }

  private takePayload(bytes: Buffer, at: number): number {
    const part = bytes.subarray(at, at + this.left);
    this.left -= part.length;
    if (this.isControl) this.control.push(Buffer.from(part));
    else this.sink.onPayload(part);
    if (this.left === 0) this.end();
    return at + part.length;
  }

  private end(): void {
    const payload = Buffer.concat(this.control);
    this.control = [];
    this.left = -1;
    if (this.opcode === CLOSE) this.isClosed = true;
    else if (this.opcode === PING) this.sink.onPing(payload);
  }
}

const broken = (what: string): EngineError =>
  new EngineError('broken_stream', `the websocket of an attached container is damaged: ${what}`);
