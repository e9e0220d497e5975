/** What became of the documents of one day, and whether that is all of them. Pure. */
import type { KindCounts, MigratedDay } from '#contract/migration.ts';
import type { HourOutcome } from './progress-file.ts';

/** `said`: records there should be, by what the files say of themselves. */
export type HourSent = HourOutcome & { hour: string; said: number };

export const documentsIn = ({ records, events, samples }: KindCounts): number => records + events + samples;

export const sumOfCounts = (counts: readonly KindCounts[]): KindCounts => ({
  records: sum(counts, ({ records }) => records),
  events: sum(counts, ({ events }) => events),
  samples: sum(counts, ({ samples }) => samples),
});

/** Hours by their day, oldest first. */
export function daysOf<T extends { hour: string }>(hours: readonly T[]): [day: string, hours: T[]][] {
  const days = new Map<string, T[]>();
  for (const one of hours.toSorted((a, b) => (a.hour < b.hour ? -1 : 1))) {
    const day = one.hour.slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  return [...days];
}

/** `found`: records of the day that the target finds now. */
export function judgeDay(day: string, hours: readonly HourSent[], found: number): MigratedDay {
  const outcome = {
    day,
    read: sumOfCounts(hours.map(({ read }) => read)),
    stored: sum(hours, ({ stored }) => stored),
    there: sum(hours, ({ there }) => there),
    deadLetters: sum(hours, ({ deadLetters }) => deadLetters),
    found,
  };
  return {
    ...outcome,
    trouble: troubleOf(
      outcome,
      sum(hours, ({ said }) => said),
    ),
  };
}

function troubleOf(outcome: Omit<MigratedDay, 'trouble'>, said: number): string | null {
  const { read, stored, there, deadLetters, found } = outcome;
  const documents = documentsIn(read);
  const known = stored + there + deadLetters;
  if (read.records !== said) return `the files say they have ${said} records, but ${read.records} were read`;
  if (documents !== known) return `of ${documents} documents the target said of ${known} that it has them`;
  // Dead letters may be of events and samples too; others may have stored more of the day.
  if (found < read.records - deadLetters)
    return `the target finds ${found} of ${read.records} records: if its indices were deleted since, delete migration.json in the data folder and run it again`;
  return null;
}

const sum = <T>(of: readonly T[], value: (one: T) => number): number =>
  of.reduce((total, one) => total + value(one), 0);
