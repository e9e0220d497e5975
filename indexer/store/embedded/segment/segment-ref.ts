import type { At } from './record-columns.ts';
import type { Segment } from './segment.ts';

/** A segment before it is opened: opening reads it. */
export type SegmentRef = { low: At; high: At; count: number; open: () => Segment };
/** Records `first` to `last`, as numbered in their hour. */
export type BlockRef = SegmentRef & { first: number; last: number };

/** `file`: where the segment is, by name. */
export type FileSegment = SegmentRef & { file: string };
