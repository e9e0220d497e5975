/**
 * The batches that are closed and not acknowledged yet, in order. A few MiB of them stay in memory, so that an indexer that keeps up
 * never makes us read the disk; those that wait longer are in the spool as well (unwritten.ts). What is acknowledged out of turn
 * waits for what comes before: `onSettled` is called strictly in order, so a cursor never passes a batch that is still on its way.
 */
import type { SpoolPolicy } from '#contract/constants.ts';
import { msOf } from '#contract/stamp.ts';
import type { BatchNote } from './batch-note.ts';
import { encodeBatch, type PendingBatch } from './pending-batch.ts';
import type { QueuedBatch } from './queued-batch.ts';
import type { Place, Segment, Spool, SpooledBatch } from './spool/spool.ts';
import { thinSegment } from './spool/thin-segment.ts';
import { PASSES, type LineChooser } from './spool/thinning.ts';
import { Turns } from './turns.ts';
import { Unwritten } from './unwritten.ts';

/** The engine has kept such lines for this long and keeps them a little longer: they need not fill the spool. */
const OLD_AFTER_MS = 60_000;

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
  private readonly unwritten: Unwritten;
  /** What may lie in memory, and how much backlog a reader of old lines leaves to those of new ones: as much as a segment. */
  private readonly mostHeldBytes: number;
  private lastSeq = 0;
  /** The last that has left, with all before it. */
  private leftSeq = 0;
  private heldBytes = 0;
  private unwrittenBytes = 0;
  private spooledBytes = 0;
  private readonly readers = new Turns();
  private readonly readersOfOld = new Turns();

  constructor(options: QueueOptions) {
    this.options = options;
    this.mostHeldBytes = options.spool.segmentBytes;
    this.unwritten = new Unwritten({
      spool: options.spool,
      makeRoom: () => this.makeRoom(),
      onWritten: (batch, place) => this.noteWritten(batch, place),
    });
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

  add(closed: PendingBatch): void {
    const { progress, spans, readAt } = closed;
    const seq = (this.lastSeq = Math.max(this.lastSeq + 1, this.options.spool.nextSeq));
    const lines = closed.lines.count;
    const note = { id: this.options.idOf(seq), lines, readAt, spans: [...spans.values()], progress };
    const body = encodeBatch(closed);
    const held = { note, body };
    const bytes = body.length;
    const batch: QueuedBatch = {
      seq,
      lines,
      readAt,
      bytes,
      place: null,
      held,
      isSending: false,
      isSettled: false,
    };
    this.heldBytes += bytes;
    this.push(batch);
    this.unwritten.add(batch, note);
    if (this.heldBytes > this.mostHeldBytes || tellsOfChange(closed)) this.unwritten.write();
    if (this.heldBytes > this.mostHeldBytes) this.releaseWritten(batch);
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
    if (batch.held !== null) this.heldBytes += batch.held.body.length;
    else this.options.onDamaged(this.options.spool.readNote(batch.place), batch.lines);
    return batch.held;
  }

  /** It could not be sent for now. */
  giveBack(batch: QueuedBatch): void {
    if (this.heldBytes > this.mostHeldBytes) this.releaseWritten(batch);
    batch.isSending = false;
    const after = this.waiting.findIndex(({ seq }) => seq > batch.seq);
    this.waiting.splice(after === -1 ? this.waiting.length : after, 0, batch);
  }

  /** All of it is durable elsewhere, or is told as lost. */
  settle(batch: QueuedBatch): void {
    batch.isSettled = true;
    if (batch !== this.unsettled[0]) this.releaseWritten(batch);
    for (let head = this.unsettled[0]; head?.isSettled === true; head = this.unsettled[0]) {
      this.unsettled.shift();
      this.leave(head);
    }
    this.serveReaders();
  }

  /** Cursors up to this batch are on disk. */
  trim(seq: number): void {
    this.options.spool.trim(seq);
    this.unwritten.trim(seq);
    this.serveReaders();
  }

  /** What is not acknowledged is in the spool then. */
  close(): void {
    this.unwritten.close();
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
    if (batch.place === null) this.unwrittenBytes += batch.bytes;
    else this.spooledBytes += batch.bytes;
  }

  private noteWritten(batch: QueuedBatch, place: Place): void {
    // Only its note was.
    if (batch.seq <= this.leftSeq) return;
    this.unwrittenBytes -= batch.bytes;
    this.spooledBytes += place.bytes;
    batch.place = place;
    batch.bytes = place.bytes;
    if (batch.isSettled) this.release(batch);
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
    if (batch.place === null) this.unwrittenBytes -= batch.bytes;
    else this.spooledBytes -= batch.bytes;
    this.leftSeq = batch.seq;
    spool.settle(batch.seq);
    // Without a note the cursors stay where they are until the next batch of the container: behind, never ahead.
    if (note !== null) onSettled(note, batch.seq);
  }

  private releaseWritten(batch: QueuedBatch): void {
    if (batch.place !== null) this.release(batch);
  }

  private release(batch: QueuedBatch): void {
    if (batch.held !== null) this.heldBytes -= batch.held.body.length;
    batch.held = null;
  }

  private get isFull(): boolean {
    const { spool, policy } = this.options;
    return this.unwrittenBytes >= this.mostHeldBytes || (policy === 'block' && spool.isFull);
  }

  private get hasBacklog(): boolean {
    return this.spooledBytes + this.unwrittenBytes >= this.mostHeldBytes;
  }
}

/** A container may be about to go, and its log with it: what is at hand is the only copy soon. */
const tellsOfChange = ({ content, progress }: PendingBatch): boolean =>
  content.events.length > 0 || progress.known.size > 0;
