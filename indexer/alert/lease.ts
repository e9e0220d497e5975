/**
 * Which of several indexers settles deaths, delivers and resolves: the one that holds the lease, a row that it renews. When the row has
 * not moved for a while, by the watcher's own clock, whoever sees that takes it over; no two clocks are compared. A holder that
 * cannot renew it stops acting before others may begin. Should two act all the same, for a moment, then what they write is conditional.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { StateStore } from '../state/state-store.ts';

export type Lease = {
  /** Whether this indexer is the one that acts. */
  isHeld: () => boolean;
  start: () => Promise<void>;
  /** Gives it up, so that the next need not wait. */
  stop: () => Promise<void>;
};

export type LeasePace = {
  renewEveryMs: number;
  lookEveryMs: number;
  heldForMs: number;
  takeOverAfterMs: number;
};

export type LeaseDeps = {
  state: StateStore;
  log: Pick<Logger, 'info' | 'error'>;
  /** It is ours from now on: takes up everything there is. When it rejects, it is given up and tried for again. */
  onTaken: () => Promise<void>;
  pace?: Partial<LeasePace> | undefined;
  /** Milliseconds that only ever go forward. */
  clock?: () => number;
};

/** A holder that is killed is followed within some 12 s. */
const PACE: LeasePace = {
  renewEveryMs: 2_000,
  lookEveryMs: 1_000,
  heldForMs: 8_000,
  takeOverAfterMs: 10_000,
};
const ID = 'alerting';

type LeaseDocument = { holder: string; turn: number };

/** Where the state is one indexer's own, it acts from its start to its end. */
export function createLease(deps: LeaseDeps): Lease {
  if (deps.state.isShared) return new SharedLease(deps);
  return { isHeld: () => true, start: deps.onTaken, stop: () => Promise.resolve() };
}

class SharedLease implements Lease {
  private readonly deps: LeaseDeps;
  private readonly pace: LeasePace;
  private readonly clock: () => number;
  private readonly holder = randomUUID();
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  /** The row's version while it is ours. */
  private version: number | null = null;
  private renewedAtMs = 0;
  private turn = 0;
  /** The row of another as it was seen last, and since when. */
  private seen = '';
  private seenAtMs = 0;

  constructor(deps: LeaseDeps) {
    this.deps = deps;
    this.pace = { ...PACE, ...deps.pace };
    this.clock = deps.clock ?? (() => performance.now());
  }

  readonly isHeld = (): boolean =>
    this.version !== null && this.clock() - this.renewedAtMs < this.pace.heldForMs;

  readonly start = async (): Promise<void> => {
    await this.turnOnce();
    this.loop = this.run();
  };

  readonly stop = async (): Promise<void> => {
    this.stopping.abort();
    await this.loop;
    if (this.version === null) return;
    const ifVersion = this.version;
    this.version = null;
    // Whoever comes next finds out by waiting, too.
    await this.deps.state
      .put([{ kind: 'lease', id: ID, document: null, ifVersion }])
      .catch((): boolean => false);
  };

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      const { renewEveryMs, lookEveryMs } = this.pace;
      const waitMs = this.version === null ? lookEveryMs : renewEveryMs;
      await delay(waitMs, null, { signal, ref: false }).catch(() => null);
      if (signal.aborted) return;
      await this.turnOnce();
    }
  }

  private async turnOnce(): Promise<void> {
    // It lapsed meanwhile: what was due then was left undone, and is taken up anew.
    if (this.version !== null && !this.isHeld()) this.lose('it could not be renewed in time');
    try {
      if (this.version === null) await this.look();
      else await this.renew(this.version);
    } catch {
      // The state cannot be read or written: /readyz says so. What is held lapses by itself.
    }
  }

  private async renew(version: number): Promise<void> {
    const askedAtMs = this.clock();
    if (await this.put(version)) {
      const hasLapsed = !this.isHeld();
      this.hold(version + 1, askedAtMs);
      if (hasLapsed) await this.begin();
      return;
    }
    const row = await this.deps.state.get<LeaseDocument>('lease', ID);
    // Ours, by a renewal whose answer was lost.
    if (row?.document.holder === this.holder) this.hold(row.version, askedAtMs);
    else this.lose('another took it');
  }

  private async look(): Promise<void> {
    const row = await this.deps.state.get<LeaseDocument>('lease', ID);
    const now = this.clock();
    const seen = row ? `${row.version} ${row.document.holder} ${row.document.turn}` : '';
    if (seen !== this.seen) [this.seen, this.seenAtMs] = [seen, now];
    const isFree = row === null || row.document.holder === this.holder;
    if (!isFree && now - this.seenAtMs < this.pace.takeOverAfterMs) return;
    const version = row?.version ?? 0;
    if (!(await this.put(version))) return;
    this.hold(version + 1, now);
    await this.begin();
  }

  private async begin(): Promise<void> {
    this.deps.log.info({}, 'this indexer evaluates the rules now');
    try {
      await this.deps.onTaken();
    } catch (err) {
      this.deps.log.error({ err }, 'what is pending could not be taken up');
      this.lose('it was of no use');
    }
  }

  private put(ifVersion: number): Promise<boolean> {
    this.turn += 1;
    const document: LeaseDocument = { holder: this.holder, turn: this.turn };
    return this.deps.state.put([{ kind: 'lease', id: ID, document, ifVersion }]);
  }

  private hold(version: number, askedAtMs: number): void {
    this.version = version;
    this.renewedAtMs = askedAtMs;
  }

  private lose(reason: string): void {
    this.version = null;
    this.deps.log.info({ reason }, 'this indexer does not evaluate the rules any more');
  }
}
