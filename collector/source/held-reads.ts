/**
 * Reads of a container's log through the API that have begun before anybody can take what they give: a follow from the start of the
 * container, and from its death a read of all that it left. Each rests at its first bytes. The engine lets a read that has begun
 * come to its end although the container is being removed; it refuses one that comes later (measured: of 100 containers that were
 * started at once and removed at their end, all were whole when both reads were asked for as soon as the events came).
 */
import type { Engine, LogRead } from '../engine/engine.ts';

type LogEngine = Pick<Engine, 'readLogs'>;
type Taker = Pick<LogRead, 'signal' | 'onBytes'>;

export class HeldReads implements LogEngine {
  private readonly engine: LogEngine;
  private readonly id: string;
  private follow: HeldRead | null;
  private rest: HeldRead | null = null;

  constructor(engine: LogEngine, id: string) {
    this.engine = engine;
    this.id = id;
    this.follow = new HeldRead(engine, id, true);
  }

  noteDeath(): void {
    this.rest ??= new HeldRead(this.engine, this.id, false);
  }

  /** As the engine's own; the first of each kind is the one that was held, and gives the log from its first line on. */
  readLogs(id: string, read: LogRead): Promise<void> {
    return this.take(read.follow)?.readOn(read) ?? this.engine.readLogs(id, read);
  }

  close(): void {
    this.take(true)?.close();
    this.take(false)?.close();
  }

  private take(follow: boolean): HeldRead | null {
    const read = follow ? this.follow : this.rest;
    if (follow) this.follow = null;
    else this.rest = null;
    return read;
  }
}

class HeldRead {
  private readonly closing = new AbortController();
  private readonly ended: Promise<void>;
  private readonly taken = Promise.withResolvers<LogRead['onBytes']>();
  private onBytes: LogRead['onBytes'] = bytes => {
    const first = Buffer.from(bytes);
    return this.taken.promise.then(onBytes => onBytes(first));
  };

  constructor(engine: LogEngine, id: string, follow: boolean) {
    const { signal } = this.closing;
    this.ended = engine.readLogs(id, { since: null, follow, signal, onBytes: bytes => this.onBytes(bytes) });
    this.ended.catch(() => undefined);
  }

  /** Ends as the read does. */
  async readOn({ signal, onBytes }: Taker): Promise<void> {
    const close = () => this.close();
    if (signal.aborted) close();
    signal.addEventListener('abort', close, { once: true });
    this.onBytes = onBytes;
    this.taken.resolve(onBytes);
    await this.ended.finally(() => signal.removeEventListener('abort', close));
  }

  close(): void {
    this.closing.abort();
  }
}
