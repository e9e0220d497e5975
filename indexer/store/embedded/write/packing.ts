/**
 * When records move from the live file of an hour into packs, and how the move is made final. The packing thread writes a draft
 * meanwhile (packer.ts) and removes nothing; the writer adopts it here, between appends.
 *
 * Adopting is: sync and name the draft (it is whole), then remove what it holds from where it was. Killed in between, the next
 * start finishes the removing (`finishMoves`); readers never read twice what is still there (pack-file.ts, live-file.ts).
 */
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { filesOfHour, removeLive } from '../hours/folder.ts';
import {
  endOfHour,
  hoursAmong,
  livePath,
  nextPackNumber,
  packName,
  type Hour,
  type HourFiles,
} from '../hours/hours.ts';
import { FORMAT_1_TABLES, hasFormat1 } from '../hours/format-1.ts';
import { bytesOfId } from '../segment/id-bytes.ts';
import { openForWriting } from '../hours/live-file.ts';
import { createRows, type Rows } from '../hours/rows.ts';
import { openPack, type Pack } from '../hours/pack-file.ts';
import type { HourWriter } from './hour-writer.ts';
import { isDamage, MovedError, UnknownFormatError } from '../segment/store-error.ts';

/** `isOver`: nothing more is expected, so all that the hour has becomes one pack if it fits. */
export type PackOrder = { hour: Hour; isOver: boolean };

/** What a draft was made of; null: of nothing, there only is a live file to be removed. */
export type PackDraft = PackOrder & {
  draft: string | null;
  upTo: number;
  replaces: string[];
  live: { events: number; samples: number };
};

/**
 * Of a pack: its words take some 50 MB while they are gathered. An hour of 18 million records becomes 275 packs to look into.
 */
export type PackLimits = { records: number; bytes: number };
export const LIMITS: PackLimits = { records: 2 ** 16, bytes: 24 * 2 ** 20 };

type Listed = HourFiles & { live: { bytes: number; writtenMs: number } };
type PackRules = { nowMs: number; idleMs: number; sealedRecords: (hour: Hour) => number };

/** Those that are over, and those with more than a pack of sealed records. Oldest first. */
export function hoursToPack(
  hours: readonly Listed[],
  { nowMs, idleMs, sealedRecords }: PackRules,
): PackOrder[] {
  return hours
    .filter(({ isLive }) => isLive)
    .map(({ hour, live }) => {
      const isOver = endOfHour(hour) + idleMs <= nowMs && live.writtenMs + idleMs <= Date.now();
      return { hour, isOver, isLarge: sealedRecords(hour) > LIMITS.records || live.bytes > LIMITS.bytes };
    })
    .filter(({ isOver, isLarge }) => isOver || isLarge)
    .map(({ hour, isOver }) => ({ hour, isOver }));
}

/** The open writers, as far as they matter here. */
type Writers = { use: (hour: Hour) => HourWriter; close: (hour: Hour) => void };

export function adoptPack(dir: string, draft: PackDraft, hours: Writers): null {
  const files = filesOfHour(dir, draft.hour);
  const path = draft.draft === null ? undefined : join(dir, draft.draft);
  const isCurrent = files.isLive && draft.replaces.every(name => files.packs.includes(name));
  if (!isCurrent || (draft.isOver && hasMore(hours.use(draft.hour), draft))) {
    if (path !== undefined) rmSync(path, { force: true });
    return null;
  }
  hours.close(draft.hour);
  if (path !== undefined) {
    renameSync(path, join(dir, packName(draft.hour, nextPackNumber(files.packs))));
    syncFolder(dir);
  }
  finishHour(dir, filesOfHour(dir, draft.hour));
  return null;
}

function hasMore(writer: HourWriter, { upTo, live }: PackDraft): boolean {
  const { lastRecord, events, samples } = writer.holds();
  return lastRecord !== upTo || events !== live.events || samples !== live.samples;
}

function syncFolder(dir: string): void {
  const descriptor = openSync(dir, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Finishes the moves that the last run was killed in. The hours that could not be looked at because they are damaged. */
export function finishMoves(dir: string): { hour: Hour; reason: string }[] {
  return hoursAmong(readdirSync(dir)).flatMap(files => {
    try {
      if (files.packs.length > 1 || (files.isLive && files.packs.length > 0)) finishHour(dir, files);
      return [];
    } catch (error) {
      if (error instanceof UnknownFormatError || error instanceof MovedError) return [];
      if (!isDamage(error)) throw error;
      return [{ hour: files.hour, reason: error instanceof Error ? error.message : String(error) }];
    }
  });
}

function finishHour(dir: string, { hour, isLive, packs: names }: HourFiles): void {
  const packs = names.map(name => openPack(dir, name));
  try {
    if (isLive) removeMoved(dir, hour, packs);
    for (const name of new Set(packs.flatMap(({ replaces }) => replaces)))
      rmSync(join(dir, name), { force: true });
  } finally {
    for (const pack of packs) pack.rest();
  }
}

/** Removes from the live file what packs hold; and the file, when nothing is left. */
function removeMoved(dir: string, hour: Hour, packs: readonly Pack[]): void {
  const upTo = packs.reduce((last, pack) => Math.max(last, pack.upTo), 0);
  const db = openForWriting(livePath(dir, hour));
  const rows = createRows(db);
  let isEmpty: boolean;
  try {
    db.exec('BEGIN IMMEDIATE');
    db.prepare('DELETE FROM blocks WHERE first <= ?').run(upTo);
    if (hasFormat1(rows) && Number(rows('SELECT coalesce(max(n), 0) FROM records')[0]?.[0]) <= upTo)
      for (const table of FORMAT_1_TABLES) db.exec(`DROP TABLE ${table}`);
    removeDocuments(db, packs);
    isEmpty = !hasFormat1(rows) && ['blocks', 'events', 'samples'].every(table => !hasAny(rows, table));
    db.exec('COMMIT');
  } finally {
    db.close();
  }
  if (isEmpty) removeLive(dir, hour);
}

function removeDocuments(db: DatabaseSync, packs: readonly Pack[]): void {
  const removeEvent = db.prepare('DELETE FROM events WHERE id = ?');
  const removeSample = db.prepare(
    'DELETE FROM samples WHERE at = ? AND subject = (SELECT subject FROM subjects WHERE container = ?)',
  );
  for (const pack of packs) {
    for (const { event } of pack.events()) removeEvent.run(bytesOfId(event.id));
    for (const { container, read } of pack.samples)
      for (const [at] of read().rows) removeSample.run(at, container);
  }
}

const hasAny = (rows: Rows, table: string): boolean => rows(`SELECT 1 FROM ${table} LIMIT 1`).length > 0;
