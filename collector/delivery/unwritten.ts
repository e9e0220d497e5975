/**
 * The batches that are not in the spool yet. One that is acknowledged within `WRITE_AFTER_MS` never gets there: until then the
 * engine's log is the second copy of its lines. Of one that is acknowledged while those before it are not, or while the cursors that
 * say so are not on disk, the note remains, so that no number is missing when a later batch is written (spool.ts, invariant 2).
 */
import type { BatchNote } from './batch-note.ts';
import { emptyContent, encodeContent } from './pending-batch.ts';
import type { QueuedBatch } from './queued-batch.ts';
import type { Place, Spool } from './spool/spool.ts';

const WRITE_AFTER_MS = 100;
const NOTHING = encodeContent(emptyContent());

export type UnwrittenOptions = {
  spool: Spool;
  /** Called before each attempt to write. */
  makeRoom: () => void;
  onWritten: (batch: QueuedBatch, place: Place) => void;
};

export class Unwritten {
  private readonly options: UnwrittenOptions;
  private readonly batches: { batch: QueuedBatch; note: BatchNote; since: number }[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(options: UnwrittenOptions) {
    this.options = options;
  }

  add(batch: QueuedBatch, note: BatchNote): void {
    this.batches.push({ batch, note, since: performance.now() });
    this.writeInTime();
  }

  /** All of them, in order, as far as the spool takes them; the others are tried again. */
  write(): void {
    this.options.makeRoom();
    for (let first = this.batches[0]; first !== undefined; first = this.batches[0]) {
      const { batch, note } = first;
      // One that is neither acknowledged nor here is held in memory.
      const body = (batch.isSettled ? null : batch.held?.body) ?? NOTHING;
      const place = this.options.spool.append({ seq: batch.seq, note, body });
      if (place === null) return;
      this.batches.shift();
      this.options.onWritten(batch, place);
    }
  }

  /** Cursors up to this batch are on disk: nothing of it is needed any more. */
  trim(seq: number): void {
    while (this.batches[0] !== undefined && this.batches[0].batch.seq <= seq) this.batches.shift();
  }

  /** Writes what is not acknowledged. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.oldestSince !== undefined) this.write();
  }

  private writeInTime(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const since = this.oldestSince;
      if (since !== undefined && performance.now() - since >= WRITE_AFTER_MS) this.write();
      if (this.oldestSince !== undefined) this.writeInTime();
    }, WRITE_AFTER_MS);
  }

  /** Of those that are not acknowledged. */
  private get oldestSince(): number | undefined {
    return this.batches.find(({ batch }) => !batch.isSettled)?.since;
  }
}
