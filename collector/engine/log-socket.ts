/**
 * One GET whose answer is read as raw bytes to its end, made for speed. The engine writes every log line on its own, so an
 * ordinary HTTP client wakes up for each: 9 CPU s per million lines before anything is done with them. Here HTTP/1.0 spares the
 * chunked encoding, and reading rests for a millisecond after each read, so that one read takes what gathered meanwhile
 * (2 CPU s per million on the same machine, and twice as fast because the engine gets the processor).
 */
import { connect, type Socket } from 'node:net';
import type { EngineAddress } from './engine-address.ts';
import { EngineError, errorOfStatus } from './engine-error.ts';

const READ_BYTES = 64 * 1024;
const REST_MS = 1;
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_ERROR_BYTES = 16 * 1024;

export type RawRead = {
  address: EngineAddress;
  path: string;
  signal: AbortSignal;
  onBytes: (bytes: Buffer) => Promise<void> | undefined;
};

/** Resolves at the end of the answer, also when aborted. Rejects with `EngineError` or the socket's error. */
export function readRaw(read: RawRead): Promise<void> {
  return new Promise((resolve, reject) => {
    if (read.signal.aborted) {
      resolve();
      return;
    }
    const head = new HeadReader();
    let failure: Error | null = null;
    const fail = (cause: unknown) => {
      failure ??= cause instanceof Error ? cause : new Error(String(cause));
      socket.destroy();
    };
    const resume = () => socket.resume();
    const take = (bytes: Buffer): boolean => {
      const body = head.take(bytes);
      if (body === null || body.length === 0) return true;
      if (head.status !== 200) return head.takeError(body);
      const held = read.onBytes(body);
      if (held === undefined) setTimeout(resume, REST_MS);
      else held.then(resume, fail);
      return false;
    };
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const callback = (count: number): boolean => {
      try {
        return take(buffer.subarray(0, count));
      } catch (cause) {
        fail(cause);
        return false;
      }
    };
    const socket: Socket = connect({ ...connectTo(read.address), onread: { buffer, callback } });
    const abort = () => socket.destroy();
    read.signal.addEventListener('abort', abort, { once: true });
    socket.on('error', fail);
    socket.on('close', () => {
      read.signal.removeEventListener('abort', abort);
      const error = failure ?? head.failure();
      if (error === null || read.signal.aborted) resolve();
      else reject(error);
    });
    socket.write(`GET ${read.path} HTTP/1.0\r\nHost: engine\r\n\r\n`);
  });
}

const connectTo = (address: EngineAddress) =>
  'socketPath' in address ? { path: address.socketPath } : { host: address.host, port: address.port };

/** Status line and headers of the answer, and the text of an error. */
class HeadReader {
  status = 0;
  private done = false;
  private head = Buffer.alloc(0);
  private error = '';

  /** The bytes after the headers; null while those are not complete. */
  take(bytes: Buffer): Buffer | null {
    if (this.done) return bytes;
    this.head = Buffer.concat([this.head, bytes]);
    const end = this.head.indexOf('\r\n\r\n');
    if (end === -1 && this.head.length < MAX_HEAD_BYTES) return null;
    const text = this.head.toString('latin1', 0, end);
    this.status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
    if (this.status === 0 || /^transfer-encoding:/im.test(text))
      throw new EngineError('broken_stream', 'the engine, or a proxy before it, does not answer in HTTP/1.0');
    this.done = true;
    return this.head.subarray(end + 4);
  }

  takeError(bytes: Buffer): true {
    if (this.error.length < MAX_ERROR_BYTES) this.error += bytes.toString();
    return true;
  }

  failure(): EngineError | null {
    if (!this.done)
      return new EngineError('unreachable', 'the engine closed the connection without an answer');
    if (this.status === 200) return null;
    return errorOfStatus(this.status, /"message":"((?:[^"\\]|\\.)*)"/.exec(this.error)?.[1] ?? this.error);
  }
}
