/**
 * One attached output of a container: a GET that becomes a websocket (RFC 6455 §4), read to its end. It is the only way to be attached
 * without a POST. Nothing is ever sent to the container: after the request this side writes a pong where a ping asks for one, and
 * that is no more than a word between the two ends of the socket. Nor is the socket ever left unread, for an engine whose attached
 * reader does not read holds the application at its next line.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { EngineError, errorOfStatus } from './engine-error.ts';
import { ENGINE_METHOD, listedPath } from './engine-path.ts';
import { openSocket, type EngineTarget } from './engine-socket.ts';
import { HttpAnswer } from './http-answer.ts';
import { WebsocketFrames } from './websocket-frames.ts';

const SWITCHED = 101;
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_REFUSAL_CHARS = 16 * 1024;
/** What RFC 6455 §1.3 has the server put behind the key before it hashes it. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** The engine writes every line on its own. After a read of less than this the next one waits for what gathers meanwhile. */
const SMALL_READ_BYTES = 16 * 1024;
const REST_MS = 1;

export type EngineAttach = EngineTarget & {
  path: string;
  signal: AbortSignal;
  /** Attached: whatever the container prints from now on comes. */
  onOpen: () => void;
  /** `bytes` are valid only during the call. */
  onBytes: (bytes: Buffer) => void;
};

/**
 * Resolves when it has ended: true when the engine said so, as it does when the container stops; false when it was cut or aborted.
 * Rejects with `EngineError`, or with the error of a connection that gave no answer.
 */
export function attachToEngine(attach: EngineAttach): Promise<boolean> {
  if (attach.signal.aborted) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    new Attaching(attach).run(resolve, reject);
  });
}

class Attaching {
  private readonly attach: EngineAttach;
  private readonly socket: Socket;
  private readonly resume: () => void;
  private readonly key = randomBytes(16).toString('base64');
  private readonly frames: WebsocketFrames;
  private readonly refused = new HttpAnswer();
  private refusal = '';
  private head: Buffer | null = Buffer.alloc(0);
  private isOpen = false;
  private failure: Error | null = null;

  constructor(attach: EngineAttach) {
    this.attach = attach;
    this.frames = new WebsocketFrames({
      onPayload: attach.onBytes,
      onPing: payload => this.socket.write(pongOf(payload)),
    });
    const opened = openSocket(attach);
    opened.take = bytes => this.take(bytes);
    ({ socket: this.socket, resume: this.resume } = opened);
  }

  run(resolve: (isEnded: boolean) => void, reject: (cause: Error) => void): void {
    const { signal, path } = this.attach;
    const abort = () => this.socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    this.socket.on('error', cause => {
      if (!this.isOpen) this.failure ??= cause;
    });
    this.socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      const failure = signal.aborted ? null : this.verdict();
      if (failure === null) resolve(this.frames.isClosed);
      else reject(failure);
    });
    this.socket.write(
      `${ENGINE_METHOD} ${path} HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${this.key}\r\n\r\n`,
    );
  }

  /** Whether to go on reading at once. */
  private take(bytes: Buffer): boolean {
    try {
      if (this.head === null) this.pass(bytes);
      else this.takeHead(Buffer.concat([this.head, bytes]));
    } catch (cause) {
      this.failure ??= cause instanceof Error ? cause : new Error(String(cause));
      this.socket.destroy();
    }
    if (this.frames.isClosed || this.refused.isEnded) this.socket.destroy();
    if (bytes.length >= SMALL_READ_BYTES) return true;
    setTimeout(this.resume, REST_MS);
    return false;
  }

  private takeHead(head: Buffer): void {
    const end = head.indexOf('\r\n\r\n');
    this.head = head;
    if (end === -1 && head.length < MAX_HEAD_BYTES) return;
    this.head = null;
    const text = head.toString('latin1', 0, Math.max(0, end));
    if (!text.startsWith(`HTTP/1.1 ${SWITCHED}`)) {
      this.pass(head);
      return;
    }
    const accept = /^sec-websocket-accept:\s*(\S+)\s*$/im.exec(text)?.[1];
    if (accept !== acceptOf(this.key))
      throw new EngineError('broken_stream', 'what answers an attach is no websocket of an engine');
    this.isOpen = true;
    this.attach.onOpen();
    this.pass(head.subarray(end + 4));
  }

  private pass(bytes: Buffer): void {
    if (this.isOpen) this.frames.take(bytes);
    else {
      const body = this.refused.take(bytes);
      if (this.refusal.length < MAX_REFUSAL_CHARS) this.refusal += body.toString();
    }
  }

  private verdict(): Error | null {
    if (this.isOpen || this.failure !== null) return this.failure;
    const { status } = this.refused;
    if (status === 0) return new Error('it closed the connection without an answer');
    return errorOfRefusal(status, this.refusal, listedPath(this.attach.path));
  }
}

/**
 * 409 is a container that is paused, or between two runs: later it can be attached to. Where it is not the container that is missing,
 * it is the way of attaching.
 */
function errorOfRefusal(status: number, body: string, listed: string): EngineError {
  const { code, message } = errorOfStatus(status, body, listed);
  if (status === 409) return new EngineError('refused', message);
  if (status === 403 || (code === 'not_found' && /no such container/i.test(message)))
    return new EngineError(code, message);
  return new EngineError(status === 404 ? 'unreadable' : code, `it cannot be attached to: ${message}`);
}

const acceptOf = (key: string): string =>
  createHash('sha1')
    .update(key + ACCEPT_GUID)
    .digest('base64');

/** What a client sends is masked (RFC 6455 §5.3). A ping has 125 bytes at most. */
function pongOf(payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x8a, 0x80 | payload.length]), mask, masked]);
}
