/** The one who writes: batches to hours, hours to the disk, and what is old or broken out of the way. */
import { idRange } from '../../parse/record-id.ts';
import type { StoreBatch } from '../log-store.ts';
import { listHours, lockFolder, removeHour, setHourAside } from './folder.ts';
import { hourOfMs, type Hour } from './hour-file.ts';
import type { Duplicates, HourBatch } from './hour-writer.ts';
import { HOUR_MS, secondsOfId } from './id-bytes.ts';
import { createOpenWriters } from './open-writers.ts';
import { hoursToDrop, type RetentionPolicy } from './retention.ts';
import { isDamage, toStoreError } from './store-error.ts';
import type { Notice } from './thread.ts';
import { createWriteQueue, type Syncable } from './write-queue.ts';

export type WriterOptions = {
  dir: string;
  retention: RetentionPolicy;
  notify: (level: Notice['level'], message: string, fields: Notice['fields']) => void;
};

export interface Writer {
  /** Resolves when all is on the disk; rejects as `LogStore.append` does. */
  append(batch: StoreBatch): Promise<Duplicates>;
  /** Sets aside a file that a reader could not make sense of. */
  quarantine(argument: { hour: Hour; reason: string }): Promise<null>;
  /** Drops the hours that retention gives up and closes the idle ones. */
  tidy(nowMs: number): Promise<null>;
  close(): Promise<null>;
}
/** Throws `QuaylogError` `store_failed` when the folder cannot be used, or another process uses it. */
export function createWriter({ dir, retention, notify }: WriterOptions): Writer {
  const lock = lockFolder(dir);
  const hours = createOpenWriters(dir);
  const queue = createWriteQueue(() => hours.trim());

  function appendAll(batch: StoreBatch, touched: Set<Syncable>): Duplicates {
    const found = byHour(batch).map(([hour, part]) => appendToHour(hour, part, touched));
    return {
      records: found.flatMap(duplicates => duplicates.records),
      events: found.flatMap(duplicates => duplicates.events),
      samples: found.flatMap(duplicates => duplicates.samples),
    };
  }

  /** A damaged file does not stop what is new: it goes to a fresh one. */
  function appendToHour(hour: Hour, part: HourBatch, touched: Set<Syncable>): Duplicates {
    try {
      return hours.append(hour, part, touched);
    } catch (error) {
      if (!isDamage(error)) throw error;
      setAside(hour, error instanceof Error ? error.message : String(error));
      return hours.append(hour, part, touched);
    }
  }

  function setAside(hour: Hour, reason: string): null {
    hours.close(hour);
    const aside = setHourAside(dir, hour);
    if (aside) notify('error', 'damaged file set aside', { hour, reason, ...aside });
    return null;
  }

  function tidyAll(nowMs: number): null {
    const files = listHours(dir);
    const drop = new Set(hoursToDrop(files, retention, nowMs));
    for (const hour of drop) {
      hours.close(hour);
      removeHour(dir, hour);
    }
    if (drop.size > 0) {
      const bytes = files.reduce((sum, file) => sum + (drop.has(file.hour) ? file.bytes : 0), 0);
      notify('info', 'hours dropped by retention', { hours: drop.size, bytes, first: [...drop][0] });
    }
    hours.closeIdle();
    return null;
  }

  function closeAll(): null {
    hours.closeAll();
    lock.close();
    return null;
  }

  const asStoreError = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw toStoreError(error, dir);
    }
  };
  return {
    append: batch => asStoreError(queue.enqueue(touched => appendAll(batch, touched))),
    quarantine: ({ hour, reason }) => asStoreError(queue.enqueueAlone(() => setAside(hour, reason))),
    tidy: nowMs => asStoreError(queue.enqueueAlone(() => tidyAll(nowMs))),
    close: () => asStoreError(queue.enqueueAlone(closeAll)),
  };
}

function byHour(batch: StoreBatch): [Hour, HourBatch][] {
  const parts = new Map<number, HourBatch>();
  const partOf = (id: string): HourBatch => {
    const index = Math.floor(secondsOfId(id) / 3_600);
    let part = parts.get(index);
    if (!part) parts.set(index, (part = { records: [], events: [], samples: [] }));
    return part;
  };
  batch.records.forEach((document, place) => partOf(document.event.id).records.push({ place, document }));
  batch.events.forEach((document, place) => partOf(document.event.id).events.push({ place, document }));
  batch.samples.forEach((document, place) => {
    const stamp = document['@timestamp'];
    partOf(idRange(stamp, stamp).from).samples.push({ place, document });
  });
  return [...parts].map(([index, part]) => [hourOfMs(index * HOUR_MS), part]);
}
