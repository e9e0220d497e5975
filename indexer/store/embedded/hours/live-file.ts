/**
 * The files of the embedded store, and format 2 of the one that is written to.
 *
 * `<dir>/2026-11-22T10.db`, the live file, takes what has a stamp in that hour of UTC and is new: SQLite in WAL mode with its
 * `-wal` and `-shm` beside it. `<dir>/2026-11-22T10-0001.pack` and so on hold what was moved out of it (pack-file.ts); when an
 * hour is over all of it is moved and there is no live file, until a late record begins one. Dropping an hour is unlinking its
 * files. `<name>.damaged-<ms>` is a file that could not be read; it is kept for people and never opened again.
 * `PRAGMA user_version` is the format; a reader refuses one it does not know.
 *
 *     sources   (source, document, checksum)      container + host + compose as JSON, once per content
 *     kinds     (kind, source, stream, level, level_source, key, checksum)   what many records have in common (kind.ts)
 *     blocks    (first, count, low, high, image)  records first … first + count - 1, as an image (image.ts)
 *     events    (id, source, container, action, document, checksum)
 *     subjects  (subject, container, document)    container and host of samples, once per container
 *     samples   (subject, at, reading)            at = stamp; reading = JSON array of numbers, see sample-row.ts
 *
 * Records are numbered from 1 in order of arrival, through all files an hour ever has. Few records make a small block without
 * an index, stored as it is; as soon as the small blocks at the end hold `SEAL_AT` records together they become one packed,
 * indexed block (hour-writer.ts).
 *
 * Invariants
 * - One append is one transaction, ids included: whether a record is there is answered from the blocks (known-ids.ts).
 * - A record never changes and keeps its number. Blocks come, are joined and are moved, always whole.
 * - A block whose records are numbered up to what a pack of the hour covers is left over from moving it, and is not read.
 * - A transaction is acknowledged only after the WAL was synced (hour-writer.ts).
 * - SQLite does not check its pages, so what is shown to people carries a CRC-32 (section.ts, checksum.ts): a flipped bit
 *   makes the file a damaged one, never a wrong record.
 *
 * Format 1 had records as rows, with a word index of SQLite's. Such a file is read as it is (format-1.ts), gets the tables of
 * format 2 beside its own when it is written to, and is moved into packs like any other.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DamagedError, UnknownFormatError } from '../segment/store-error.ts';

export const FORMAT = 2;

const BLOCKS = `
  CREATE TABLE blocks (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, low INTEGER NOT NULL,
    high INTEGER NOT NULL, image BLOB NOT NULL);`;
const SCHEMA = `
  CREATE TABLE sources (source INTEGER PRIMARY KEY, document TEXT NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE kinds (kind INTEGER PRIMARY KEY, source INTEGER NOT NULL, stream INTEGER NOT NULL,
    level INTEGER, level_source INTEGER, checksum INTEGER NOT NULL, key TEXT);
  CREATE TABLE events (id BLOB PRIMARY KEY, source INTEGER NOT NULL, container TEXT NOT NULL, action TEXT NOT NULL,
    document TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE subjects (subject INTEGER PRIMARY KEY, container TEXT NOT NULL UNIQUE, document TEXT NOT NULL);
  CREATE TABLE samples (subject INTEGER NOT NULL, at TEXT NOT NULL, reading TEXT NOT NULL,
    PRIMARY KEY (subject, at)) WITHOUT ROWID;
  ${BLOCKS}
  PRAGMA user_version = ${FORMAT};`;
/** Kinds of format 1 have no key: it stands in each record's id. */
const UPGRADE = `ALTER TABLE kinds ADD COLUMN key TEXT; ${BLOCKS} PRAGMA user_version = ${FORMAT};`;

/**
 * Opens the file for writing and creates it when it is not there. A commit leaves the pages in the operating system
 * (`synchronous=NORMAL`): whoever acknowledges must sync the WAL first. Throws SQLite's error or `DamagedError` when the
 * file is damaged, or `UnknownFormatError`.
 */
export function openForWriting(path: string): DatabaseSync {
  if (!existsSync(path)) createFile(path);
  const db = open(
    path,
    false,
    'PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 4000',
  );
  if (formatOf(db) === 1) db.exec(`BEGIN IMMEDIATE; ${UPGRADE} COMMIT`);
  return db;
}

/** Opens an existing file for reading, beside a writer or alone. */
export function openForReading(path: string): DatabaseSync {
  return open(path, true, 'PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY');
}

export const formatOf = (db: DatabaseSync): number =>
  Number(db.prepare('PRAGMA user_version').get()?.['user_version']);

/** Under another name until it is whole, so that a file with the name of an hour always has its tables. */
function createFile(path: string): void {
  const draft = `${path}.new`;
  for (const name of [draft, `${draft}-wal`, `${draft}-shm`]) rmSync(name, { force: true });
  const db = new DatabaseSync(draft);
  try {
    db.exec(`PRAGMA journal_mode = WAL; BEGIN; ${SCHEMA} COMMIT`);
  } finally {
    db.close();
  }
  renameSync(draft, path);
}

function open(path: string, readOnly: boolean, pragmas: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly, timeout: 5_000 });
  try {
    db.exec(pragmas);
    const format = formatOf(db);
    if (format === 0) throw new DamagedError(`${path} has no format`);
    if (format > FORMAT)
      throw new UnknownFormatError(`${path} has format ${format}, expected up to ${FORMAT}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
