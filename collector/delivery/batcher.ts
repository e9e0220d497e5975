/** Gathers what is to be sent and closes a batch by count, bytes or age, whichever comes first. */
import type { WireContainer, WireEvent, WireSample } from '#contract/batch.ts';
import type { ContainerSnapshot } from '#contract/container.ts';
import type { LogCursor, Progress } from '../cursor/cursor.ts';
import type { Line } from '../engine/lines.ts';
import { createPendingBatch, itemCount, type PendingBatch } from './pending-batch.ts';

const MAX_ITEMS = 1_500;
const MAX_BYTES = 1024 * 1024;
/** Long enough to gather a burst, short enough to stay far below the second in which a line is to be on screen. */
const MAX_AGE_MS = 25;
/** Stamp, index, ordinal and punctuation of one line in JSON. */
const LINE_OVERHEAD_BYTES = 50;

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
  /** A promise while the queue is full. */
  room(): Promise<void> | undefined;
};

export const createBatcher = (sink: BatchSink): Batcher => new AgeingBatcher(sink);

class AgeingBatcher implements Batcher {
  private readonly sink: BatchSink;
  private batch = createPendingBatch();
  private indexes = new Map<WireContainer, number>();
  private bytes = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(sink: BatchSink) {
    this.sink = sink;
  }

  addLines(
    container: WireContainer,
    lines: readonly Line[],
    cursor: LogCursor | null,
  ): Promise<void> | undefined {
    const index = this.indexOf(container);
    const wire = this.batch.content.lines;
    for (const { stream, stamp, ordinal, text, flags, bytes } of lines) {
      wire.push([index, stream, stamp, ordinal, text, flags, bytes]);
      this.bytes += text.length + LINE_OVERHEAD_BYTES;
    }
    if (cursor !== null) this.batch.progress.logs.set(container.id, cursor);
    this.closeIfFull();
    return this.sink.room();
  }

  addEvent(
    container: WireContainer,
    event: Omit<WireEvent, 'container'>,
    progress: EventProgress = {},
  ): void {
    this.batch.content.events.push({ container: this.indexOf(container), ...event });
    this.account(progress);
    this.closeIfFull();
  }

  addSample(container: WireContainer, sample: Omit<WireSample, 'container'>): void {
    this.batch.content.samples.push({ container: this.indexOf(container), ...sample });
    this.closeIfFull();
  }

  addSnapshot(snapshot: ContainerSnapshot, progress: EventProgress = {}): void {
    this.batch.content.snapshots.push(snapshot);
    this.account(progress);
    this.closeIfFull();
  }

  addInventory(containerIds: string[]): void {
    this.batch.content.inventory = containerIds;
    this.closeIfFull();
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (itemCount(this.batch.content) === 0) return;
    const closed = this.batch;
    this.batch = createPendingBatch();
    this.indexes = new Map();
    this.bytes = 0;
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

  private closeIfFull(): void {
    const { content } = this.batch;
    if (content.lines.length >= MAX_ITEMS || this.bytes >= MAX_BYTES || itemCount(content) >= MAX_ITEMS)
      this.flush();
    else this.timer ??= setTimeout(() => this.flush(), MAX_AGE_MS);
  }
}
