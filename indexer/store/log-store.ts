/** The port behind which logs, events and samples live. Every implementation passes test/contract/log-store.contract.ts. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { DeadLetterList, DeadLetterReplay } from '#contract/dead-letter.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import type { Facets, Histogram, Total } from '#contract/query.ts';
import type { QueryNode } from '../query/query-tree.ts';

export type StoreBatch = { records: LogRecord[]; events: ContainerEvent[]; samples: MetricSample[] };

/** What was new: a record or event whose id the store already has is a duplicate and is left as it is. */
export type Appended = {
  records: LogRecord[];
  events: ContainerEvent[];
  samples: MetricSample[];
  duplicates: number;
  /** What the server behind the store refuses and is kept as dead letters, new ones only. Absent: 0. */
  deadLettered?: number;
  /** Of the duplicates, those that are not stored but dead letters. Absent: 0. */
  knownDead?: number;
};

/** `from` ≤ stamp < `to`, both engine stamps of 30 characters. */
export type TimeRange = { from: string; to: string };
export type Selection = TimeRange & { query: QueryNode };

/** `after`: the id of the last record of the page before; records come strictly beyond it in `order`. */
export type FindRecords = Selection & {
  order: 'asc' | 'desc';
  limit: number;
  after?: string;
  countUpTo: number;
};
/** `containerIds` absent: all. `actions` absent: all. Newest first for `desc`. */
export type FindEvents = TimeRange & {
  containerIds?: string[];
  actions?: string[];
  order: 'asc' | 'desc';
  limit: number;
};
/** At most `perContainer` samples a container, evenly thinned, oldest first. */
export type FindSamples = TimeRange & { containerIds?: string[]; perContainer: number };

export interface LogStore {
  /**
   * Resolves only when all of the batch is durable (fsync, or the server's own answer). Idempotent by id.
   * Rejects with `QuaylogError` `store_full` or `store_failed`; then nothing or some of it is stored, and a retry is harmless.
   */
  append(batch: StoreBatch): Promise<Appended>;
  /** Records by id order (stamp, then stream, then ordinal). `total` is exact up to `countUpTo`, then `gte`. */
  findRecords(find: FindRecords, signal?: AbortSignal): Promise<{ records: LogRecord[]; total: Total }>;
  /** Exactly `buckets` or fewer buckets of equal length that cover the range; `intervalMs` is rounded to a calm number. */
  histogram(selection: Selection & { buckets: number }, signal?: AbortSignal): Promise<Histogram>;
  /** Most frequent values first, ties by value; `field` is canonical. */
  facets(selection: Selection & { field: string; limit: number }, signal?: AbortSignal): Promise<Facets>;
  findEvents(find: FindEvents): Promise<ContainerEvent[]>;
  findSamples(find: FindSamples): Promise<MetricSample[]>;
  close(): Promise<void>;
  /** Makes what was appended here findable through every other indexer of the same store, too. Absent: there are none. */
  share?: () => Promise<void>;
  /** Another program may have stored what happened around this stamp: the next answers have it. Absent where none can. */
  noteElsewhere?: (stamp: string) => void;
  /** Why nothing can be stored or found now; null when it can. Absent: always null. */
  trouble?: () => string | null;
  /** Absent where nothing that is in order is ever refused. */
  deadLetters?: DeadLetterBox;
}

export interface DeadLetterBox {
  /** Newest first. */
  list(limit: number): Promise<DeadLetterList>;
  /** Stores again what they hold, and drops the letters of what is stored now; `ids` absent: of all. What is refused again stays. */
  replay(ids?: readonly string[]): Promise<DeadLetterReplay>;
}

/** What a store tells whoever runs it; as of pino. */
export type StoreLog = Record<
  'info' | 'warn' | 'error',
  (fields: Record<string, unknown>, message: string) => void
>;
