/** The folder of the hourly files: who may use it, what lies in it, what is moved and removed. Only the writer does. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { hoursAmong, pathOfHour, type Hour } from './hour-file.ts';
import type { HourOnDisk } from './retention.ts';

const SUFFIXES = ['', '-wal', '-shm'];

/** Of a file that was not whole yet when its writer was killed. */
const isDraft = (name: string): boolean => /\.db\.new(?:-wal|-shm|-journal)?$/.test(name);

/**
 * Makes the folder and keeps others out until closed. The operating system holds the lock for as long as the process
 * lives, so a crash never leaves one behind. Throws `QuaylogError` `store_failed`.
 */
export function lockFolder(dir: string): { close: () => void } {
  try {
    mkdirSync(dir, { recursive: true });
    const lock = new DatabaseSync(join(dir, 'lock'));
    // A transaction that never ends and never writes: it needs no space, even on a full disk.
    lock.exec('BEGIN EXCLUSIVE');
    for (const draft of readdirSync(dir).filter(isDraft)) rmSync(join(dir, draft), { force: true });
    return lock;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw message.includes('locked')
      ? new QuaylogError('store_failed', `${dir} is in use by another Quaylog.`, { cause })
      : new QuaylogError('store_failed', `${dir} cannot be used: ${message}`, { cause });
  }
}

export function listHours(dir: string): HourOnDisk[] {
  return hoursAmong(readdirSync(dir)).map(hour => {
    const path = pathOfHour(dir, hour);
    const parts = [path, `${path}-wal`].map(name => statSync(name, { throwIfNoEntry: false }));
    return {
      hour,
      bytes: parts.reduce((sum, part) => sum + (part?.size ?? 0), 0),
      writtenMs: Math.max(...parts.map(part => part?.mtimeMs ?? 0)),
    };
  });
}

export function removeHour(dir: string, hour: Hour): void {
  for (const suffix of SUFFIXES) rmSync(pathOfHour(dir, hour) + suffix, { force: true });
}

/** Renames a damaged file, so that it is never opened again. How many such there are now; undefined if it was gone. */
export function setHourAside(dir: string, hour: Hour): { file: string; damagedFiles: number } | undefined {
  const path = pathOfHour(dir, hour);
  if (!existsSync(path)) return undefined;
  const file = join(dir, `${hour}.damaged-${Date.now()}`);
  for (const suffix of SUFFIXES) if (existsSync(path + suffix)) renameSync(path + suffix, file + suffix);
  return { file, damagedFiles: readdirSync(dir).filter(name => /\.damaged-\d+$/.test(name)).length };
}
