/**
 * Copies the hourly files while an indexer writes to them or not. What was acknowledged before it began is in the copy.
 *
 * Live files are copied first, each as it is at one moment; packs after them. What is moved from one to the other meanwhile is
 * then in both copies, which means the same as in one (pack-file.ts). A pack never changes, so one that an earlier backup
 * has is not copied again. Hours that retention has dropped since stay in the copy: a backup is where they are looked for.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hoursAmong, livePath, type HourFiles } from './hours.ts';

export type Copied = { copied: number; kept: number; bytes: number };

/** `target`: a folder that is empty, absent or holds an earlier backup. */
export function backUpFiles(dir: string, target: string): Copied {
  mkdirSync(target, { recursive: true });
  const done: Copied = { copied: 0, kept: 0, bytes: 0 };
  const lives = hoursAmong(readdirSync(dir)).filter(({ isLive }) => isLive);
  for (const { hour } of lives)
    copyIfThere(() => backUpDatabase(livePath(dir, hour), livePath(target, hour)), done);
  for (const hour of hoursAmong(readdirSync(dir))) {
    for (const name of hour.packs) {
      if (isSame(join(dir, name), join(target, name))) done.kept++;
      else copyIfThere(() => copySynced(join(dir, name), join(target, name)), done);
    }
    removeStale(
      target,
      hour,
      lives.some(live => live.hour === hour.hour),
    );
  }
  syncFile(target);
  return done;
}

/** The database as it is at one moment, without holes and without a WAL; bytes written. */
export function backUpDatabase(from: string, to: string): number {
  const draft = `${to}.new`;
  rmSync(draft, { force: true });
  const db = new DatabaseSync(from, { readOnly: true, timeout: 5_000 });
  try {
    db.prepare('VACUUM INTO ?').run(draft);
  } finally {
    db.close();
  }
  return nameWhole(draft, to);
}

function copySynced(from: string, to: string): number {
  const draft = `${to}.new`;
  copyFileSync(from, draft);
  return nameWhole(draft, to);
}

function nameWhole(draft: string, to: string): number {
  syncFile(draft);
  renameSync(draft, to);
  return statSync(to).size;
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** A file may be packed, replaced or dropped before it is its turn; then others have what it had, or nobody wants it. */
function copyIfThere(copy: () => number, done: Copied): void {
  try {
    done.bytes += copy();
    done.copied++;
  } catch (error) {
    const { code, errcode } = error as { code?: unknown; errcode?: unknown };
    if (code !== 'ENOENT' && errcode !== SQLITE_CANTOPEN) throw error;
  }
}

const SQLITE_CANTOPEN = 14;
/** At the end of a pack is its footer with where everything is. */
const COMPARED_BYTES = 4_096;

function isSame(a: string, b: string): boolean {
  if (!existsSync(a) || !existsSync(b)) return false;
  return statSync(a).size === statSync(b).size && endOf(a).equals(endOf(b));
}

function endOf(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(COMPARED_BYTES);
    const start = Math.max(0, statSync(path).size - COMPARED_BYTES);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, COMPARED_BYTES, start));
  } finally {
    closeSync(descriptor);
  }
}

/** What an earlier backup has of an hour and the hour has no more: it is in the packs that were copied. */
function removeStale(target: string, { hour, packs }: HourFiles, hadLive: boolean): void {
  for (const name of hoursAmong(readdirSync(target)).find(there => there.hour === hour)?.packs ?? [])
    if (!packs.includes(name)) rmSync(join(target, name), { force: true });
  if (!hadLive) rmSync(livePath(target, hour), { force: true });
}
