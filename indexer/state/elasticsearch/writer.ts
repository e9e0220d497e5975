/** Puts become entries of the journal: those that wait together become one. One entry is on its way at a time. */
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { StateChange } from '../state-store.ts';
import type { Follower } from './follower.ts';
import type { Draft, Entry, Journal } from './journal.ts';
import { weigh, type Ahead, type Change, type Wanted } from './rows.ts';

/** What one put may weigh: servers take 10 MB at least in one request, and mostly 100. */
export const MAX_PUT_LENGTH = 8_000_000;
/** Puts are joined up to here. */
const MAX_JOINED_LENGTH = 1_000_000;

type Put = {
  wanted: Wanted[];
  length: number;
  resolve: (isPut: boolean) => void;
  reject: (e: unknown) => void;
};

export type WriterParts = {
  journal: Journal;
  follower: Follower;
  /** An entry was written. */
  onWritten: (number: number) => void;
  /** What rejects, but was seen in the journal: whoever asked for it does not know. */
  onUnsure: (changes: readonly Change[]) => void;
};

export class Writer {
  private readonly parts: WriterParts;
  private readonly journal: Journal;
  private readonly follower: Follower;
  private queue: Put[] = [];
  private running: Promise<void> | null = null;
  private reason: string | null = null;
  /** What is on its way, and it as it was met in the journal, before or instead of its answer. */
  private sent: Draft | null = null;
  private met: Entry | null = null;

  constructor(parts: WriterParts) {
    this.parts = parts;
    this.journal = parts.journal;
    this.follower = parts.follower;
  }

  /** Rejects with the client's error, or with `store_failed` when it is too large. */
  async put(changes: readonly StateChange[]): Promise<boolean> {
    const wanted = changes.map(toWanted);
    const length = wanted.reduce((sum, { id, text }) => sum + id.length + (text?.length ?? 0), 0);
    if (length > MAX_PUT_LENGTH) throw tooLarge(length);
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.queue.push({ wanted, length, resolve, reject });
    this.running ??= this.run();
    return promise;
  }

  /** To be asked about every entry that is read. */
  isOwn(entry: Entry): boolean {
    const isOwn = entry.nonce === this.sent?.nonce;
    if (isOwn) this.met = entry;
    return isOwn;
  }

  /** Why the last entry could not be written; null when it was. */
  get trouble(): string | null {
    return this.reason;
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    // What is called in the same turn goes together.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const puts = this.take();
      try {
        const fates = await this.write(puts);
        puts.forEach(({ resolve }, place) => resolve(fates[place] ?? false));
        this.reason = null;
      } catch (error) {
        this.reason = error instanceof QuaylogError ? error.sentence : (error as Error).message;
        for (const { reject } of puts) reject(error);
        if (this.met && this.sent) this.parts.onUnsure(this.sent.changes);
      } finally {
        this.sent = null;
        this.met = null;
      }
    }
    this.running = null;
  }

  private take(): Put[] {
    let length = 0;
    const tooMuch = this.queue.findIndex((put, place) => {
      length += put.length;
      return place > 0 && length > MAX_JOINED_LENGTH;
    });
    return this.queue.splice(0, tooMuch < 0 ? this.queue.length : tooMuch);
  }

  /**
   * Whether each of them was put. An entry that is taken as the next proves that what it was weighed against was current. One that
   * was not taken may be ours all the same, when its answer was lost: then it is met in the journal, and confirmed.
   */
  private async write(puts: readonly Put[]): Promise<boolean[]> {
    for (let isCurrent = false; ; isCurrent = true) {
      const { fates, changes } = this.weighAll(puts);
      if (changes.length === 0) {
        if (isCurrent) return fates;
        await this.follower.catchUp();
      } else if (await this.append(changes)) return fates;
    }
  }

  private weighAll(puts: readonly Put[]): { fates: boolean[]; changes: Change[] } {
    const ahead: Ahead = new Map();
    const made = puts.map(({ wanted }) => weigh(wanted, this.follower.view.rows, ahead));
    return { fates: made.map(changes => changes !== null), changes: made.flatMap(changes => changes ?? []) };
  }

  /**
   * False when something else came first; then it is known. That a number could be created proves nothing by itself: when this
   * indexer slept, an entry of that number may have been there and been removed. It is written when it is met in the journal.
   */
  private async append(changes: Change[]): Promise<boolean> {
    const draft = this.follower.view.draft(changes);
    this.sent = draft;
    this.met = null;
    const created = await this.journal.create(draft);
    do await this.follower.catchUp();
    while (this.follower.view.next <= draft.number);
    // What another primary copy showed of it is gone with that; whether it counts as it is now, a new reader sees.
    if (created !== 'taken' && this.metInJournal()?.term !== created.term) {
      this.met = null;
      await this.follower.rebuild();
    }
    const met = this.metInJournal();
    if (!met) {
      if (this.follower.view.builtOn >= draft.number) throw unknownOutcome();
      return false;
    }
    if (created === 'taken') await this.confirm(met);
    this.parts.onWritten(draft.number);
    return true;
  }

  /**
   * What is read may still be lost, when the server dies before it is on its disks; an entry after it that is acknowledged, by the
   * same primary copy, proves that it is there for good.
   */
  private async confirm({ term }: Entry): Promise<void> {
    for (;;) {
      const created = await this.journal.create(this.follower.view.draft([]));
      if (created === 'taken') await this.follower.catchUp();
      else if (created.term === term) return;
      else throw unknownOutcome();
    }
  }

  private metInJournal(): Entry | null {
    return this.met;
  }
}

const toWanted = ({ kind, id, document, ifVersion }: StateChange): Wanted => ({
  kind,
  id,
  text: document === null ? null : JSON.stringify(document),
  ...(ifVersion !== undefined && { ifVersion }),
});

const tooLarge = (length: number): QuaylogError =>
  new QuaylogError(
    'store_failed',
    `A change of ${length} characters cannot be written at once: at most ${MAX_PUT_LENGTH} are.`,
  );

const unknownOutcome = (): QuaylogError =>
  new QuaylogError('store_failed', 'Whether a change of the state was written is not known: look again.');
