/** Whether the server is ready for us. Until it is, and whenever it was lost, we go on trying; meanwhile it is said why not. */
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { StoreLog } from '../../log-store.ts';
import { statusOf } from './explain.ts';
import { waitMs } from './pace.ts';

export type ConnectionOptions<T> = {
  /** Finds out what the server can do and puts what it needs. Rejects with an error of the client. */
  open: () => Promise<T>;
  /** Asks something small. Rejects with an error of the client. */
  probe: () => Promise<unknown>;
  explain: (error: unknown) => QuaylogError;
  log: StoreLog;
};

const LONGEST_WAIT_MS = 10_000;
const PROBE_EVERY_MS = 10_000;

export class Connection<T> {
  private readonly options: ConnectionOptions<T>;
  private readonly closing = Promise.withResolvers<null>();
  private readonly prober: NodeJS.Timeout;
  private readonly firstAttempt: Promise<void>;
  private isClosed = false;
  private opened: { answer: T } | null = null;
  private reason: QuaylogError | null = null;
  private trying: Promise<void>;

  constructor(options: ConnectionOptions<T>) {
    this.options = options;
    this.firstAttempt = this.attempt();
    this.trying = this.firstAttempt.then(() => this.keepTrying());
    this.prober = setInterval(() => void this.probe(), PROBE_EVERY_MS).unref();
  }

  /** What `open` answered. While there is none it rejects with the reason, before the first attempt has ended, then. */
  async ready(): Promise<T> {
    await this.firstAttempt;
    if (this.opened === null)
      throw this.reason ?? new QuaylogError('store_failed', 'Elasticsearch is not ready.');
    return this.opened.answer;
  }

  /** Null while it is ready. */
  get trouble(): string | null {
    if (this.opened !== null) return null;
    return this.reason?.sentence ?? 'Elasticsearch is being asked what it can do.';
  }

  /** The server did not take what it was sent. Answers the reason. */
  noteLost(error: unknown): QuaylogError {
    const reason = this.options.explain(error);
    if (this.opened !== null) {
      this.opened = null;
      this.noteReason(reason);
      this.trying = this.keepTrying();
    }
    return reason;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.prober);
    this.closing.resolve(null);
    await this.trying;
  }

  private async attempt(): Promise<void> {
    try {
      this.opened = { answer: await this.options.open() };
      this.reason = null;
      this.options.log.info({}, 'elasticsearch is ready');
    } catch (error) {
      this.noteReason(this.options.explain(error));
    }
  }

  private async keepTrying(): Promise<void> {
    for (let tries = 1; this.opened === null; tries++) {
      await this.pause(Math.min(LONGEST_WAIT_MS, waitMs(tries, Math.random(), 100)));
      if (this.isClosed) return;
      await this.attempt();
    }
  }

  /** Any other answer, also one that says that we may not ask this, comes from a server that is there. */
  private async probe(): Promise<void> {
    if (this.opened === null) return;
    try {
      await this.options.probe();
    } catch (error) {
      const status = statusOf(error);
      if (status === null || status === 401 || status >= 502) this.noteLost(error);
    }
  }

  private noteReason(reason: QuaylogError): void {
    if (reason.message !== this.reason?.message)
      this.options.log.warn({ reason: reason.sentence }, 'elasticsearch is not ready');
    this.reason = reason;
  }

  private async pause(ms: number): Promise<void> {
    const over = Promise.withResolvers<null>();
    const timer = setTimeout(() => over.resolve(null), ms);
    await Promise.race([over.promise, this.closing.promise]);
    clearTimeout(timer);
  }
}
