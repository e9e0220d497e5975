/**
 * One GET of an engine over a socket of its own, its answer read as bytes to the end: made for logs, and good enough for the rest.
 * The engine writes every log line on its own, so an ordinary HTTP client wakes up for each: 9 CPU s per million lines before
 * anything is done with them. Here HTTP/1.0 spares the chunked encoding, and while lines come quickly reading rests for a millisecond
 * after each small read, so that one read takes what gathered meanwhile (2 CPU s per million on the same machine, and twice as fast because
 * the engine gets the processor). No clock runs against an answer: an engine may send the headers of a stream with its first event.
 */
import type { Socket } from 'node:net';
import type { EngineAddress } from './engine-address.ts';
import { EngineError, errorOfStatus } from './engine-error.ts';
import { ENGINE_METHOD, listedPath } from './engine-path.ts';
import { openSocket, type EngineSocket, type EngineTarget } from './engine-socket.ts';
import { HttpAnswer } from './http-answer.ts';
import type { KeptSockets } from './kept-sockets.ts';

const REST_MS = 1;
/** Reads that are further apart are not worth a rest: it costs more than the line. */
const SELDOM_MS = 20;
/** A rest lets some 48 KiB of small writes gather before the kernel holds the engine up. After a read of this much it would: read on. */
const MUCH_BYTES = 16 * 1024;
const MAX_REFUSAL_CHARS = 16 * 1024;

export type EngineGet = EngineTarget & {
  path: string;
  signal: AbortSignal;
  /** For short answers: where a connection may come from, and goes afterwards. */
  kept?: KeptSockets;
  /** The engine has said yes. */
  onOpen?: () => void;
  /** `bytes` are valid only during the call. A promise holds the stream until it settles. */
  onBytes: (bytes: Buffer) => Promise<void> | undefined;
};
type GetEnd = { isWhole: boolean };

/**
 * Resolves when the answer ends, is cut off, or is aborted, saying whether it is whole. A stream that is cut is at its end: proxies
 * cut those on which nothing was said for some minutes. Rejects with `EngineError`, also for any status but 200, or with the error
 * of a connection that gave no answer.
 */
export function getOfEngine(get: EngineGet): Promise<GetEnd> {
  if (get.signal.aborted) return Promise.resolve({ isWhole: false });
  const used = get.kept?.take();
  const ask = (on: EngineSocket) =>
    new Promise<GetEnd>((resolve, reject) => new Getting(get, on).run(resolve, reject));
  if (used === undefined) return ask(openSocket(get));
  // The engine may have closed it before it heard the question.
  return ask(used).catch((cause: unknown) => {
    if (cause instanceof EngineError) throw cause;
    return ask(openSocket(get));
  });
}

class Getting {
  private readonly get: EngineGet;
  private readonly answer = new HttpAnswer();
  private readonly on: EngineSocket;
  private readonly socket: Socket;
  private settle: () => void = () => undefined;
  private refusal = '';
  private failure: Error | null = null;
  private readAt = 0;

  constructor(get: EngineGet, on: EngineSocket) {
    this.get = get;
    this.on = on;
    this.socket = on.socket;
    on.take = bytes => this.take(bytes);
  }

  run(resolve: (end: GetEnd) => void, reject: (cause: Error) => void): void {
    const { address, path, signal } = this.get;
    const abort = () => this.socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    const note = (cause: Error) => {
      if (this.answer.status !== 200) this.failure ??= cause;
    };
    const settle = () => {
      this.socket.off('error', note).off('close', settle);
      signal.removeEventListener('abort', abort);
      const failure = signal.aborted ? null : this.verdict();
      if (failure === null) resolve({ isWhole: this.answer.isWhole });
      else reject(failure);
    };
    this.settle = settle;
    this.socket.on('error', note).on('close', settle);
    const version = this.get.kept === undefined ? 'HTTP/1.0' : 'HTTP/1.1';
    this.socket.write(`${ENGINE_METHOD} ${path} ${version}\r\nHost: ${hostOf(address)}\r\n\r\n`);
  }

  /** Whether to go on reading at once. */
  private take(bytes: Buffer): boolean {
    const before = this.readAt;
    this.readAt = performance.now();
    try {
      const held = this.hand(bytes);
      if (held !== undefined)
        held.then(() => this.next(), (cause: unknown) => this.fail(cause)); // prettier-ignore
      else if (this.answer.isEnded) {
        this.next();
        return true;
      } else if (this.readAt - before > SELDOM_MS || bytes.length >= MUCH_BYTES) return true;
      else setTimeout(() => this.next(), REST_MS);
    } catch (cause) {
      this.fail(cause);
    }
    return false;
  }

  private hand(bytes: Buffer): Promise<void> | undefined {
    const { answer, get } = this;
    const wasSilent = answer.status === 0;
    const body = answer.take(bytes);
    if (answer.status === 0) return undefined;
    if (answer.status !== 200) {
      if (this.refusal.length < MAX_REFUSAL_CHARS) this.refusal += body.toString();
      return undefined;
    }
    if (wasSilent) get.onOpen?.();
    return body.length === 0 ? undefined : get.onBytes(body);
  }

  private next(): void {
    if (!this.answer.isEnded) this.on.resume();
    else if (this.get.kept === undefined || !this.answer.isRepeatable) this.socket.destroy();
    else {
      this.settle();
      this.get.kept.keep(this.on);
    }
  }

  private fail(cause: unknown): void {
    this.failure ??= cause instanceof Error ? cause : new Error(String(cause));
    this.socket.destroy();
  }

  private verdict(): Error | null {
    const { status } = this.answer;
    if (this.failure !== null || status === 200) return this.failure;
    if (status === 0) return new Error('it closed the connection without an answer');
    return errorOfStatus(status, this.refusal, listedPath(this.get.path));
  }
}

const hostOf = (address: EngineAddress): string =>
  'socketPath' in address
    ? 'engine'
    : `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
