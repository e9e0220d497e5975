/** The hourly files as the reading thread holds them: a few open at a time, damaged ones left out. */
import { readdirSync, statSync } from 'node:fs';
import { hourOfMs, hoursAmong, pathOfHour, UnknownFormatError, type Hour } from './hour-file.ts';
import { openHourReader, type HourReader } from './hour-reader.ts';
import type { IdBounds } from './hour-query.ts';
import { epochMsOf } from './id-bytes.ts';
import { isDamage } from './store-error.ts';

/** A day and some more. Each holds up to 2 MB of pages; the rest is in the cache of the operating system. */
const MAX_OPEN = 32;

/** A file cannot be read: damaged, or of a newer Quaylog. The question is to be put again, without it. */
export class UnreadableHourError extends Error {
  readonly hour: Hour;
  readonly isDamaged: boolean;

  constructor(hour: Hour, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.hour = hour;
    this.isDamaged = isDamage(cause);
  }
}

export interface OpenHours {
  /** The hours that can hold ids within the bounds. */
  within(bounds: IdBounds, order: 'asc' | 'desc'): Hour[];
  /**
   * Does some work with a file, which stays open as long. Undefined when the file is gone. Throws `UnreadableHourError`, and
   * from then on leaves the file out until there is another of its name.
   */
  use<T>(
    hour: Hour,
    work: (reader: HourReader) => Generator<undefined, T>,
  ): Generator<undefined, T | undefined>;
  close(): void;
}

type Held = { reader: HourReader; inode: number; users: number };

export function createOpenHours(dir: string): OpenHours {
  const held = new Map<Hour, Held>();
  /** Inodes of files not to be read again. */
  const shunned = new Set<number | undefined>();

  const inodeOf = (hour: Hour): number | undefined =>
    statSync(pathOfHour(dir, hour), { throwIfNoEntry: false })?.ino;

  function acquire(hour: Hour): Held | undefined {
    const inode = inodeOf(hour);
    if (inode === undefined || shunned.has(inode)) return undefined;
    let known = held.get(hour);
    if (known?.inode !== inode) {
      // Dropped or set aside, and begun anew.
      if (known) letGo(hour, known);
      known = { reader: openHourReader(pathOfHour(dir, hour), hour), inode, users: 0 };
    }
    held.delete(hour);
    held.set(hour, known);
    known.users++;
    return known;
  }

  /** Whoever still reads a file that was let go closes it. */
  function letGo(hour: Hour, { reader, users }: Held): void {
    held.delete(hour);
    if (users === 0) reader.close();
  }

  function release(hour: Hour, mine: Held): void {
    mine.users--;
    if (mine.users === 0 && held.get(hour) !== mine) mine.reader.close();
    for (const [other, one] of held) {
      if (held.size <= MAX_OPEN) break;
      if (one.users === 0) letGo(other, one);
    }
  }

  return {
    within(bounds, order) {
      const [first, last] = [hourOfMs(epochMsOf(bounds.low)), hourOfMs(epochMsOf(bounds.high))];
      const there = new Set(hoursAmong(readdirSync(dir)));
      // A dropped file keeps its space until nobody has it open.
      for (const [hour, one] of held) if (!there.has(hour)) letGo(hour, one);
      const hours = [...there].filter(hour => hour >= first && hour <= last);
      return order === 'asc' ? hours : hours.reverse();
    },
    *use(hour, work) {
      let mine: Held | undefined;
      try {
        mine = acquire(hour);
        return mine && (yield* work(mine.reader));
      } catch (error) {
        if (!isDamage(error) && !(error instanceof UnknownFormatError)) throw error;
        shunned.add(inodeOf(hour));
        throw new UnreadableHourError(hour, error);
      } finally {
        if (mine) release(hour, mine);
      }
    },
    close() {
      for (const { reader } of held.values()) reader.close();
      held.clear();
    },
  };
}
