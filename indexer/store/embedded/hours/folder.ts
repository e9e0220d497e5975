/** The folder of the hourly files: who may use it, what lies in it, what is moved and removed. Only the writer does. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { hoursAmong, livePath, type Hour, type HourFiles } from './hours.ts';
import { openPack } from './pack-file.ts';
import type { HourOnDisk } from './retention.ts';
import { isDamage } from '../segment/store-error.ts';

const SUFFIXES = ['', '-wal', '-shm'];

/** Of a file that was not whole yet when its writer was killed. */
const isDraft = (name: string): boolean => /\.(?:db\.new(?:-wal|-shm|-journal)?|pack\.new)$/.test(name);

/** Of a file that made no sense. */
export const isSetAside = (name: string): boolean => /\.damaged-\d+$/.test(name);

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

export function listHours(
  dir: string,
): (HourFiles & HourOnDisk & { live: { bytes: number; writtenMs: number } })[] {
  return hoursAmong(readdirSync(dir)).map(files => {
    const path = livePath(dir, files.hour);
    const live = sumOf(files.isLive ? [path, `${path}-wal`] : []);
    const packs = sumOf(files.packs.map(name => join(dir, name)));
    return {
      ...files,
      live,
      bytes: live.bytes + packs.bytes,
      writtenMs: Math.max(live.writtenMs, packs.writtenMs),
    };
  });
}

function sumOf(paths: readonly string[]): { bytes: number; writtenMs: number } {
  const parts = paths.flatMap(path => statSync(path, { throwIfNoEntry: false }) ?? []);
  return {
    bytes: parts.reduce((sum, { size }) => sum + size, 0),
    writtenMs: parts.reduce((latest, { mtimeMs }) => Math.max(latest, mtimeMs), 0),
  };
}

/** What there is of one hour now; perhaps nothing. */
export function filesOfHour(dir: string, hour: Hour): HourFiles {
  const names = readdirSync(dir).filter(name => name.startsWith(hour));
  return hoursAmong(names)[0] ?? { hour, isLive: false, packs: [] };
}

export function removeLive(dir: string, hour: Hour): void {
  for (const suffix of SUFFIXES) rmSync(livePath(dir, hour) + suffix, { force: true });
}

export function removeHour(dir: string, hour: Hour): void {
  removeLive(dir, hour);
  for (const name of filesOfHour(dir, hour).packs) rmSync(join(dir, name), { force: true });
}

/** Renames a damaged file, so that it is never opened again. How many such there are now; undefined if it was gone. */
export function setFileAside(dir: string, name: string): { file: string; damagedFiles: number } | undefined {
  const path = join(dir, name);
  if (!existsSync(path)) return undefined;
  const file = join(dir, `${name.replace(/\.db$/, '')}.damaged-${Date.now()}`);
  for (const suffix of SUFFIXES) if (existsSync(path + suffix)) renameSync(path + suffix, file + suffix);
  return { file, damagedFiles: readdirSync(dir).filter(isSetAside).length };
}

/** Which file of an hour that cannot be written to is the damaged one: a pack that says so, else the live file. */
export function damagedFileOf(dir: string, { hour, packs }: HourFiles): string {
  return packs.find(name => isDamagedPack(dir, name)) ?? `${hour}.db`;
}

function isDamagedPack(dir: string, name: string): boolean {
  try {
    const pack = openPack(dir, name);
    try {
      for (const place of pack.places()) pack.read(place);
    } finally {
      pack.rest();
    }
    return false;
  } catch (error) {
    return isDamage(error);
  }
}
