/** Hours of UTC and the names of their files. */
import { join } from 'node:path';
import { HOUR_MS } from '../segment/id-bytes.ts';

/** An hour of UTC as in file names: `2026-11-22T10`. Names sort as time does. */
export type Hour = string;

export const hourOfMs = (ms: number): Hour => new Date(ms).toISOString().slice(0, 13);
export const startOfHour = (hour: Hour): number => Date.parse(`${hour}:00:00Z`);
export const endOfHour = (hour: Hour): number => startOfHour(hour) + HOUR_MS;

/** The live file of an hour (live-file.ts). */
export const livePath = (dir: string, hour: Hour): string => join(dir, `${hour}.db`);
/** A pack of an hour (pack-file.ts), the first of them numbered 1. */
export const packName = (hour: Hour, number: number): string =>
  `${hour}-${String(number).padStart(4, '0')}.pack`;

/** What there is of one hour; packs by name, oldest first. */
export type HourFiles = { hour: Hour; isLive: boolean; packs: string[] };

const NAME = /^(\d{4}-\d\d-\d\dT\d\d)(?:\.db|-\d{4,}\.pack)$/;

/** The hours among the names of a folder, oldest first. */
export function hoursAmong(names: readonly string[]): HourFiles[] {
  const hours = new Map<Hour, HourFiles>();
  for (const name of names) {
    const hour = NAME.exec(name)?.[1];
    if (hour === undefined) continue;
    const files = hours.get(hour) ?? { hour, isLive: false, packs: [] };
    hours.set(hour, files);
    if (name.endsWith('.db')) files.isLive = true;
    else files.packs.push(name);
  }
  for (const { packs } of hours.values()) packs.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return [...hours.values()].sort((a, b) => (a.hour < b.hour ? -1 : 1));
}

/** The number for the next pack of an hour. */
export function nextPackNumber(packs: readonly string[]): number {
  return Number(packs.at(-1)?.slice(14, -5) ?? 0) + 1;
}
