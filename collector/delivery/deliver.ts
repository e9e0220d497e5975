/**
 * Sends batches in order, a few at a time, each until it is acked. `onAcked` is called strictly in order, so a cursor never passes
 * a batch that is still on its way. Nothing is dropped: a batch that cannot be sent is tried again for ever, and a queue that is
 * full makes the readers wait, while the engine keeps the lines.
 */
import type { Logger } from 'pino';
import type { IngestAck, IngestBatch } from '#contract/batch.ts';
import { BATCH_VERSION } from '#contract/constants.ts';
import { backoffMs, pause } from '../backoff.ts';
import type { Counters } from '../counters.ts';
import type { BatchSink } from './batcher.ts';
import type { IndexerClient } from './indexer-client.ts';
import { createPendingBatch, splitContent, type BatchContent, type PendingBatch } from './pending-batch.ts';
import type { RefusedItems } from './refused-items.ts';
import { classify } from './retry.ts';

export const MAX_IN_FLIGHT = 3;
const MAX_QUEUED = 8;
const HEARTBEAT_MS = 5_000;

export type DeliveryOptions = {
  client: IndexerClient;
  /** Who sends: read for each attempt, so that host and counters are current. */
  envelope: () => Pick<IngestBatch, 'collector' | 'host'>;
  refused: RefusedItems;
  counters: Counters;
  /** After everything in the batch is durable at the indexer, or kept here as refused. In order. */
  onAcked: (batch: PendingBatch) => void;
  /** Container ids people look at now. */
  onWatched: (containerIds: string[]) => void;
  log: Logger;
};

export type Delivery = BatchSink & {
  /** Resolves when nothing is left to send, or at the deadline; then what is left stays with the engine. */
  stop(deadlineMs: number): Promise<void>;
};

export const createDelivery = (options: DeliveryOptions): Delivery => new OrderedDelivery(options);

type Entry = { id: string; batch: PendingBatch; isDone: boolean };

class OrderedDelivery implements Delivery {
  private readonly options: DeliveryOptions;
  private readonly epoch = Date.now().toString(36);
  private readonly waiting: Entry[] = [];
  /** Sent or being sent, oldest first. */
  private readonly sent: Entry[] = [];
  private readonly stopping = new AbortController();
  private readonly heartbeat: NodeJS.Timeout;
  private active = 0;
  private seq = 0;
  private isConnected = true;
  private roomWaiters: (() => void)[] = [];
  private idleWaiters: (() => void)[] = [];

  constructor(options: DeliveryOptions) {
    this.options = options;
    this.heartbeat = setInterval(() => {
      if (this.queued === 0) this.enqueue(createPendingBatch());
    }, HEARTBEAT_MS);
  }

  enqueue(batch: PendingBatch): void {
    const id = `${this.options.envelope().collector.id}-${this.epoch}-${this.seq++}`;
    this.waiting.push({ id, batch, isDone: false });
    this.startNext();
  }

  room(): Promise<void> | undefined {
    if (this.queued < MAX_QUEUED) return undefined;
    return new Promise(resolve => this.roomWaiters.push(resolve));
  }

  async stop(deadlineMs: number): Promise<void> {
    clearInterval(this.heartbeat);
    const idle = this.queued === 0 ? null : new Promise<void>(resolve => this.idleWaiters.push(resolve));
    await Promise.race([idle, pause(deadlineMs, this.stopping.signal)]);
    this.stopping.abort();
    await this.options.client.close();
  }

  private get queued(): number {
    return this.waiting.length + this.sent.length;
  }

  private startNext(): void {
    while (this.active < MAX_IN_FLIGHT && this.waiting.length > 0) {
      const entry = this.waiting.shift();
      if (entry === undefined) return;
      this.sent.push(entry);
      this.active++;
      void this.deliver(entry);
    }
  }

  private async deliver(entry: Entry): Promise<void> {
    entry.isDone = await this.deliverContent(entry.id, entry.batch.content);
    this.active--;
    if (!entry.isDone) return;
    while (this.sent[0]?.isDone === true) {
      const acked = this.sent.shift();
      if (acked !== undefined) this.options.onAcked(acked.batch);
    }
    this.startNext();
    if (this.queued < MAX_QUEUED) wake(this.roomWaiters);
    if (this.queued === 0) wake(this.idleWaiters);
  }

  /** Until the indexer has it, or it is kept as refused; false only when we are stopping. */
  private async deliverContent(id: string, content: BatchContent): Promise<boolean> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      const answer = await this.options.client.post(this.bodyOf(id, content));
      const verdict = classify(answer.status);
      if (verdict === 'acked' && answer.ack !== undefined) return this.accept(answer.ack, content);
      if (verdict === 'refuse' && !(await this.isAnythingRefused(id)))
        return this.deliverHalves(id, content, answer.message);
      this.noteDisconnected(answer.message);
      await pause(backoffMs(attempt, Math.random()), this.stopping.signal);
    }
    return false;
  }

  private accept(ack: IngestAck, content: BatchContent): true {
    this.options.counters.linesAcked += content.lines.length;
    this.options.onWatched(ack.watched);
    if (!this.isConnected) this.options.log.info('indexer answers again');
    this.isConnected = true;
    return true;
  }

  /** A refused batch never blocks the rest: it is halved down to the single item that is at fault. */
  private async deliverHalves(id: string, content: BatchContent, reason: string): Promise<boolean> {
    const halves = splitContent(content);
    if (halves !== null) {
      for (const [i, half] of halves.entries())
        if (!(await this.deliverContent(`${id}.${i}`, half))) return false;
      return true;
    }
    this.options.log.error({ reason }, 'indexer refused an item, it is kept on disk');
    return this.keepRefused(content, reason);
  }

  /** Even an empty batch is refused: then no line is at fault, but the two programs do not fit. */
  private async isAnythingRefused(id: string): Promise<boolean> {
    const answer = await this.options.client.post(this.bodyOf(`${id}.probe`, createPendingBatch().content));
    return classify(answer.status) !== 'acked';
  }

  private async keepRefused(content: BatchContent, reason: string): Promise<boolean> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      try {
        await this.options.refused.keep(content, reason);
        this.options.counters.linesRefused += content.lines.length;
        return true;
      } catch (cause) {
        this.options.log.error({ err: cause }, 'refused item could not be kept, trying again');
        await pause(backoffMs(attempt, Math.random()), this.stopping.signal);
      }
    }
    return false;
  }

  private bodyOf(id: string, content: BatchContent): string {
    return JSON.stringify({ version: BATCH_VERSION, id, ...this.options.envelope(), ...content });
  }

  private noteDisconnected(reason: string): void {
    if (this.isConnected) this.options.log.warn({ reason }, 'indexer does not take batches, trying again');
    this.isConnected = false;
  }
}

function wake(waiters: (() => void)[]): void {
  for (const resolve of waiters.splice(0)) resolve();
}
