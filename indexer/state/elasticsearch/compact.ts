/** Makes the journal short: a snapshot of all rows, then the marker that names it, then what lies before is removed. */
import { randomUUID } from 'node:crypto';
import { emptyMarker, type Journal, type Marker } from './journal.ts';
import type { Change } from './rows.ts';
import type { Follower } from './follower.ts';
import type { StoreLog } from '../../store/log-store.ts';
import type { View } from './view.ts';

/** So many entries, or characters in them, make a new snapshot worth its while. */
const COMPACT_AFTER = 1_000;
const COMPACT_AFTER_LENGTH = 16_000_000;
const LENGTH_LOOKED_AT_EVERY = 50;
/** In the documents of a snapshot, in characters. */
const PART_LENGTH = 1_000_000;

export type Compaction = {
  /** This indexer wrote entry `number`. Each is written by one: so one of them finds that it is time. */
  look: (number: number) => void;
  /** Resolves when none is under way. */
  idle: () => Promise<void>;
};

export function createCompaction(parts: {
  journal: Journal;
  follower: Follower;
  log: StoreLog;
  explained: (error: unknown) => Error;
  compactAfter?: number;
}): Compaction {
  const { journal, follower, log, explained, compactAfter = COMPACT_AFTER } = parts;
  let running: Promise<void> | null = null;
  return {
    look(number) {
      const { through, journalLength } = follower.view;
      const isLong = journalLength > COMPACT_AFTER_LENGTH && number % LENGTH_LOOKED_AT_EVERY === 0;
      if ((number - through) % compactAfter !== 0 && !isLong) return;
      running ??= compact(journal, follower.view)
        .catch((error: unknown) => log.warn({ err: explained(error) }, 'the state was not compacted'))
        .finally(() => (running = null));
    },
    async idle() {
      await running;
    },
  };
}

/**
 * Any indexer may do so, at any time, and several at once: the marker moves for one of them. What a crash leaves behind, or
 * one whose marker did not move, is below the `from` of a later marker and goes with it. Rejects with the client's error.
 */
async function compact(journal: Journal, view: View): Promise<void> {
  const { last, term } = view;
  const through = view.next - 1;
  const changes = view.rows.all();
  const before = await journal.settleMarker(emptyMarker(view.epoch));
  if (before.epoch !== view.epoch || before.through >= through) return;
  const parts = partsOf(changes);
  // The journal is kept from the snapshot before: an indexer that is a little behind need not begin anew.
  const next: Marker = {
    epoch: view.epoch,
    through,
    last,
    snapshot: randomUUID(),
    parts: parts.length,
    from: before.through + 1,
  };
  // Taken by the primary copy that the rows were read from, it proves that they are what is kept.
  if (!(await journal.writeSnapshot(next, { parts, term }))) return;
  if (await journal.moveMarker(before, next)) await journal.dropBelow(next.from);
}

function partsOf(changes: readonly Change[]): Change[][] {
  const parts: Change[][] = [[]];
  let length = 0;
  for (const change of changes) {
    if (length >= PART_LENGTH) {
      parts.push([]);
      length = 0;
    }
    parts.at(-1)?.push(change);
    length += change.text?.length ?? 0;
  }
  return parts;
}
