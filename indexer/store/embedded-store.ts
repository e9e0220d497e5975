/**
 * The store that needs no server: hourly SQLite files in one folder (embedded/hour-file.ts has the format). One thread
 * writes, one reads; this side only hands over, so that no query and no sync ever stalls the event loop.
 */
import type { LogStore } from './log-store.ts';
import { createThread, type Notice } from './embedded/thread.ts';
import type { DamagedHour, ReadMethods } from './embedded/read-worker.ts';
import type { WriteMethods, WriteWorkerData } from './embedded/write-worker.ts';

/** As of pino. */
export type StoreLog = Record<Notice['level'], (fields: Record<string, unknown>, message: string) => void>;

export type EmbeddedStoreOptions = {
  /** Folder of its own; made when it is not there. */
  dir: string;
  /** What ended longer ago is dropped, whole hours at a time. */
  retentionAgeMs: number | 'all';
  /** The oldest hours are dropped when the files grow beyond this; never the newest. */
  retentionBytes: number;
  now: () => Date;
  log: StoreLog;
};

const TIDY_EVERY_MS = 60_000;

/** Rejects with `QuaylogError` `store_failed` when the folder cannot be used, or another process uses it. */
export async function createEmbeddedStore(options: EmbeddedStoreOptions): Promise<LogStore> {
  const { dir, now, log } = options;
  const onNotice = ({ level, message, fields }: Notice): void => log[level](fields, message);
  const retention = { ageMs: options.retentionAgeMs, bytes: options.retentionBytes };
  const writer = createThread<WriteMethods>({
    url: new URL('./embedded/write-worker.ts', import.meta.url),
    workerData: { dir, retention } satisfies WriteWorkerData,
    onNotice,
  });
  const reader = createThread<ReadMethods, DamagedHour>({
    url: new URL('./embedded/read-worker.ts', import.meta.url),
    workerData: { dir },
    onNotice,
    onOwn: damaged => attend(writer.call('quarantine', damaged)),
  });
  const attend = (work: Promise<unknown>): void =>
    void work.catch((error: unknown) => log.error({ err: error }, 'store upkeep failed'));

  const tidy = (): void => attend(writer.call('tidy', now().getTime()));
  await writer.call('open', null);
  tidy();
  const timer = setInterval(tidy, TIDY_EVERY_MS).unref();

  return {
    async append(batch) {
      const found = await writer.call('append', batch);
      const fresh = {
        records: without(batch.records, found.records),
        events: without(batch.events, found.events),
        samples: without(batch.samples, found.samples),
      };
      return { ...fresh, duplicates: found.records.length + found.events.length + found.samples.length };
    },
    findRecords: (find, signal) => reader.call('findRecords', find, signal),
    histogram: (selection, signal) => reader.call('histogram', selection, signal),
    facets: (selection, signal) => reader.call('facets', selection, signal),
    findEvents: find => reader.call('findEvents', find),
    findSamples: find => reader.call('findSamples', find),
    async close() {
      clearInterval(timer);
      await reader.call('close', null);
      await reader.close();
      await writer.call('close', null);
      await writer.close();
    },
  };
}

function without<T>(documents: T[], places: readonly number[]): T[] {
  if (places.length === 0) return documents;
  const left = new Set(places);
  return documents.filter((_, place) => !left.has(place));
}
