/** Lines that are missing, in words: from when to when, how many where that is known, and why. */
import type { GapReason } from '#contract/constants.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import { formatClock, formatDateTime, formatNumber } from '../ui/format.ts';
import type { Zone } from '../ui/zone.ts';

type Gap = NonNullable<ContainerEvent['gap']>;

/** The sentences of the contract (GAP_REASONS), of which the browser takes types only; a test holds them equal. */
const REASONS: Record<GapReason, string> = {
  rotated: 'the engine rotated its log away before it was read',
  removed: 'the container was removed before its log was read',
  'non-blocking':
    'the container logs in non-blocking mode, where the engine drops what it cannot keep up with',
  'engine-error': 'the engine could not read its own log',
  'not-attached': 'the engine keeps no log of the container, and nothing was attached to it meanwhile',
  'attach-dropped':
    'the engine keeps no log of the container, and its lines came faster than they could be taken',
  'spool-full': 'the collector dropped lines because its spool was full',
  'spool-damaged': 'part of the spool was damaged on disk and set aside',
  'events-missed': 'the engine forgot events before they were read',
};

/** A reason of a newer collector is shown as it came. */
export const reasonInWords = ({ reason }: Gap): string =>
  Object.hasOwn(REASONS, reason) ? REASONS[reason as GapReason] : reason;

/** `lines missing here: 10:41:07.123 – 10:41:09.004, 1,204 lines, the engine rotated its log away before it was read`. */
export function gapInWords(gap: Gap | undefined, zone: Zone): string {
  if (!gap) return 'lines missing here';
  const parts = [spanInWords(gap, zone), linesInWords(gap), reasonInWords(gap)];
  return `${whatIsMissing(gap)} missing here: ${parts.filter(part => part !== null).join(', ')}`;
}

function whatIsMissing({ reason, stream }: Gap): string {
  if (reason === 'events-missed') return 'events';
  return stream === undefined ? 'lines' : `lines of ${stream}`;
}

/** The second time without its date where both are of one day. */
function spanInWords({ from, to }: Gap, zone: Zone): string {
  const isOneDay = formatDateTime(from, zone).slice(0, 10) === formatDateTime(to, zone).slice(0, 10);
  return isOneDay
    ? `${formatClock(from, zone)} – ${formatClock(to, zone)}`
    : `${formatDateTime(from, zone)} – ${formatDateTime(to, zone)}`;
}

/** Null where nobody can know how many. */
export const linesInWords = ({ lines }: Gap): string | null =>
  lines === undefined ? null : `${formatNumber(lines)} ${lines === 1 ? 'line' : 'lines'}`;
