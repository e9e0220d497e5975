/** From closed batches to acknowledged ones: spool, queue, sending and cursors, put together. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { IngestBatch, SpoolStatus, WireContainer } from '#contract/batch.ts';
import type { SpoolPolicy } from '#contract/constants.ts';
import type { Counters } from '../counters.ts';
import type { CursorStore } from '../cursor/cursor-store.ts';
import { BatchQueue } from './batch-queue.ts';
import type { BatchSink } from './batcher.ts';
import { createDelivery, type DeliveryOptions } from './deliver.ts';
import { LostLines } from './lost-lines.ts';
import { SegmentFiles } from './spool/segment-files.ts';
import { Spool } from './spool/spool.ts';

/** Segments that wait for cursors to be written may take this share of the spool, or this much, before cursors are hurried. */
const TRIMMABLE_SHARE = 1 / 8;
const MAX_TRIMMABLE_BYTES = 64 * 1024 * 1024;

type Sender = Pick<IngestBatch, 'host'> & { collector: Omit<IngestBatch['collector'], 'spool' | 'lagMs'> };

export type OutboxOptions = Pick<DeliveryOptions, 'client' | 'refused' | 'counters' | 'onWatched' | 'log'> & {
  /** The collector's own folder. */
  dir: string;
  collectorId: string;
  engineId: string;
  spoolBytes: number;
  policy: SpoolPolicy;
  cursors: CursorStore;
  sender: () => Sender;
  /** A container of which nothing but its id is at hand, as the wire names it. */
  containerOf: (id: string) => WireContainer;
};

export type Outbox = BatchSink & {
  /** Resolves when nothing is left to send, or at the deadline; what is left stays in the spool. */
  stop(deadlineMs: number): Promise<void>;
};

export function openOutbox(options: OutboxOptions): Outbox {
  const { cursors, counters, log, spoolBytes } = options;
  const lost = new LostLines(options);
  const spool = new Spool({ files: spoolFiles(options), limitBytes: spoolBytes, log });
  const epoch = Date.now().toString(36);
  const queue = new BatchQueue({
    spool,
    policy: options.policy,
    idOf: seq => `${options.collectorId}-${epoch}-${seq}`,
    onSettled(note, seq) {
      cursors.advance(note.progress, seq);
      const most = Math.min(MAX_TRIMMABLE_BYTES, spoolBytes * TRIMMABLE_SHARE);
      if (spool.trimmableBytes > most) cursors.writeNow();
    },
    onDropped({ lines, gaps }) {
      counters.linesDropped += lines;
      counters.gaps += gaps;
      log.warn({ lines }, 'spool is full, lines were dropped');
    },
    onDamaged(note, lines) {
      counters.linesDropped += lines;
      lost.add(note?.spans ?? []);
    },
  });
  cursors.onWritten = seq => queue.trim(seq);
  restore({ spool, queue, cursors, counters, lost });
  const delivery = createDelivery({ ...options, queue, envelope: () => envelope(options, spool, queue) });
  if (!queue.isEmpty) log.info({ bytes: queue.bytes }, 'batches of before are in the spool and go first');
  delivery.wake();

  return {
    enqueue(batch) {
      lost.tellIn(batch);
      queue.add(batch);
      cursors.take(batch.progress);
      delivery.wake();
    },
    room: stamp => queue.room(stamp),
    get state() {
      return delivery.state;
    },
    async stop(deadlineMs) {
      await delivery.stop(deadlineMs);
      queue.close();
      await cursors.close();
      await spool.close();
    },
  };
}

/** A spool belongs to one engine: containers of another host are never sent under this one's name. */
const spoolFiles = ({ dir, engineId }: OutboxOptions) =>
  new SegmentFiles(join(dir, `spool-${createHash('sha256').update(engineId).digest('hex').slice(0, 12)}`));

type Restored = {
  spool: Spool;
  queue: BatchQueue;
  cursors: CursorStore;
  counters: Counters;
  lost: LostLines;
};

/** Batches of before are sent first; their progress counts as far as no batch is missing (spool.ts, invariant 2). */
function restore({ spool, queue, cursors, counters, lost }: Restored): void {
  let next = cursors.ackedSeq + 1;
  spool.open(
    cursors.ackedSeq,
    batch => {
      queue.restore(batch);
      counters.linesRead += batch.note.lines;
      if (batch.seq === next) {
        cursors.take(batch.note.progress);
        next++;
      }
    },
    note => lost.addReadAgain(note.spans),
  );
}

function envelope(
  { sender, spoolBytes, policy }: OutboxOptions,
  spool: Spool,
  queue: BatchQueue,
): Pick<IngestBatch, 'collector' | 'host'> {
  const { collector, host } = sender();
  const { oldestReadAt } = queue;
  const status: SpoolStatus = {
    bytes: queue.bytes,
    limitBytes: spoolBytes,
    policy,
    damagedBytes: spool.damagedBytes,
  };
  const lagMs = oldestReadAt === null ? 0 : Math.max(0, Date.now() - oldestReadAt);
  return { collector: { ...collector, spool: status, lagMs }, host };
}
