/** The reading half: the hours of an embedded store that nobody else uses, looked at without changing anything. */
import { readdirSync } from 'node:fs';
import type { KindCounts } from '#contract/migration.ts';
import { damagedFileOf, isSetAside } from '../store/embedded/hours/folder.ts';
import { countsOfHour } from '../store/embedded/hours/hour-contents.ts';
import { openHour, type HourReader } from '../store/embedded/hours/hour-reader.ts';
import { endOfHour, hoursAmong, type HourFiles } from '../store/embedded/hours/hours.ts';
import { isDamage, UnknownFormatError } from '../store/embedded/segment/store-error.ts';
import { UnreadableFileError } from '../store/embedded/hours/unreadable.ts';

export type UnreadableFile = { file: string; reason: string };
export type SurveyedHour = { files: HourFiles; size: KindCounts };
export type Survey = {
  logs: string;
  /** Newest first. */
  hours: SurveyedHour[];
  unreadable: UnreadableFile[];
  setAside: string[];
};

/** `sinceMs`: only hours that end after this moment. */
export async function surveyHours(logs: string, sinceMs = -Infinity): Promise<Survey> {
  const names = readdirSync(logs);
  const survey: Survey = { logs, hours: [], unreadable: [], setAside: names.filter(isSetAside) };
  const wanted = hoursAmong(names).filter(({ hour }) => endOfHour(hour) > sinceMs);
  for (const files of wanted.reverse()) {
    const size = await readingHour(logs, files, countsOfHour);
    if ('reason' in size) survey.unreadable.push(size);
    else survey.hours.push({ files, size });
  }
  return survey;
}

/**
 * Does some work with an hour, whose files stay open as long. Answers which file cannot be read, if one cannot; rejects with any
 * other error.
 */
export async function readingHour<T extends object>(
  logs: string,
  files: HourFiles,
  work: (reader: HourReader) => T | Promise<T>,
): Promise<T | UnreadableFile> {
  let close: (() => void) | undefined;
  try {
    const reader = openHour(logs, files);
    close = reader.close;
    return await work(reader);
  } catch (error) {
    if (error instanceof UnreadableFileError) return { file: error.file, reason: error.message };
    if (!isDamage(error) && !(error instanceof UnknownFormatError)) throw error;
    return { file: damagedFileOf(logs, files), reason: (error as Error).message };
  } finally {
    close?.();
  }
}
