/**
 * The batches that are closed and not acknowledged yet, in order. Each is spooled at once; a few MiB of them stay in memory as well,
 * so that an indexer that keeps up never makes us read the disk. What is acknowledged out of turn waits for what comes before:
 * `onSettled` is called strictly in order, so a cursor never passes a batch that is still on its way.
 */
import type { SpoolPolicy } from '#contract/constants.ts';
import { msOf } from '#contract/stamp.ts';
import type { BatchNote } from './batch-note.ts';
import { encodeBatch, type PendingBatch } from './pending-batch.ts';
import type { Place, Segment, Spool, SpooledBatch } from './spool/spool.ts';
import { thinSegment } from './spool/thin-segment.ts';
import { PASSES, type LineChooser } from './spool/thinning.ts';
import { Turns } from './turns.ts';

/** What may lie in memory, and how much backlog a reader of old lines leaves to those of new ones. */
const HELD_BYTES = 8 * 1024 * 1024;
/** The engine has kept such lines for this long and keeps them a little longer: they need not fill the spool. */
const OLD_AFTER_MS = 60_000;

/** `held` null: it is in the spool only. */
export type QueuedBatch = {
  readonly seq: number;
  readonly readAt: number;
  lines: number;
  bytes: number;
  place: Place | null;
  held: { note: BatchNote; body: Buffer } | null;
  isSending: boolean;
  isSettled: boolean;
};

export type QueueOptions = {
  spool: Spool;
  policy: SpoolPolicy;
  /** A batch's id from its number. */
  idOf: (seq: number) => string;
  /** Everything in the batch, and in all before it, is durable elsewhere. */
  onSettled: (note: BatchNote, seq: number) => void;
  /** Lines were dropped, so that new ones have room, and gaps put in their place. */
  onDropped: (dropped: { lines: number; gaps: number }) => void;
  /** The batch was in the spool and cannot be read any more; without a note it is not known whose lines it held. */
  onDamaged: (note: BatchNote | null, lines: number) => void;
};

export class BatchQueue {
  private readonly options: QueueOptions;
  /** All, oldest first; those of them that nobody is sending. */
  private readonly unsettled: QueuedBatch[] = [];
  private readonly waiting: QueuedBatch[] = [];
  private heldBytes = 0;
  private memoryOnlyBytes = 0;
  private spooledBytes = 0;
  private readonly readers = new Turns();
  private readonly readersOfOld = new Turns();

  constructor(options: QueueOptions) {
    this.options = options;
  }

  /** A batch that a collector before has left. */
  restore({ seq, place, note: { lines, readAt } }: SpooledBatch): void {
    this.push({
      seq,
      lines,
      readAt,
      bytes: place.bytes,
      place,
      held: null,
      isSending: false,
      isSettled: false,
    });
  }

  add(batch: PendingBatch): void {
    const { spool, idOf } = this.options;
    this.makeRoom();
    const seq = spool.nextSeq;
    const { progress, spans, readAt } = batch;
    const lines = batch.lines.count;
    const note = { id: idOf(seq), lines, readAt, spans: [...spans.values()], progress };
    const body = encodeBatch(batch);
    const place = spool.append(note, body);
    const bytes = place?.bytes ?? body.length;
    const held = place === null || this.heldBytes + bytes <= HELD_BYTES ? { note, body } : null;
    if (held !== null) this.heldBytes += bytes;
    this.push({ seq, lines, readAt, bytes, place, held, isSending: false, isSettled: false });
  }

  /** The next to be sent: the oldest, or with `newest` the one closed last. */
  take(newest: boolean): QueuedBatch | undefined {
    const batch = newest ? this.waiting.pop() : this.waiting.shift();
    if (batch !== undefined) batch.isSending = true;
    return batch;
  }

  /** There is more than memory holds: the newest lines would wait for all of it. */
  get isBehind(): boolean {
    return this.waiting[0]?.held === null;
  }

  get isEmpty(): boolean {
    return this.unsettled.length === 0;
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Bytes on disk that are not acknowledged. */
  get bytes(): number {
    return this.spooledBytes;
  }

  /** When the oldest line that is not acknowledged was read; null when there is none. */
  get oldestReadAt(): number | null {
    return this.unsettled.find(({ lines, isSettled }) => lines > 0 && !isSettled)?.readAt ?? null;
  }

  /** Note and body of a batch that is about to be sent; null when it is damaged, which has been told then. */
  load(batch: QueuedBatch): { note: BatchNote; body: Buffer } | null {
    if (batch.held !== null || batch.place === null) return batch.held;
    batch.held = this.options.spool.read(batch.place);
    if (batch.held !== null) this.heldBytes += batch.bytes;
    else this.options.onDamaged(this.options.spool.readNote(batch.place), batch.lines);
    return batch.held;
  }

  /** It could not be sent for now. */
  giveBack(batch: QueuedBatch): void {
    if (this.heldBytes > HELD_BYTES && batch.place !== null) this.release(batch);
    batch.isSending = false;
    const after = this.waiting.findIndex(({ seq }) => seq > batch.seq);
    this.waiting.splice(after === -1 ? this.waiting.length : after, 0, batch);
  }

  /** All of it is durable elsewhere, or is told as lost. */
  settle(batch: QueuedBatch): void {
    batch.isSettled = true;
    if (batch !== this.unsettled[0] && batch.place !== null) this.release(batch);
    for (let head = this.unsettled[0]; head?.isSettled === true; head = this.unsettled[0]) {
      this.unsettled.shift();
      this.leave(head);
    }
    this.serveReaders();
  }

  /** Cursors up to this batch are on disk. */
  trim(seq: number): void {
    this.options.spool.trim(seq);
    this.serveReaders();
  }

  /** A promise while a reader whose last line has this stamp must wait. Readers are let go in turn. */
  room(lastStamp: string): Promise<void> | undefined {
    const isOld = Date.now() - msOf(lastStamp) > OLD_AFTER_MS;
    if (isOld && (this.isFull || this.hasBacklog)) return this.readersOfOld.wait();
    return this.isFull || this.readers.isAwaited ? this.readers.wait() : undefined;
  }

  private serveReaders(): void {
    this.readers.serve(() => !this.isFull);
    this.readersOfOld.serve(() => !this.isFull && !this.hasBacklog);
  }

  private push(batch: QueuedBatch): void {
    this.unsettled.push(batch);
    this.waiting.push(batch);
    if (batch.place === null) this.memoryOnlyBytes += batch.bytes;
    else this.spooledBytes += batch.bytes;
  }

  /** As the policy says, for as long as there is something to drop. */
  private makeRoom(): void {
    const { spool, policy } = this.options;
    for (const [pass, chooser] of PASSES[policy].entries()) {
      for (const segment of spool.sealed.filter(({ passes }) => passes <= pass)) {
        if (!spool.isFull) return;
        segment.passes = pass + 1;
        this.thinOut(segment, chooser);
      }
    }
  }

  private thinOut(segment: Segment, chooser: LineChooser): void {
    const { spool, onDropped } = this.options;
    const batches = this.unsettled.filter(({ place }) => place?.segment === segment);
    const result = thinSegment({ spool, segment, batches, chooser });
    if (result === null) return;
    for (const { batch, lines, place } of result.batches) {
      if (!batch.isSending) this.release(batch);
      this.spooledBytes += place.bytes - batch.bytes;
      Object.assign(batch, { lines, place, bytes: place.bytes });
    }
    onDropped(result);
  }

  private leave(batch: QueuedBatch): void {
    const { spool, onSettled } = this.options;
    const note = batch.held?.note ?? (batch.place && spool.readNote(batch.place));
    this.release(batch);
    if (batch.place === null) this.memoryOnlyBytes -= batch.bytes;
    else this.spooledBytes -= batch.bytes;
    spool.settle(batch.seq);
    // Without a note the cursors stay where they are until the next batch of the container: behind, never ahead.
    if (note !== null) onSettled(note, batch.seq);
  }

  private release(batch: QueuedBatch): void {
    if (batch.held !== null) this.heldBytes -= batch.bytes;
    batch.held = null;
  }

  private get isFull(): boolean {
    const { spool, policy } = this.options;
    return this.memoryOnlyBytes >= HELD_BYTES || (policy === 'block' && spool.isFull);
  }

  private get hasBacklog(): boolean {
    return this.spooledBytes + this.memoryOnlyBytes >= HELD_BYTES;
  }
}
