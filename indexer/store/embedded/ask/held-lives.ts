/** The live files that the reading thread holds open: a few, by hour. */
import { statSync } from 'node:fs';
import type { ContentCache } from '../segment/content-cache.ts';
import { openLive, type OpenLive } from '../hours/hour-reader.ts';
import { livePath, type Hour } from '../hours/hours.ts';
import { MovedError } from '../segment/store-error.ts';
import { readingFile } from '../hours/unreadable.ts';

/** Each with up to 2 MB of pages: the hour at hand and some that are not packed yet. */
const MAX_HELD = 8;

/** `isGone`: the file was packed, dropped or set aside since, and reading it may fail in any way. */
type AcquiredLive = { live: OpenLive; isGone: () => boolean; release: () => void };

export interface HeldLives {
  /** The live file of an hour; undefined when there is none, or it is shunned. To be released. */
  acquire(hour: Hour): AcquiredLive | undefined;
  /** The file of this hour that is there now is not acquired again. */
  shun(hour: Hour): void;
  /** Lets go of the others: a dropped file keeps its space until nobody has it open. */
  keepOnly(hours: ReadonlySet<Hour>): void;
  close(): void;
}

type Held = { live: OpenLive; inode: number; users: number };

export function createHeldLives(dir: string, cache: ContentCache): HeldLives {
  const held = new Map<Hour, Held>();
  const shunned = new Set<number>();

  const inodeOf = (hour: Hour): number | undefined =>
    statSync(livePath(dir, hour), { throwIfNoEntry: false })?.ino;

  function open(hour: Hour, inode: number): OpenLive {
    try {
      return readingFile(`${hour}.db`, () => openLive(dir, hour, cache));
    } catch (error) {
      throw inodeOf(hour) === inode ? error : new MovedError(`the live file of ${hour} is gone`);
    }
  }

  /** Whoever still reads a file that was let go closes it. */
  function letGo(hour: Hour, one: Held): void {
    held.delete(hour);
    if (one.users === 0) one.live.close();
  }

  function release(hour: Hour, mine: Held): void {
    mine.users--;
    if (mine.users === 0 && held.get(hour) !== mine) mine.live.close();
    for (const [other, one] of held) {
      if (held.size <= MAX_HELD) break;
      if (one.users === 0) letGo(other, one);
    }
  }

  return {
    acquire(hour) {
      const inode = inodeOf(hour);
      if (inode === undefined || shunned.has(inode)) return undefined;
      let one = held.get(hour);
      if (one?.inode !== inode) {
        // Dropped, packed or set aside, and begun anew.
        if (one) letGo(hour, one);
        one = { live: open(hour, inode), inode, users: 0 };
      }
      const mine = one;
      held.delete(hour);
      held.set(hour, mine);
      mine.users++;
      return { live: mine.live, isGone: () => inodeOf(hour) !== inode, release: () => release(hour, mine) };
    },
    shun(hour) {
      const inode = inodeOf(hour);
      if (inode !== undefined) shunned.add(inode);
    },
    keepOnly(hours) {
      for (const [hour, one] of held) if (!hours.has(hour)) letGo(hour, one);
    },
    close() {
      for (const { live } of held.values()) live.close();
      held.clear();
    },
  };
}
