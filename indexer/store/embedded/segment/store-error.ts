/** What an error of SQLite or of the file system means to the store. */
import { statfsSync } from 'node:fs';
import { QuaylogError } from '#contract/quaylog-error.ts';

/** The content of a file makes no sense: reading it again will not help. */
export class DamagedError extends Error {}

/** Written by a newer Quaylog: not damaged, only not ours to read. */
export class UnknownFormatError extends Error {}

/** What was to be read has been joined, moved or dropped since it was found: look again. */
export class MovedError extends Error {}

/** Primary result codes: https://www.sqlite.org/rescode.html */
const SQLITE_ERROR = 1;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
/** With less than this free, SQLite's general I/O errors (it cannot grow its `-shm` file) come from the full disk. */
const NEARLY_FULL_BYTES = 2 ** 20;

/** The content of a file makes no sense: reading it again will not help. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return true;
  // Our statements fit our tables: it is the file's own description of them that is broken.
  if (code === SQLITE_ERROR && /no such|has no column|malformed/.test((error as Error).message)) return true;
  // JSON that does not parse: we did not write that.
  return error instanceof DamagedError || error instanceof SyntaxError;
}

/** The error as the port words it: `store_full` or `store_failed`. */
export function toStoreError(error: unknown, dir: string): QuaylogError {
  if (error instanceof QuaylogError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isFull(error, dir)) {
    return new QuaylogError('store_full', `No space left for the store: ${message}`, { cause: error });
  }
  const hint =
    error instanceof UnknownFormatError
      ? { hint: 'It was written by a newer Quaylog: use that version.' }
      : {};
  return new QuaylogError('store_failed', `The store failed: ${message}`, { cause: error, ...hint });
}

function isFull(error: unknown, dir: string): boolean {
  const code = sqliteCode(error);
  const { code: systemCode } = error as NodeJS.ErrnoException;
  if (code === SQLITE_FULL || systemCode === 'ENOSPC' || systemCode === 'EDQUOT') return true;
  return (code === SQLITE_IOERR || code === SQLITE_CANTOPEN) && freeBytes(dir) < NEARLY_FULL_BYTES;
}

function freeBytes(dir: string): number {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}

function sqliteCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 255 : undefined;
}
