/**
 * The store that needs no server: hourly files in one folder (embedded/hours/ has the formats). One thread writes, one
 * reads, one packs what is no longer written to; this side only hands over, so that no query and no sync ever stalls the event
 * loop.
 */
import type { LogStore, StoreLog } from './log-store.ts';
import { buffersOf, encodeRecords } from './embedded/write/batch-columns.ts';
import type { PackMethods } from './embedded/pack/pack-worker.ts';
import type { PackOrder } from './embedded/write/packing.ts';
import type { DamagedFile, ReadMethods } from './embedded/ask/read-worker.ts';
import { createThread, type Notice, type Thread } from './embedded/thread.ts';
import type { WriteMethods, WriteWorkerData } from './embedded/write/write-worker.ts';

export type EmbeddedStoreOptions = {
  /** Folder of its own; made when it is not there. */
  dir: string;
  /** What ended longer ago is dropped, whole hours at a time. */
  retentionAgeMs: number | 'all';
  /** The oldest hours are dropped when the files grow beyond this; never the newest. */
  retentionBytes: number;
  now: () => Date;
  log: StoreLog;
  /** How often what is old is dropped and what is over is packed. */
  tidyEveryMs?: number;
  /** An hour that is over is packed when nothing came for it for so long. */
  packIdleMs?: number;
};

const TIDY_EVERY_MS = 15_000;
const PACK_IDLE_MS = 120_000;
const PACKER_IDLE_MS = 45_000;

/** Rejects with `QuaylogError` `store_failed` when the folder cannot be used, or another process uses it. */
export async function createEmbeddedStore(options: EmbeddedStoreOptions): Promise<LogStore> {
  const { dir, now, log, tidyEveryMs = TIDY_EVERY_MS, packIdleMs = PACK_IDLE_MS } = options;
  const onNotice = ({ level, message, fields }: Notice): void => log[level](fields, message);
  const retention = { ageMs: options.retentionAgeMs, bytes: options.retentionBytes };
  const writer = createThread<WriteMethods>({
    url: new URL('./embedded/write/write-worker.ts', import.meta.url),
    workerData: { dir, retention, packIdleMs } satisfies WriteWorkerData,
    onNotice,
  });
  const reader = createThread<ReadMethods, DamagedFile>({
    url: new URL('./embedded/ask/read-worker.ts', import.meta.url),
    workerData: { dir },
    onNotice,
    onOwn: damaged => attend(writer.call('quarantine', damaged)),
  });
  const packer = createThread<PackMethods>({
    url: new URL('./embedded/pack/pack-worker.ts', import.meta.url),
    workerData: { dir },
    onNotice,
  });
  const attend = (work: Promise<unknown>): void =>
    void work.catch((error: unknown) => log.error({ err: error }, 'store upkeep failed'));

  await writer.call('open', null);
  const upkeep = createUpkeep({ writer, packer, now });
  attend(upkeep.run());
  const timer = setInterval(() => attend(upkeep.run()), tidyEveryMs).unref();

  return {
    async append(batch) {
      const records = encodeRecords(batch.records);
      const found = await writer.call('append', { ...batch, records }, { transfer: buffersOf(records) });
      const fresh = {
        records: without(batch.records, found.records),
        events: without(batch.events, found.events),
        samples: without(batch.samples, found.samples),
      };
      return { ...fresh, duplicates: found.records.length + found.events.length + found.samples.length };
    },
    findRecords: (find, signal) => reader.call('findRecords', find, { signal }),
    histogram: (selection, signal) => reader.call('histogram', selection, { signal }),
    facets: (selection, signal) => reader.call('facets', selection, { signal }),
    findEvents: find => reader.call('findEvents', find),
    findSamples: find => reader.call('findSamples', find),
    async close() {
      clearInterval(timer);
      await upkeep.stop();
      await packer.close();
      await reader.call('close', null);
      await reader.close();
      await writer.call('close', null);
      await writer.close();
    },
  };
}

type UpkeepParts = { writer: Thread<WriteMethods>; packer: Thread<PackMethods>; now: () => Date };

/**
 * Drops what is old and packs what is over, one hour after the other; the rest waits for the next round. The packing thread
 * ends when it had nothing to do for a while: until then it keeps the memory that it took.
 */
function createUpkeep({ writer, packer, now }: UpkeepParts) {
  let running: Promise<void> | undefined;
  let packedMs = 0;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function packAll(order: PackOrder): Promise<void> {
    while (!signal.aborted) {
      const draft = await packer.call('pack', order);
      if (draft === null) return;
      packedMs = performance.now();
      if ('damage' in draft) {
        await writer.call('quarantineHour', { hour: order.hour, reason: draft.damage });
        return;
      }
      await writer.call('adopt', draft);
      if (draft.isOver) return;
    }
  }

  async function tidy(): Promise<void> {
    for (const order of await writer.call('tidy', now().getTime())) {
      if (!signal.aborted) await packAll(order);
    }
    if (performance.now() - packedMs > PACKER_IDLE_MS) await packer.close();
  }

  return {
    run: (): Promise<void> => (running ??= tidy().finally(() => (running = undefined))),
    /** Resolves when nothing is on its way; a draft that is not adopted is removed at the next start. */
    async stop(): Promise<void> {
      stopping.abort();
      await running?.catch(() => undefined);
    },
  };
}

function without<T>(documents: T[], places: readonly number[]): T[] {
  if (places.length === 0) return documents;
  const left = new Set(places);
  return documents.filter((_, place) => !left.has(place));
}
