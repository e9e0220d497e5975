/** Batches into a store that may be away for a while: a few at a time, each until it is taken. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Appended, LogStore, StoreBatch } from '../store/log-store.ts';
import type { HourOutcome } from './progress-file.ts';

/** Appends on their way: while one is encoded, others are with the server. */
const LANES = 4;
/** A server that takes nothing for so long is given up; what is there stays there. */
const GIVE_UP_AFTER_MS = 600_000;
const LONGEST_WAIT_MS = 10_000;

export type SendOptions = {
  store: Pick<LogStore, 'append'>;
  /** Documents of a batch that is durable. */
  onTaken: (documents: number) => void;
  onRemark: (text: string) => void;
  giveUpAfterMs?: number;
};

/** Sends hours one after the other; it alone knows for how long nothing was taken. */
export class Sender {
  private readonly options: SendOptions;
  private takenAt = performance.now();
  private isAway = false;

  constructor(options: SendOptions) {
    this.options = options;
  }

  /** What was read and what became of it. Rejects when reading throws, or with the store's error when it is given up. */
  async sendAll(batches: Iterable<StoreBatch>): Promise<HourOutcome> {
    const outcome = {
      read: { records: 0, events: 0, samples: 0 },
      stored: 0,
      there: 0,
      deadLetters: 0,
    };
    const iterator = batches[Symbol.iterator]();
    const shared = { [Symbol.iterator]: () => iterator };
    const lane = async (): Promise<void> => {
      for (const batch of shared) note(outcome, batch, await this.send(batch));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return outcome;
  }

  private async send(batch: StoreBatch): Promise<Appended> {
    const { store, onTaken, onRemark, giveUpAfterMs = GIVE_UP_AFTER_MS } = this.options;
    for (let attempt = 0; ; attempt++) {
      try {
        const appended = await store.append(batch);
        this.takenAt = performance.now();
        if (this.isAway) onRemark('the target takes documents again');
        this.isAway = false;
        onTaken(sizeOf(batch));
        return appended;
      } catch (error) {
        if (performance.now() - this.takenAt > giveUpAfterMs) throw error;
        if (!this.isAway) onRemark(`waiting for the target: ${(error as Error).message}`);
        this.isAway = true;
        await delay(Math.min(LONGEST_WAIT_MS, 200 * 2 ** Math.min(attempt, 6)));
      }
    }
  }
}

const sizeOf = ({ records, events, samples }: StoreBatch): number =>
  records.length + events.length + samples.length;

function note(outcome: HourOutcome, batch: StoreBatch, appended: Appended): void {
  const { deadLettered = 0, knownDead = 0 } = appended;
  outcome.read.records += batch.records.length;
  outcome.read.events += batch.events.length;
  outcome.read.samples += batch.samples.length;
  outcome.stored += sizeOf(appended);
  outcome.there += appended.duplicates - knownDead;
  outcome.deadLetters += deadLettered + knownDead;
}
