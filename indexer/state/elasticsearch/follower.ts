/** This indexer's copy of the state, and the one place where it learns what others wrote. */
import type { Entry, Journal } from './journal.ts';
import type { Change } from './rows.ts';
import { loadView, type View } from './view.ts';

export type FollowerOptions = {
  journal: Journal;
  /** Names the state that is begun where there is none. */
  epoch: string;
  /** Whether an entry is the one that is being written here: then nobody is told of it. */
  isOwn: (entry: Entry) => boolean;
  /** In the order in which it was written. */
  onOthers: (changes: readonly Change[]) => void;
};

export class Follower {
  private readonly options: FollowerOptions;
  private current: View | null = null;
  private isDoubtful = false;
  /** The catch-up on its way, and the one after it: for that wait all who ask before it begins. */
  private running: Promise<void> | null = null;
  private waiting: Promise<void> | null = null;

  constructor(options: FollowerOptions) {
    this.options = options;
  }

  /** As of the last catch-up; there must have been one. */
  get view(): View {
    if (!this.current) throw new Error('the state was not read yet');
    return this.current;
  }

  /** Resolves when everything is known that was acknowledged, to anybody, before the call. Rejects with the client's error. */
  catchUp(): Promise<void> {
    return (this.waiting ??= this.catchUpNext());
  }

  /** As `catchUp`, from the beginning. */
  rebuild(): Promise<void> {
    this.isDoubtful = true;
    return this.catchUp();
  }

  private async catchUpNext(): Promise<void> {
    await this.running?.catch(() => undefined);
    this.waiting = null;
    const running = this.advance();
    this.running = running;
    try {
      await running;
    } finally {
      if (this.running === running) this.running = null;
    }
  }

  private async advance(): Promise<void> {
    const { journal, epoch, isOwn, onOthers } = this.options;
    const { current, isDoubtful } = this;
    this.isDoubtful = false;
    const reached = await (isDoubtful ? null : current)?.advance(journal, entry => {
      if (!isOwn(entry)) onOthers(entry.changes);
    });
    if (reached === 'current') return;
    const before = this.current;
    const view = await loadView({ journal, epoch, onEntry: entry => void isOwn(entry) });
    this.current = view;
    const changes = before ? view.rows.changesSince(before.rows) : [];
    if (changes.length > 0) onOthers(changes);
  }
}
