/** Totals since the start. A line read is skipped (it was acked or is read again), joined to another, acked, refused, or in flight. */
import type { CollectorCounters } from '#contract/batch.ts';

export type Counters = Omit<CollectorCounters, 'linesInFlight'>;

export const createCounters = (): Counters => ({
  linesRead: 0,
  linesJoined: 0,
  linesSkippedAsAcked: 0,
  linesAcked: 0,
  linesRefused: 0,
  gaps: 0,
  engineErrorFrames: 0,
  reopens: 0,
  eventsRead: 0,
  samplesRead: 0,
});

export function withInFlight(counters: Counters): CollectorCounters {
  const { linesRead, linesSkippedAsAcked, linesJoined, linesAcked, linesRefused } = counters;
  return {
    ...counters,
    linesInFlight: linesRead - linesSkippedAsAcked - linesJoined - linesAcked - linesRefused,
  };
}
