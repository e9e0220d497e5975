/**
 * Watches over one follow that cannot be trusted: has what it gave proven, soon enough and at least once a minute, and asks where the
 * log ends when it has been quiet for as long. One check at a time.
 */
import type { Logger } from 'pino';
import { pause } from '../backoff.ts';

export const CHECK_EVERY_MS = 60_000;
/** What a follow has not given this long after the log had it, it will not give. */
const GRACE_MS = 1_000;

export type FollowCheckOptions = {
  everyMs: number;
  isUnproven: () => boolean;
  isProofDue: () => boolean;
  prove: () => Promise<void>;
  /** The log goes on where the follow does not. */
  isBehind: () => Promise<boolean>;
  onStuck: () => void;
  log: Logger;
};

export class FollowCheck {
  private readonly options: FollowCheckOptions;
  private readonly stopping = new AbortController();
  private readonly ticking: Promise<void>;
  private isQuiet = true;
  private proving: Promise<void> | null = null;

  constructor(options: FollowCheckOptions) {
    this.options = options;
    this.ticking = this.tick();
  }

  /** The follow has given something. */
  noteRead(): void {
    this.isQuiet = false;
    if (this.proving === null && this.options.isProofDue()) void this.prove();
  }

  /** Resolves when nothing is being checked any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ticking;
    await this.proving;
  }

  private async tick(): Promise<void> {
    const { everyMs, isUnproven } = this.options;
    const { signal } = this.stopping;
    // Not all containers in the same second.
    await pause(everyMs * Math.random(), signal);
    while (!signal.aborted) {
      const wasQuiet = this.isQuiet;
      this.isQuiet = true;
      if (wasQuiet && (await this.isStuck())) {
        this.options.onStuck();
        return;
      }
      if (isUnproven()) await (this.proving ?? this.prove());
      await pause(everyMs, signal);
    }
  }

  private async isStuck(): Promise<boolean> {
    return (
      (await this.seemsStuck()) && (await pause(GRACE_MS, this.stopping.signal), await this.seemsStuck())
    );
  }

  private async seemsStuck(): Promise<boolean> {
    if (this.stopping.signal.aborted || !this.isQuiet) return false;
    try {
      return (await this.options.isBehind()) && this.isQuiet;
    } catch (cause) {
      this.options.log.debug({ err: cause }, 'the end of a log could not be read');
      return false;
    }
  }

  /** What fails here is tried again with the next check, or when the follow ends. */
  private prove(): Promise<void> {
    this.proving = this.options
      .prove()
      .catch((cause: unknown) => this.options.log.debug({ err: cause }, 'a log could not be read again'))
      .finally(() => (this.proving = null));
    return this.proving;
  }
}
