/**
 * Sends what is queued until it is acknowledged: oldest first, as many at a time as the indexer grants, one at a time while it
 * fails. Nothing is dropped here: a batch that cannot be sent goes back into the queue. While there is a backlog one of those on
 * their way is always the newest, so that what happens now does not wait for what happened then, nor a quiet container for a noisy one.
 */
import type { Logger } from 'pino';
import type { IngestAck, IngestBatch } from '#contract/batch.ts';
import { BATCH_VERSION } from '#contract/constants.ts';
import { pause } from '../backoff.ts';
import type { Counters } from '../counters.ts';
import type { BatchQueue } from './batch-queue.ts';
import type { IndexerClient, IngestAnswer } from './indexer-client.ts';
import { decodeContent, emptyContent, encodeContent } from './pending-batch.ts';
import type { QueuedBatch } from './queued-batch.ts';
import { createRefusal, type Refusal } from './refusal.ts';
import type { RefusedItems } from './refused-items.ts';
import { classify, SendWindow } from './retry.ts';

const HEARTBEAT_MS = 5_000;

export type DeliveryOptions = {
  client: IndexerClient;
  queue: BatchQueue;
  /** Who sends: read for each attempt, so that host and counters are current. */
  envelope: () => Pick<IngestBatch, 'collector' | 'host'>;
  refused: RefusedItems;
  counters: Counters;
  /** Container ids people look at now. */
  onWatched: (containerIds: string[]) => void;
  log: Logger;
};

/** `idle`: nothing is on its way; `busy`: something is; `away`: the indexer does not take what is sent. */
export type DeliveryState = 'idle' | 'busy' | 'away';

export type Delivery = {
  readonly state: DeliveryState;
  /** Something has been queued. */
  wake(): void;
  /** Resolves when nothing is left to send, or at the deadline; what is left stays in the spool. */
  stop(deadlineMs: number): Promise<void>;
};

export const createDelivery = (options: DeliveryOptions): Delivery => new QueueDelivery(options);

class QueueDelivery implements Delivery {
  private readonly options: DeliveryOptions;
  private readonly window = new SendWindow();
  private readonly refusal: Refusal;
  private readonly stopping = new AbortController();
  private readonly heartbeat: NodeJS.Timeout;
  private readonly startedAt = Date.now();
  private beats = 0;
  private onTheirWay = 0;
  private newestOnItsWay: QueuedBatch | null = null;
  private pausing: Promise<void> | null = null;
  private complaint: string | null = null;
  private idleWaiters: (() => void)[] = [];

  constructor(options: DeliveryOptions) {
    this.options = options;
    const { refused, counters, log } = options;
    const post = (id: string, body: Buffer) => this.post(id, body);
    this.refusal = createRefusal({ post, refused, counters, log, signal: this.stopping.signal });
    this.heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS);
  }

  get state(): DeliveryState {
    if (this.window.isFailing) return 'away';
    return this.onTheirWay > 0 ? 'busy' : 'idle';
  }

  wake(): void {
    const { queue } = this.options;
    while (this.pausing === null && this.onTheirWay < this.window.size && queue.hasWaiting) {
      const isNewest = queue.isBehind && this.newestOnItsWay === null && this.onTheirWay > 0;
      const batch = queue.take(isNewest);
      if (batch === undefined) return;
      if (isNewest) this.newestOnItsWay = batch;
      this.onTheirWay++;
      void this.deliver(batch);
    }
  }

  async stop(deadlineMs: number): Promise<void> {
    clearInterval(this.heartbeat);
    const { queue, client } = this.options;
    const idle = queue.isEmpty ? null : new Promise<void>(resolve => this.idleWaiters.push(resolve));
    await Promise.race([idle, pause(deadlineMs, this.stopping.signal)]);
    this.stopping.abort();
    client.close();
  }

  private async deliver(batch: QueuedBatch): Promise<void> {
    const { queue } = this.options;
    const isDone = await this.deliverLoaded(batch);
    this.onTheirWay--;
    if (this.newestOnItsWay === batch) this.newestOnItsWay = null;
    if (isDone) queue.settle(batch);
    else queue.giveBack(batch);
    if (queue.isEmpty) for (const resolve of this.idleWaiters.splice(0)) resolve();
    if (!this.stopping.signal.aborted) this.wake();
  }

  /** Whether all of it is durable at the indexer, or kept here as refused, or told as lost. */
  private async deliverLoaded(batch: QueuedBatch): Promise<boolean> {
    const loaded = this.options.queue.load(batch);
    if (loaded === null) return true;
    const { note, body } = loaded;
    const answer = await this.post(note.id, body);
    const verdict = classify(answer.status);
    if (verdict === 'refuse' && !(await this.refusal.isEverythingRefused(note.id)))
      return this.refusal.deliverParts(note.id, decodeContent(body), answer.message);
    if (verdict === 'acked') this.options.counters.linesAcked += note.lines;
    else this.noteFailure(answer);
    return verdict === 'acked';
  }

  /** An empty batch, so that the indexer hears of us when there is nothing to tell. */
  private async beat(): Promise<void> {
    if (this.onTheirWay > 0 || this.pausing !== null) return;
    this.onTheirWay++;
    const id = `${this.options.envelope().collector.id}-${this.startedAt.toString(36)}-beat-${this.beats++}`;
    const answer = await this.post(id, encodeContent(emptyContent()));
    if (answer.ack === undefined) this.noteFailure(answer);
    this.onTheirWay--;
    this.wake();
  }

  private async post(id: string, body: Buffer): Promise<IngestAnswer> {
    const head = JSON.stringify({ version: BATCH_VERSION, id, ...this.options.envelope() });
    const answer = await this.options.client.post([Buffer.from(`${head.slice(0, -1)},`), body.subarray(1)]);
    if (answer.ack !== undefined) this.noteAck(answer.ack);
    return answer;
  }

  private noteAck({ watched, credit }: IngestAck): void {
    this.window.noteAck(credit);
    this.options.onWatched(watched);
    if (this.complaint !== null) this.options.log.info('indexer takes batches again');
    this.complaint = null;
  }

  /** Everything waits, not this batch alone: the next attempt is the only one. */
  private noteFailure({ indexer, status, code, message, retryAfterMs }: IngestAnswer): void {
    if (this.stopping.signal.aborted) return;
    if (this.pausing === null) {
      const ms = this.window.noteFailure(retryAfterMs, Math.random());
      this.pausing = pause(ms, this.stopping.signal).then(() => {
        this.pausing = null;
        if (!this.stopping.signal.aborted) this.wake();
      });
    }
    const complaint = code ?? `${status}`;
    if (complaint === this.complaint) return;
    this.complaint = complaint;
    const level = status === 401 || status === 403 ? 'error' : 'warn';
    this.options.log[level](
      { indexer, reason: message },
      'indexer does not take batches, they are kept and tried again',
    );
  }
}
