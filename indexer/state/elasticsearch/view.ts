/** The state up to some entry of the journal, and how it gets further. */
import { randomUUID } from 'node:crypto';
import { emptyMarker, type Draft, type Entry, type Journal, type Marker, type Page } from './journal.ts';
import { Rows, type Change } from './rows.ts';

/** Entries asked for at once: mostly there is none, or one. */
const FIRST_PAGE = 4;
/** Each may be of a megabyte, and one of MAX_PUT_LENGTH. */
const NEXT_PAGE = 32;
const MAX_LOADS = 20;

/** Told of each entry that counts. */
export type OnEntry = (entry: Entry) => void;

export class View {
  readonly rows = new Rows();
  readonly epoch: string;
  /** Entries up to here were never seen one by one. */
  readonly builtOn: number;
  /** The number of the entry that comes next, and the nonce of the one before it. */
  next: number;
  last: string;
  /** Up to where a snapshot has it. */
  through: number;
  /** Of entries since that snapshot, in characters. */
  journalLength = 0;
  /** Of the primary copy that all of this was read from. */
  term: number;

  constructor(marker: Marker & { term: number }, changes: readonly Change[]) {
    this.epoch = marker.epoch;
    this.builtOn = marker.through;
    this.through = marker.through;
    this.next = marker.through + 1;
    this.last = marker.last;
    this.term = marker.term;
    for (const change of changes) this.rows.apply(change);
  }

  /**
   * Applies every entry there is. `lost`: this view may differ from what is kept, and must be built anew. That is so when it is
   * behind what was removed, when somebody deleted the index, and after a change of the server's primary copy: the one
   * that is gone may have shown an entry that it alone had. `isFirst`: it is being built.
   */
  async advance(journal: Journal, onEntry: OnEntry, isFirst = false): Promise<'current' | 'lost'> {
    for (let count = FIRST_PAGE; ; count = NEXT_PAGE) {
      const page = await journal.read(this.next, count);
      if (!this.isWithin(page)) return 'lost';
      for (const entry of page.entries) {
        if (entry.number !== this.next) continue;
        if (entry.term > this.term && !(isFirst && (await this.isStillThere(journal)))) return 'lost';
        if (this.apply(entry)) onEntry(entry);
      }
      if (page.isTorn) await journal.create(this.draft([]));
      else if (!page.isFull) return 'current';
    }
  }

  /** The entry that would make these changes now. */
  draft(changes: Change[]): Draft {
    return { number: this.next, nonce: randomUUID(), after: this.last, changes };
  }

  /** Whether it counts: one that was made to follow another than it does changes nothing, for nobody. */
  private apply({ nonce, after, changes, term }: Entry): boolean {
    const counts = after === this.last;
    if (counts) for (const change of changes) this.rows.apply(change);
    this.journalLength += changes.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
    this.term = Math.max(this.term, term);
    this.next += 1;
    this.last = nonce;
    return counts;
  }

  /** The entry applied last, on a later primary copy: it and those before were kept. What a snapshot has was proven before. */
  private async isStillThere(journal: Journal): Promise<boolean> {
    if (this.next - 1 === this.builtOn) return true;
    const { entries } = await journal.read(this.next - 1, 1);
    return entries[0]?.nonce === this.last;
  }

  private isWithin({ marker }: Page): boolean {
    if (marker?.epoch !== this.epoch || marker.from > this.next) return false;
    if (marker.through > this.through) this.journalLength = 0;
    this.through = Math.max(this.through, marker.through);
    return true;
  }
}

export type LoadOptions = {
  journal: Journal;
  /** Names the state that is begun where there is none. */
  epoch: string;
  /** Told of each entry of the journal, not of those that a snapshot has. */
  onEntry: OnEntry;
};

/** All there is now, built from the snapshot and the journal. */
export async function loadView({ journal, epoch, onEntry }: LoadOptions): Promise<View> {
  for (let loads = 0; loads < MAX_LOADS; loads++) {
    const marker = await journal.settleMarker(emptyMarker(epoch));
    const changes = await journal.readSnapshot(marker);
    if (changes === null) continue;
    const view = new View(marker, changes);
    if ((await view.advance(journal, onEntry, true)) === 'current') return view;
  }
  throw new Error(`the state was moved ${MAX_LOADS} times while it was read`);
}
