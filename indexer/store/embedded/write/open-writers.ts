/** The hourly files as the writing thread holds them open. */
import { filesOfHour } from '../hours/folder.ts';
import { createHourWriter, type HourWriter } from './hour-writer.ts';
import type { Hour } from '../hours/hours.ts';
import { createKnownIds } from './known-ids.ts';
import type { Syncable } from './write-queue.ts';
import type { Duplicates, HourBatch } from './hour-batch.ts';

/** Hours kept open. History read for the first time spreads over many. */
const MAX_OPEN = 24;
/** An hour that nothing was written to for so long is closed, which folds its WAL into the file. */
const IDLE_MS = 120_000;

export interface OpenWriters {
  /** Appends to one hour. When it throws, the hour's writer is out of use and the next append opens a new one. */
  append(hour: Hour, batch: HourBatch, touched: Set<Syncable>): Duplicates;
  /** The hour's writer; opened when it is not. */
  use(hour: Hour): HourWriter;
  /** Records in packed blocks of an hour that is open; 0 of others. */
  sealedRecords: (hour: Hour) => number;
  close(hour: Hour): void;
  closeIdle(): void;
  closeAll(): void;
  /** Closes what is too much, or out of use; when everything committed is on the disk. */
  trim(): void;
}

export function createOpenWriters(dir: string): OpenWriters {
  const open = new Map<Hour, { writer: HourWriter; usedMs: number }>();
  const outOfUse: HourWriter[] = [];
  const ids = createKnownIds();

  function use(hour: Hour): HourWriter {
    const writer = open.get(hour)?.writer ?? createHourWriter(dir, filesOfHour(dir, hour), ids);
    open.delete(hour);
    open.set(hour, { writer, usedMs: performance.now() });
    return writer;
  }

  function close(hour: Hour): void {
    open.get(hour)?.writer.close();
    open.delete(hour);
  }

  return {
    append(hour, batch, touched) {
      const writer = use(hour);
      touched.add(writer);
      try {
        return writer.append(batch);
      } catch (error) {
        open.delete(hour);
        outOfUse.push(writer);
        throw error;
      }
    },
    use,
    sealedRecords: hour => open.get(hour)?.writer.sealedRecords() ?? 0,
    close,
    closeIdle() {
      const idleSince = performance.now() - IDLE_MS;
      for (const [hour, { usedMs }] of open) if (usedMs < idleSince) close(hour);
    },
    closeAll() {
      for (const hour of open.keys()) close(hour);
    },
    trim() {
      ids.trim();
      for (const writer of outOfUse.splice(0)) writer.close();
      for (const hour of open.keys()) {
        if (open.size <= MAX_OPEN) break;
        close(hour);
      }
    },
  };
}
