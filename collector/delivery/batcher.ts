/**
 * Gathers what is to be sent. A batch is closed when it is full; when nothing is on its way to the indexer, at once; else it gathers
 * for as long as that costs nobody anything: while another is on its way, or while the indexer is away.
 */
import type { WireContainer, WireEvent, WireSample } from '#contract/batch.ts';
import type { ContainerSnapshot } from '#contract/container.ts';
import type { LogCursor, Progress } from '../cursor/cursor.ts';
import type { Line } from '../engine/lines.ts';
import type { DeliveryState } from './deliver.ts';
import { createPendingBatch, type PendingBatch } from './pending-batch.ts';

const MAX_ITEMS = 5_000;
const MAX_BYTES = 1024 * 1024;
/**
 * A line that comes alone goes at once; those that come after it within a time go together. The more came the last time, the longer
 * the time: above 250 items a second it settles at the longest, and ten batches a second do what forty did.
 */
const PACE_MS = { shortest: 25, perItem: 4, longest: 100 } as const;
/** How long a batch may gather, by what becomes of those before it. */
const MAX_AGE_MS = { idle: 0, busy: 100, away: 1_000 } as const;

/** What only the collector knows of an event: the rest of the batch's progress follows from its content. */
export type EventProgress = Partial<Pick<Progress, 'known' | 'eventsSince'>>;

export type Batcher = {
  /** `cursor` accounts for these lines and all before them. A promise is to be awaited before more lines are read. */
  addLines(
    container: WireContainer,
    lines: readonly Line[],
    cursor: LogCursor | null,
  ): Promise<void> | undefined;
  addEvent(container: WireContainer, event: Omit<WireEvent, 'container'>, progress?: EventProgress): void;
  addSample(container: WireContainer, sample: Omit<WireSample, 'container'>): void;
  addSnapshot(snapshot: ContainerSnapshot, progress?: EventProgress): void;
  addInventory(containerIds: string[]): void;
  /** Closes the batch that is being filled, if there is anything in it. */
  flush(): void;
};

export type BatchSink = {
  enqueue(batch: PendingBatch): void;
  /** A promise while a reader whose last line has this stamp must wait. */
  room(lastStamp: string): Promise<void> | undefined;
  readonly state: DeliveryState;
};

export const createBatcher = (sink: BatchSink): Batcher => new PacedBatcher(sink);

class PacedBatcher implements Batcher {
  private readonly sink: BatchSink;
  private batch = createPendingBatch(0);
  private indexes = new Map<WireContainer, number>();
  private items = 0;
  private bytes = 0;
  private closedAt = 0;
  private paceMs: number = PACE_MS.shortest;
  private timer: NodeJS.Timeout | null = null;

  constructor(sink: BatchSink) {
    this.sink = sink;
  }

  addLines(
    container: WireContainer,
    lines: readonly Line[],
    cursor: LogCursor | null,
  ): Promise<void> | undefined {
    const [first, last] = [lines[0], lines.at(-1)];
    if (cursor !== null) this.batch.progress.logs.set(container.id, cursor);
    // All of them were left out: the next batch accounts for them.
    if (first === undefined || last === undefined) return undefined;
    const index = this.indexOf(container);
    this.bytes += this.batch.lines.add(index, lines);
    const span = this.batch.spans.get(container.id);
    if (span === undefined)
      this.batch.spans.set(container.id, {
        id: container.id,
        lines: lines.length,
        from: first.stamp,
        to: last.stamp,
      });
    else {
      span.lines += lines.length;
      span.to = last.stamp;
    }
    this.added(lines.length);
    return this.sink.room(last.stamp);
  }

  addEvent(
    container: WireContainer,
    event: Omit<WireEvent, 'container'>,
    progress: EventProgress = {},
  ): void {
    this.batch.content.events.push({ container: this.indexOf(container), ...event });
    this.account(progress);
    this.added(1);
  }

  addSample(container: WireContainer, sample: Omit<WireSample, 'container'>): void {
    this.batch.content.samples.push({ container: this.indexOf(container), ...sample });
    this.added(1);
  }

  addSnapshot(snapshot: ContainerSnapshot, progress: EventProgress = {}): void {
    this.batch.content.snapshots.push(snapshot);
    this.account(progress);
    this.added(1);
  }

  addInventory(containerIds: string[]): void {
    this.batch.content.inventory = containerIds;
    this.added(1);
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.items === 0) return;
    const closed = this.batch;
    this.paceMs = Math.min(PACE_MS.longest, Math.max(PACE_MS.shortest, this.items * PACE_MS.perItem));
    this.batch = createPendingBatch(0);
    this.indexes = new Map();
    this.items = this.bytes = 0;
    this.closedAt = performance.now();
    this.sink.enqueue(closed);
  }

  private account({ known, eventsSince }: EventProgress): void {
    const { progress } = this.batch;
    for (const [id, details] of known ?? []) progress.known.set(id, details);
    progress.eventsSince = eventsSince ?? progress.eventsSince;
  }

  private indexOf(container: WireContainer): number {
    let index = this.indexes.get(container);
    if (index === undefined) {
      index = this.batch.content.containers.push(container) - 1;
      this.indexes.set(container, index);
    }
    return index;
  }

  private added(items: number): void {
    if (this.items === 0) this.batch.readAt = Date.now();
    this.items += items;
    if (this.items >= MAX_ITEMS || this.bytes >= MAX_BYTES) this.flush();
    else if (this.timer === null) this.closeInTime();
  }

  private closeInTime(): void {
    const wait = this.closedAt + this.paceMs - performance.now();
    if (wait <= 0 && Date.now() - this.batch.readAt >= MAX_AGE_MS[this.sink.state]) this.flush();
    else this.timer = setTimeout(() => this.closeInTime(), Math.max(wait, PACE_MS.shortest / 2));
  }
}
