/**
 * How far a migration got: one JSON file in the data folder, beside the folder of the hours, `migration.json`.
 *
 *     { "format": 1, "target": "quaylog at http://…", "hours": { "2026-11-22T10": { "size": …, "stored": …, … } } }
 *
 * Invariants
 * - An hour is noted only when the target has said of each of its documents that it has it. An hour that is not noted is
 *   migrated from its beginning: what is there already is found to be there.
 * - The file is written under another name, synced and then renamed: whenever the program is killed, it is whole, and
 *   tells of some moment that has been.
 * - Of another target, or of a newer format, it tells nothing: then all is migrated. Only that costs time.
 * - An hour counts as noted only as long as it holds as much as it did: an hour grows, and is never changed.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { KindCounts } from '#contract/migration.ts';

const FORMAT = 1;

/** What was read of an hour and what became of it. */
export type HourOutcome = { read: KindCounts; stored: number; there: number; deadLetters: number };
type NotedHour = HourOutcome & { size: KindCounts };
type Progress = { format: number; target: string; hours: Record<string, NotedHour> };

export type ProgressFile = {
  /** What was noted of this hour, if it still has this size. */
  outcomeOf: (hour: string, size: KindCounts) => HourOutcome | undefined;
  /** Durable when it returns. Throws what the file system does. */
  note: (hour: string, size: KindCounts, outcome: HourOutcome) => void;
};

/** `target`: names where to. */
export function openProgressFile(path: string, target: string): ProgressFile {
  const known = readProgress(path);
  const progress = known?.target === target ? known : { format: FORMAT, target, hours: {} };
  return {
    outcomeOf(hour, size) {
      const noted = progress.hours[hour];
      return noted && isDeepStrictEqual(noted.size, size) ? noted : undefined;
    },
    note(hour, size, outcome) {
      progress.hours[hour] = { size, ...outcome };
      writeSynced(path, JSON.stringify(progress));
    },
  };
}

function readProgress(path: string): Progress | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const progress = JSON.parse(readFileSync(path, 'utf8')) as Progress;
    return progress.format === FORMAT ? progress : undefined;
  } catch {
    // Not ours, or damaged: it only saves time.
    return undefined;
  }
}

function writeSynced(path: string, text: string): void {
  const draft = `${path}.new`;
  const descriptor = openSync(draft, 'w');
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
