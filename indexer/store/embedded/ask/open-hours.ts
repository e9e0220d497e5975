/** The hours as the reading thread holds them: files open while they are read and a while longer, damaged ones left out. */
import { readdirSync } from 'node:fs';
import { createContentCache } from '../segment/content-cache.ts';
import { createHeldLives } from './held-lives.ts';
import { createHeldPacks } from './held-packs.ts';
import { readHour, type HourReader } from '../hours/hour-reader.ts';
import { hourOfMs, hoursAmong, type Hour, type HourFiles } from '../hours/hours.ts';
import { epochMsOf } from '../segment/id-bytes.ts';
import type { Pack } from '../hours/pack-file.ts';
import type { IdBounds } from './segment-query.ts';
import { isDamage, MovedError } from '../segment/store-error.ts';
import { UnreadableFileError } from '../hours/unreadable.ts';

export interface OpenHours {
  /** The hours that can hold ids within the bounds. */
  within(bounds: IdBounds, order: 'asc' | 'desc'): HourFiles[];
  /**
   * Does some work with an hour, whose files stay open as long. Throws `UnreadableFileError`, and from then on leaves the file
   * out until there is another of its name.
   */
  use<T>(files: HourFiles, work: (reader: HourReader) => Generator<undefined, T>): Generator<undefined, T>;
  close(): void;
}

/** Blocks of the hour at hand, the words that are asked for, kinds and seconds of some millions of records. */
const CACHE_BYTES = 24 * 2 ** 20;

export function createOpenHours(dir: string): OpenHours {
  const cache = createContentCache(CACHE_BYTES);
  const lives = createHeldLives(dir, cache);
  const packs = createHeldPacks(dir, cache);

  function shun(hour: Hour, file: string): void {
    if (file.endsWith('.db')) lives.shun(hour);
    else packs.shun(file);
  }

  return {
    within(bounds, order) {
      const [first, last] = [hourOfMs(epochMsOf(bounds.low)), hourOfMs(epochMsOf(bounds.high))];
      const there = hoursAmong(readdirSync(dir));
      lives.keepOnly(new Set(there.filter(({ isLive }) => isLive).map(({ hour }) => hour)));
      const hours = there.filter(({ hour }) => hour >= first && hour <= last);
      return order === 'asc' ? hours : hours.reverse();
    },
    *use(files, work) {
      const acquired: Pack[] = [];
      let live: ReturnType<typeof lives.acquire>;
      try {
        live = files.isLive ? lives.acquire(files.hour) : undefined;
        const reader = readHour({
          dir,
          files,
          live: live?.live,
          isLeftOut: packs.isShunned,
          packOf(name) {
            const pack = packs.acquire(name);
            acquired.push(pack);
            return pack;
          },
        });
        return yield* work(reader);
      } catch (error) {
        if (live?.isGone()) throw new MovedError(`the live file of ${files.hour} is gone`);
        const unreadable = asUnreadable(error, files.hour);
        if (!unreadable) throw error;
        shun(files.hour, unreadable.file);
        throw unreadable;
      } finally {
        live?.release();
        for (const pack of acquired) packs.release(pack);
      }
    },
    close: () => lives.close(),
  };
}

/** What makes no sense and does not say where it stood was in the live file. */
function asUnreadable(error: unknown, hour: Hour): UnreadableFileError | undefined {
  if (error instanceof UnreadableFileError) return error;
  return isDamage(error) ? new UnreadableFileError(`${hour}.db`, error) : undefined;
}
