/** Writes the live file of one hour. Everything it remembers is read back from the files when they are opened. */
import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { createBlockWriter } from './block-writer.ts';
import { createDocumentWriter } from './document-writer.ts';
import type { Duplicates, HourBatch } from './hour-batch.ts';
import { livePath, type HourFiles } from '../hours/hours.ts';
import { createKindWriter } from './kind-writer.ts';
import type { KnownIds } from './known-ids.ts';
import { openForWriting } from '../hours/live-file.ts';
import { createLiveReader } from '../hours/live-reader.ts';
import { openPack } from '../hours/pack-file.ts';
import { createRows } from '../hours/rows.ts';

const datasync = promisify(fdatasync);

export interface HourWriter {
  /** One transaction: all of it or, when it throws SQLite's error, nothing; then the writer must be closed. */
  append(batch: HourBatch): Duplicates;
  /** The number of the last record the hour has, and how many events and samples are in the live file. */
  holds(): { lastRecord: number; events: number; samples: number };
  /** Records in packed blocks of the live file. */
  sealedRecords: () => number;
  /** Resolves when every append so far is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/** Takes the hour over as it is: `files` says what there is of it, `ids` what is known of it already. */
export function createHourWriter(dir: string, { hour, packs: names }: HourFiles, ids: KnownIds): HourWriter {
  const packs = names.map(name => openPack(dir, name));
  const path = livePath(dir, hour);
  const db = openForWriting(path);
  const rows = createRows(db);
  const reader = createLiveReader(rows);
  const kinds = createKindWriter(db);
  const blocks = createBlockWriter({ db, packs, kinds, reader, hour, ids });
  const documents = createDocumentWriter({ db, packs, kinds });
  let wal: number | undefined;

  return {
    append: batch =>
      inTransaction(db, () => ({
        records: blocks.append(batch),
        events: documents.appendEvents(batch.events),
        samples: documents.appendSamples(batch.samples),
      })),
    holds: () => ({
      lastRecord: blocks.lastRecord(),
      events: Number(rows('SELECT count(*) FROM events')[0]?.[0]),
      samples: Number(rows('SELECT count(*) FROM samples')[0]?.[0]),
    }),
    sealedRecords: blocks.sealedRecords,
    async sync() {
      wal ??= syncNames(path);
      await datasync(wal);
    },
    close() {
      if (wal !== undefined) closeSync(wal);
      for (const pack of packs) pack.rest();
      db.close();
    },
  };
}

function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk has rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * The descriptor of the WAL, after making sure that the file, its WAL and their names in the folder outlive a power cut.
 * SQLite keeps the same WAL file as long as a connection is open.
 */
function syncNames(path: string): number {
  for (const name of [path, dirname(path)]) {
    const descriptor = openSync(name, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
  return openSync(`${path}-wal`, 'r');
}
