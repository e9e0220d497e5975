/** The one who writes: batches to hours, hours to the disk, and what is old or broken out of the way. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { idRange } from '../../../parse/record-id.ts';
import { receiveRecords, type EncodedRecords } from './batch-columns.ts';
import {
  damagedFileOf,
  filesOfHour,
  listHours,
  lockFolder,
  removeHour,
  setFileAside,
} from '../hours/folder.ts';
import { hourOfMs, type Hour } from '../hours/hours.ts';
import { HOUR_MS, secondsOfId } from '../segment/id-bytes.ts';
import { createOpenWriters } from './open-writers.ts';
import { adoptPack, finishMoves, hoursToPack, type PackDraft, type PackOrder } from './packing.ts';
import { gatherRecords, type RecordColumns } from '../segment/record-columns.ts';
import { hoursToDrop, type RetentionPolicy } from '../hours/retention.ts';
import { isDamage, toStoreError } from '../segment/store-error.ts';
import type { Notice } from '../thread.ts';
import { createWriteQueue, type Syncable } from './write-queue.ts';
import type { Duplicates, HourBatch } from './hour-batch.ts';

export type EncodedBatch = { records: EncodedRecords; events: ContainerEvent[]; samples: MetricSample[] };

export type WriterOptions = {
  dir: string;
  retention: RetentionPolicy;
  /** A live file of an hour that is over is packed when nothing was written to it for so long. */
  packIdleMs: number;
  notify: (level: Notice['level'], message: string, fields: Notice['fields']) => void;
};

export interface Writer {
  /** Resolves when all is on the disk; rejects as `LogStore.append` does. */
  append(batch: EncodedBatch): Promise<Duplicates>;
  /** Sets aside a file that a reader could not make sense of. */
  quarantine(argument: { file: string; reason: string }): Promise<null>;
  /** Sets aside what is damaged of an hour that could not be read. */
  quarantineHour(argument: { hour: Hour; reason: string }): Promise<null>;
  /** Drops the hours that retention gives up and closes the idle ones; what is to be packed now. */
  tidy(nowMs: number): Promise<PackOrder[]>;
  /** Makes a finished draft a pack of its hour, and removes what it holds from where it was. */
  adopt(draft: PackDraft): Promise<null>;
  close(): Promise<null>;
}

const HOUR_SECONDS = HOUR_MS / 1_000;

/** Throws `QuaylogError` `store_failed` when the folder cannot be used, or another process uses it. */
export function createWriter({ dir, retention, packIdleMs, notify }: WriterOptions): Writer {
  const lock = lockFolder(dir);
  const hours = createOpenWriters(dir);
  const queue = createWriteQueue(() => hours.trim());
  const appendAll = (batch: EncodedBatch, touched: Set<Syncable>): Duplicates =>
    joinDuplicates(byHour(batch).map(([hour, part]) => appendToHour(hour, part, touched)));

  /** A damaged file does not stop what is new: it goes to a fresh one. */
  function appendToHour(hour: Hour, part: HourBatch, touched: Set<Syncable>): Duplicates {
    for (let attempts = 0; ; attempts++) {
      try {
        return hours.append(hour, part, touched);
      } catch (error) {
        if (!isDamage(error) || attempts > filesOfHour(dir, hour).packs.length + 1) throw error;
        setDamagedAside(hour, error instanceof Error ? error.message : String(error));
      }
    }
  }

  const setDamagedAside = (hour: Hour, reason: string): null =>
    setAside(damagedFileOf(dir, filesOfHour(dir, hour)), reason);

  function setAside(name: string, reason: string): null {
    const hour = name.slice(0, 13);
    hours.close(hour);
    const aside = setFileAside(dir, name);
    if (aside) notify('error', 'damaged file set aside', { hour, reason, ...aside });
    return null;
  }

  function tidyAll(nowMs: number): PackOrder[] {
    const files = listHours(dir);
    const drop = new Set(hoursToDrop(files, retention, nowMs));
    for (const hour of drop) {
      hours.close(hour);
      removeHour(dir, hour);
    }
    const dropped = files.filter(({ hour }) => drop.has(hour));
    const bytes = dropped.reduce((sum, file) => sum + file.bytes, 0);
    if (dropped.length > 0)
      notify('info', 'hours dropped by retention', { hours: drop.size, bytes, first: [...drop][0] });
    hours.closeIdle();
    const left = files.filter(({ hour }) => !drop.has(hour));
    return hoursToPack(left, { nowMs, idleMs: packIdleMs, sealedRecords: hours.sealedRecords });
  }

  function closeAll(): null {
    hours.closeAll();
    lock.close();
    return null;
  }

  for (const { hour, reason } of finishMoves(dir)) setDamagedAside(hour, reason);
  const asStoreError = (error: unknown): never => {
    throw toStoreError(error, dir);
  };
  const alone = <T>(work: () => T): Promise<T> => queue.enqueueAlone(work).catch(asStoreError);
  return {
    append: batch => queue.enqueue(touched => appendAll(batch, touched)).catch(asStoreError),
    quarantine: ({ file, reason }) => alone(() => setAside(file, reason)),
    quarantineHour: ({ hour, reason }) => alone(() => setDamagedAside(hour, reason)),
    tidy: nowMs => alone(() => tidyAll(nowMs)),
    adopt: draft => alone(() => adoptPack(dir, draft, hours)),
    close: () => alone(closeAll),
  };
}

const joinDuplicates = (found: readonly Duplicates[]): Duplicates => ({
  records: found.flatMap(({ records }) => records),
  events: found.flatMap(({ events }) => events),
  samples: found.flatMap(({ samples }) => samples),
});

function byHour(batch: EncodedBatch): [Hour, HourBatch][] {
  const { columns, kinds } = receiveRecords(batch.records);
  const parts = new Map<number, HourBatch>();
  const partOf = (index: number): HourBatch => {
    let part = parts.get(index);
    if (!part) {
      const records = gatherRecords(columns, []);
      parts.set(index, (part = { places: [], records, kinds, events: [], samples: [] }));
    }
    return part;
  };
  columns.seconds.forEach((seconds, place) => partOf(Math.floor(seconds / HOUR_SECONDS)).places.push(place));
  for (const part of parts.values()) {
    const isAll = part.places.length === columns.count;
    part.records = withinHour(isAll ? columns : gatherRecords(columns, part.places));
  }
  const indexOfId = (id: string): number => Math.floor(secondsOfId(id) / HOUR_SECONDS);
  batch.events.forEach((document, place) =>
    partOf(indexOfId(document.event.id)).events.push({ place, document }),
  );
  batch.samples.forEach((document, place) => {
    const stamp = document['@timestamp'];
    partOf(indexOfId(idRange(stamp, stamp).from)).samples.push({ place, document });
  });
  return [...parts].map(([index, part]) => [hourOfMs(index * HOUR_MS), part]);
}

const withinHour = (records: RecordColumns): RecordColumns => ({
  ...records,
  seconds: records.seconds.map(seconds => seconds % HOUR_SECONDS),
});
