/**
 * Totals since the start. A line read is skipped (it was acked or is read again), joined to another, excluded, acked, refused, dropped,
 * or in flight: in a batch that is being filled, in the spool, or on its way. Lines that a collector before left in the spool count as
 * read when they are found; a line that is read a second time counts a second time.
 */
import type { CollectorCounters } from '#contract/batch.ts';

export type Counters = Omit<CollectorCounters, 'linesInFlight'>;

export const createCounters = (): Counters => ({
  linesRead: 0,
  linesJoined: 0,
  linesSkippedAsAcked: 0,
  linesAcked: 0,
  linesRefused: 0,
  linesExcluded: 0,
  linesDropped: 0,
  gaps: 0,
  engineErrorFrames: 0,
  reopens: 0,
  eventsRead: 0,
  samplesRead: 0,
});

export function withInFlight(counters: Counters): CollectorCounters {
  const left =
    counters.linesSkippedAsAcked +
    counters.linesJoined +
    counters.linesExcluded +
    counters.linesAcked +
    counters.linesRefused +
    counters.linesDropped;
  return {
    ...counters,
    linesInFlight: counters.linesRead - left,
  };
}
