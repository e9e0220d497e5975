import type { ContainerEvent } from '#contract/container-event.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import type { Placed } from './document-writer.ts';
import type { KindParts } from '../segment/kind.ts';
import type { RecordColumns } from '../segment/record-columns.ts';

/** The part of a batch that belongs to one hour; `places` of its records, and `seconds` within the hour. */
export type HourBatch = {
  places: number[];
  records: RecordColumns;
  kinds: readonly KindParts[];
  events: Placed<ContainerEvent>[];
  samples: Placed<MetricSample>[];
};
/** The places in the batch of what the hour had already. */
export type Duplicates = { records: number[]; events: number[]; samples: number[] };
