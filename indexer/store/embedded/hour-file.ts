/**
 * The files of the embedded store, and format 1 of their inside.
 *
 * `<dir>/2026-11-22T10.db` holds what has a stamp in that hour of UTC: SQLite in WAL mode with its `-wal` and `-shm`
 * beside it. Dropping an hour is unlinking it. `<hour>.damaged-<ms>` is a file that could not be read; it is kept for
 * people and never opened again. `PRAGMA user_version` is the format; a reader refuses one it does not know.
 *
 *     sources   (source, document, checksum)      container + host + compose as JSON, once per content
 *     kinds     (kind, source, stream, level, level_source, checksum)   what many records have in common, once per content
 *     records   (n, id, kind, at)                 n dense from 1 in order of arrival; id 20 bytes, unique; at = ms within the hour
 *     texts     (n, message, rest, checksum)      rest = the record without what the others hold, as JSON, '' when nothing is left
 *     fts       rowid = n                         contentless; its tokens are exactly those of query/tokens.ts
 *     spans     (span, low, high, kinds)          512 records each (span = (n - 1) >> 9): lowest and highest id, the kinds in it
 *     rollup    (grain, slot, kind, count)        records per kind and 10 s, 5 min and the hour (grain in ms, slot = at / grain)
 *     events    (id, source, container, action, document, checksum)
 *     subjects  (subject, container, document)    container and host of samples, once per container
 *     samples   (subject, at, reading)            at = stamp; reading = JSON array of numbers, see sample-row.ts
 *
 * Invariants
 * - One append is one transaction, so records, tokens, spans and rollup always tell the same story.
 * - Rows are only ever added. `n` up to a maximum read at one time is therefore a snapshot, whatever is written meanwhile.
 * - A transaction is acknowledged only after the WAL was synced (hour-writer.ts).
 * - SQLite does not check its pages, so what is shown to people carries a CRC-32 (checksum.ts): a flipped bit makes the file
 *   a damaged one, never a wrong record.
 * - `kind` and `at` stand apart from `texts`: counting and choosing never touch a message.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HOUR_MS } from './id-bytes.ts';

export const FORMAT = 1;
/** Records a span holds: fine enough that one holding a page is read in about a millisecond. */
export const SPAN_BITS = 9;
/**
 * Grains of the rollup, each a part of the next. The finest is the shortest bucket that a page of a quarter of an hour asks
 * for; a day is asked for in quarters of an hour, a month in hours.
 */
export const GRAINS_MS = [10_000, 300_000, 3_600_000] as const;

const SCHEMA = `
  CREATE TABLE sources (source INTEGER PRIMARY KEY, document TEXT NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE kinds (kind INTEGER PRIMARY KEY, source INTEGER NOT NULL, stream INTEGER NOT NULL,
    level INTEGER, level_source INTEGER, checksum INTEGER NOT NULL);
  CREATE TABLE records (n INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL, at INTEGER NOT NULL);
  CREATE UNIQUE INDEX records_by_id ON records (id);
  CREATE TABLE texts (n INTEGER PRIMARY KEY, message TEXT NOT NULL, rest TEXT NOT NULL,
    checksum INTEGER NOT NULL);
  CREATE VIRTUAL TABLE fts USING fts5(text, content='', columnsize=0, detail=full, tokenize='ascii');
  CREATE TABLE spans (span INTEGER PRIMARY KEY, low BLOB NOT NULL, high BLOB NOT NULL, kinds TEXT NOT NULL);
  CREATE TABLE rollup (grain INTEGER NOT NULL, slot INTEGER NOT NULL, kind INTEGER NOT NULL,
    count INTEGER NOT NULL, PRIMARY KEY (grain, slot, kind)) WITHOUT ROWID;
  CREATE TABLE events (id BLOB PRIMARY KEY, source INTEGER NOT NULL, container TEXT NOT NULL, action TEXT NOT NULL,
    document TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE subjects (subject INTEGER PRIMARY KEY, container TEXT NOT NULL UNIQUE, document TEXT NOT NULL);
  CREATE TABLE samples (subject INTEGER NOT NULL, at TEXT NOT NULL, reading TEXT NOT NULL,
    PRIMARY KEY (subject, at)) WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};`;

/** An hour of UTC as in file names: `2026-11-22T10`. Names sort as time does. */
export type Hour = string;

export const hourOfMs = (ms: number): Hour => new Date(ms).toISOString().slice(0, 13);
export const startOfHour = (hour: Hour): number => Date.parse(`${hour}:00:00Z`);
export const endOfHour = (hour: Hour): number => startOfHour(hour) + HOUR_MS;
export const pathOfHour = (dir: string, hour: Hour): string => join(dir, `${hour}.db`);

/** The hours among the names of a folder, oldest first. */
export function hoursAmong(names: readonly string[]): Hour[] {
  return names
    .filter(name => /^\d{4}-\d\d-\d\dT\d\d\.db$/.test(name))
    .map(name => name.slice(0, 13))
    .sort();
}

/**
 * Opens the file for writing and creates it when it is not there. A commit leaves the pages in the operating system
 * (`synchronous=NORMAL`): whoever acknowledges must sync the WAL first. Throws SQLite's error or `DamagedError` when the
 * file is damaged, or `UnknownFormatError`.
 */
export function openForWriting(path: string): DatabaseSync {
  if (!existsSync(path)) createFile(path);
  return open(
    path,
    false,
    'PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 2000',
  );
}

/** Opens an existing file for reading, beside a writer or alone. */
export function openForReading(path: string): DatabaseSync {
  return open(path, true, 'PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY');
}

/** Written by a newer Quaylog: not damaged, only not ours to read. */
export class UnknownFormatError extends Error {}

/** The content of a file makes no sense: reading it again will not help. */
export class DamagedError extends Error {}

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
    const format = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (format === 0) throw new DamagedError(`${path} has no format`);
    if (format !== FORMAT) throw new UnknownFormatError(`${path} has format ${format}, expected ${FORMAT}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
