/** Which hours retention drops. Pure. */
import { endOfHour, startOfHour, type Hour } from './hours.ts';

/** `bytes` with the WAL; `writtenMs`: when it was last written to. */
export type HourOnDisk = { hour: Hour; bytes: number; writtenMs: number };
export type RetentionPolicy = { ageMs: number | 'all'; bytes: number };

/** A stamp beyond this is of a clock that is wrong, not of a host that is a little ahead. */
const FUTURE_MS = 5 * 60_000;

/**
 * The hours to drop: those whose end is older than the age, then the oldest until the rest fits. An hour of the future
 * counts as the time it was written in, so that a wrong clock neither keeps its records for ever nor pushes others out.
 * The newest hour that is not of the future is never dropped.
 */
export function hoursToDrop(hours: readonly HourOnDisk[], policy: RetentionPolicy, nowMs: number): Hour[] {
  const aged = hours
    .map(file => ({ ...file, endMs: isOfFuture(file, nowMs) ? file.writtenMs : endOfHour(file.hour) }))
    .sort((a, b) => a.endMs - b.endMs);
  const newest = aged.findLast(file => !isOfFuture(file, nowMs))?.hour;
  let bytes = aged.reduce((sum, file) => sum + file.bytes, 0);
  const drop: Hour[] = [];
  for (const file of aged) {
    const isOld = policy.ageMs !== 'all' && file.endMs < nowMs - policy.ageMs;
    if (file.hour === newest || (!isOld && bytes <= policy.bytes)) continue;
    drop.push(file.hour);
    bytes -= file.bytes;
  }
  return drop;
}

const isOfFuture = ({ hour }: HourOnDisk, nowMs: number): boolean => startOfHour(hour) > nowMs + FUTURE_MS;
