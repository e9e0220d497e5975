/** Reads every byte that counts of every file, as a query would and then some: what `quaylog store check` does. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CheckedFile, StoreCheck } from '#contract/store-upkeep.ts';
import { isSetAside, lockFolder, setFileAside } from './folder.ts';
import { liveEvents, openLive, type OpenLive } from './hour-reader.ts';
import { hoursAmong, type Hour } from './hours.ts';
import { openPack } from './pack-file.ts';
import { allRecords, kindAt, type Segment } from '../segment/segment.ts';
import { DamagedError, isDamage, UnknownFormatError } from '../segment/store-error.ts';

/**
 * Sets damaged files aside, unless an indexer has the folder: that does it itself when it meets them. Throws `QuaylogError`
 * `store_failed` when the folder cannot be used.
 */
export function checkFiles(dir: string): StoreCheck {
  const isInUse = isLocked(dir);
  const lock = isInUse ? undefined : lockFolder(dir);
  try {
    const names = readdirSync(dir);
    const damagedBefore = names.filter(isSetAside);
    const files = hoursAmong(names).flatMap(({ hour, isLive, packs }) => [
      ...packs.map(name => checkFile(dir, name, () => checkPack(dir, name))),
      ...(isLive ? [checkFile(dir, `${hour}.db`, () => checkLive(dir, hour))] : []),
    ]);
    return { dir, isInUse, damagedBefore, files: isInUse ? files : files.map(file => setAside(dir, file)) };
  } finally {
    lock?.close();
  }
}

/** The indexer holds the lock in a transaction that never ends. */
function isLocked(dir: string): boolean {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(dir, 'lock'), { readOnly: true });
    lock.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    return (error as Error).message.includes('locked');
  } finally {
    lock?.close();
  }
}

function checkFile(dir: string, file: string, count: () => number): CheckedFile {
  const bytes = statSync(join(dir, file), { throwIfNoEntry: false })?.size ?? 0;
  try {
    return { file, bytes, records: count(), verdict: 'whole' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (isDamage(error)) return { file, bytes, records: 0, verdict: 'damaged', reason };
    if (error instanceof UnknownFormatError) return { file, bytes, records: 0, verdict: 'newer', reason };
    throw error;
  }
}

function setAside(dir: string, file: CheckedFile): CheckedFile {
  if (file.verdict !== 'damaged') return file;
  const aside = setFileAside(dir, file.file);
  return aside ? { ...file, setAside: aside.file } : file;
}

function checkPack(dir: string, name: string): number {
  const pack = openPack(dir, name);
  try {
    for (const place of pack.places()) pack.read(place);
    return checkSegment(pack.segment);
  } finally {
    pack.rest();
  }
}

function checkLive(dir: string, hour: Hour): number {
  const live = openLive(dir, hour);
  try {
    // One view of the file, whatever is written meanwhile.
    live.rows('BEGIN');
    const [[verdict] = []] = live.rows('PRAGMA integrity_check(1)');
    if (verdict !== 'ok') throw new DamagedError(String(verdict));
    let records = 0;
    let next: number | undefined;
    for (const block of live.reader.all(0)) {
      if (next !== undefined && block.first !== next)
        throw new DamagedError(`records ${next} to ${block.first - 1} are missing`);
      next = block.last + 1;
      records += checkSegment(block.open());
    }
    checkDocuments(live);
    return records;
  } finally {
    live.close();
  }
}

function checkDocuments(live: OpenLive): void {
  liveEvents(live, { low: new Uint8Array(0), high: new Uint8Array(21).fill(255) });
  for (const [document, reading] of live.rows.each(
    'SELECT document, reading FROM subjects JOIN samples USING (subject)',
  )) {
    JSON.parse(String(document));
    JSON.parse(String(reading));
  }
}

/** Everything that a query could ask the segment for. How many records it has. */
function checkSegment(segment: Segment): number {
  const seen = new Set<number>();
  for (const part of allRecords(segment)) for (const kind of part.kinds) seen.add(kind);
  for (const kind of seen) kindAt(segment, kind);
  segment.totals();
  segment.words()?.findGlob(['', '']);
  return segment.count;
}
