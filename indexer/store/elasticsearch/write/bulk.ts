/**
 * Writes documents until the server has said of each that it has it. Documents of several appends share requests; how many
 * requests are on their way follows what the server takes (pace.ts), what its answers mean stands in bulk-outcome.ts.
 *
 * Exact because a document is created under an id of its own, in an index that follows from the document: sent again, after
 * an answer that got lost, it is found to be there. What the server refuses is tried once without the fields that can be
 * the reason (`salvage`), and then kept as a dead letter, in the same way and as durably.
 */
import { QuaylogError } from '#contract/quaylog-error.ts';
import { Group, type Fate } from './bulk-group.ts';
import { failureOf, outcomeOf, type BulkItem, type Outcome, type Refusal } from '../server/bulk-outcome.ts';
import { lengthOf, type Document } from './bulk-entry.ts';
import type { SendBulk } from './bulk-request.ts';
import { reasonOf, retryAfterOf, statusOf } from '../server/explain.ts';
import { Pace, retryAfterMs, waitMs } from '../server/pace.ts';

export type BulkOptions = {
  send: SendBulk;
  /** The same document without what may be refused in it; null when there is no such part. */
  salvage: (document: Document) => Document | null;
  /** The dead letter of a document; of a dead letter that is refused itself, a smaller one, or null. */
  letterOf: (document: Document, refusal: Refusal) => Document | null;
  /** Makes sure of an index that is said not to be there. */
  makeIndex: (index: string) => Promise<void>;
  /** The server takes nothing: all that was under way is given up, with the error that this answers. */
  onAway: (error: unknown) => Error;
  now: () => Date;
  random: () => number;
};

export type Bulk = {
  /**
   * The fate of each document, in their order, when all are durable. Rejects with `QuaylogError` `store_failed` or `store_full`
   * when that does not come to pass soon; then any part of them is stored, and to write them again is harmless.
   */
  write: (documents: readonly Document[]) => Promise<Fate[]>;
  /** Gives up what is under way. */
  close: () => void;
};

const MAX_DOCUMENTS = 2_000;
/** Bytes of a request: the server's own limit is 100 MB, that of some who host it 10 MB. */
const MAX_LENGTH = 4 * 2 ** 20;
const LEAST_LENGTH = 2 ** 18;
/** A collector waits 25 s for its answer. */
const GIVE_UP_AFTER_MS = 20_000;
/** After so many rounds without any answer the server is away. */
const AWAY_AFTER = 4;
const MAX_MADE = 3;
const TOO_LARGE = 'status_413';

export const createBulk = (options: BulkOptions): Bulk => new BulkQueue(options);

type Stage = 'whole' | 'salvaged' | 'letter';

/** One document of a group on its way, itself or what became of it. */
class Write {
  readonly document: Document;
  readonly group: Group;
  readonly place: number;
  attempts = 0;
  /** An answer about it got lost, so that it may be there through us. */
  isUnsure = false;
  stage: Stage = 'whole';
  refusal: Refusal | null = null;

  constructor(document: Document, group: Group, place: number) {
    this.document = document;
    this.group = group;
    this.place = place;
  }

  /** What is written instead of it: `refusal` is why. */
  instead(document: Document, stage: Stage, refusal: Refusal): Write {
    const write = new Write(document, this.group, this.place);
    write.stage = stage;
    write.refusal = refusal;
    return write;
  }
}

class BulkQueue implements Bulk {
  private readonly options: BulkOptions;
  private readonly pace = new Pace();
  private readonly groups = new Set<Group>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private waiting: Write[] = [];
  /** Of `waiting`, what comes next: a queue without shifting. */
  private head = 0;
  private onTheirWay = 0;
  private isPausing = false;
  /** Rounds in a row in which nothing was taken. */
  private idleRounds = 0;
  private maxLength = MAX_LENGTH;
  private lastReason = '';

  constructor(options: BulkOptions) {
    this.options = options;
  }

  async write(documents: readonly Document[]): Promise<Fate[]> {
    if (documents.length === 0) return [];
    const group = new Group(documents.length);
    documents.forEach((document, place) => this.waiting.push(new Write(document, group, place)));
    const giveUp = () => group.reject(this.tooSlow());
    const timer = setTimeout(giveUp, GIVE_UP_AFTER_MS);
    this.groups.add(group);
    this.pump();
    return group.done.finally(() => {
      clearTimeout(timer);
      this.groups.delete(group);
    });
  }

  close(): void {
    this.giveUp(new QuaylogError('store_failed', 'The indexer is stopping.'));
  }

  private pump(): void {
    while (!this.isPausing && this.onTheirWay < this.pace.limit) {
      const writes = this.take();
      if (writes.length === 0) return;
      this.onTheirWay++;
      void this.send(writes).finally(() => {
        this.onTheirWay--;
        this.pump();
      });
    }
  }

  private take(): Write[] {
    const writes: Write[] = [];
    let length = 0;
    for (; this.head < this.waiting.length && writes.length < MAX_DOCUMENTS; this.head++) {
      const next = this.waiting[this.head];
      if (next === undefined || next.group.isOver) continue;
      length += lengthOf(next.document);
      if (writes.length > 0 && length > this.maxLength) break;
      writes.push(next);
    }
    if (this.head === this.waiting.length) this.queueFirst([]);
    return writes;
  }

  private queueFirst(writes: Write[]): void {
    this.waiting = writes.concat(this.waiting.slice(this.head));
    this.head = 0;
  }

  /** Never rejects. */
  private async send(writes: Write[]): Promise<void> {
    for (const write of writes) write.attempts++;
    try {
      const items = await this.options.send(writes.map(({ document }) => document));
      if (items === 'all_stored') this.noteStored(writes);
      else await this.noteAnswer(writes, items);
    } catch (error) {
      await this.noteFailure(writes, error);
    }
  }

  private noteStored(writes: Write[]): void {
    this.idleRounds = 0;
    this.pace.noteTaken();
    for (const write of writes) write.group.settle(write.place, fateOf('stored', write));
  }

  private async noteAnswer(writes: Write[], items: BulkItem[]): Promise<void> {
    const again: Write[] = [];
    const later: Write[] = [];
    const missing: Write[] = [];
    writes.forEach((write, place) => {
      const outcome = outcomeOf(items[place] ?? { status: 503 }, write.attempts);
      switch (outcome.is) {
        case 'retry':
          this.lastReason = items[place]?.error?.reason ?? '';
          write.isUnsure ||= items[place]?.status !== 429;
          later.push(write);
          break;
        case 'missing':
          missing.push(write);
          break;
        case 'blocked':
          write.group.reject(blocked(outcome));
          break;
        case 'refused':
          again.push(...this.refuse(write, outcome.refusal));
          break;
        default:
          write.group.settle(write.place, fateOf(outcome.is, write));
      }
    });
    this.idleRounds = later.length === writes.length ? this.idleRounds + 1 : 0;
    if (later.length === 0) this.pace.noteTaken();
    else this.pace.notePushedBack();
    this.queueFirst(again);
    if (later.length > 0) this.after(this.wait(), () => this.queueFirst(later));
    if (missing.length > 0) await this.makeIndices(missing);
  }

  private async noteFailure(writes: Write[], error: unknown): Promise<void> {
    const status = statusOf(error);
    const failure = failureOf(status);
    if (failure === 'split') return this.split(writes, error);
    this.lastReason = reasonOf(error);
    for (const write of writes) write.isUnsure ||= status !== 429;
    this.queueFirst(writes);
    // Requests that were on their way together fail together: that is one round.
    if (this.isPausing) return;
    this.pace.notePushedBack();
    this.idleRounds++;
    if (failure === 'away' || (status !== 429 && this.idleRounds >= AWAY_AFTER)) {
      this.giveUp(this.options.onAway(error));
      return;
    }
    this.isPausing = true;
    this.after(this.wait(retryAfterMs(retryAfterOf(error), this.options.now())), () => {
      this.isPausing = false;
    });
  }

  /** In the place of the request that was too large, or that could not be read. */
  private async split(writes: Write[], error: unknown): Promise<void> {
    const [only] = writes;
    if (only !== undefined && writes.length === 1) {
      const refusal = { type: `status_${statusOf(error)}`, reason: reasonOf(error) };
      this.queueFirst(this.refuse(only, refusal));
      return;
    }
    if (statusOf(error) === 413) this.maxLength = Math.max(LEAST_LENGTH, lengthOfAll(writes) / 2);
    const half = writes.length >> 1;
    await this.send(writes.slice(0, half));
    await this.send(writes.slice(half));
  }

  /** What is to be written instead; nothing when not even that is taken, and then its group knows. */
  private refuse(write: Write, refusal: Refusal): Write[] {
    const first = write.refusal ?? refusal;
    const maySalvage = write.stage === 'whole' && refusal.type !== TOO_LARGE;
    const salvaged = maySalvage ? this.options.salvage(write.document) : null;
    if (salvaged !== null) return [write.instead(salvaged, 'salvaged', first)];
    const letter = this.options.letterOf(write.document, first);
    if (letter !== null) return [write.instead(letter, 'letter', first)];
    const message = `Neither a document nor its dead letter is taken: ${refusal.reason}`;
    write.group.reject(new QuaylogError('store_failed', message));
    return [];
  }

  private async makeIndices(missing: Write[]): Promise<void> {
    const lost = missing.filter(({ attempts }) => attempts > MAX_MADE);
    for (const { group, document } of lost)
      group.reject(
        new QuaylogError('store_failed', `The index ${document.index} is not there and cannot be made.`),
      );
    try {
      for (const index of new Set(missing.map(({ document }) => document.index)))
        await this.options.makeIndex(index);
      this.queueFirst(missing);
    } catch (error) {
      await this.noteFailure(missing, error);
    }
  }

  private wait(askedMs?: number): number {
    return waitMs(Math.max(1, this.idleRounds), this.options.random(), askedMs);
  }

  private after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
      this.pump();
    }, ms);
    this.timers.add(timer);
  }

  private giveUp(error: Error): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.isPausing = false;
    this.idleRounds = 0;
    this.waiting = [];
    this.head = 0;
    for (const group of this.groups) group.reject(error);
  }

  private tooSlow(): QuaylogError {
    const why = this.lastReason === '' ? '' : ` (it says: ${this.lastReason})`;
    const message = `Elasticsearch did not take a batch within ${GIVE_UP_AFTER_MS / 1_000} s${why}.`;
    return new QuaylogError('store_failed', message, {
      hint: 'It is overloaded: give it more, or send less.',
    });
  }
}

function fateOf(is: 'stored' | 'there' | 'set_aside', { isUnsure, stage }: Write): Fate {
  const isNew = is !== 'there' || isUnsure;
  if (stage === 'letter' || is === 'set_aside') return isNew ? 'dead' : 'known_dead';
  return isNew ? 'stored' : 'there';
}

/** Nothing can be written there until somebody does something. */
export function blocked({ isFull, refusal }: Extract<Outcome, { is: 'blocked' }>): QuaylogError {
  const said = `${refusal.type}: ${refusal.reason}`;
  if (isFull)
    return new QuaylogError('store_full', `The disk of Elasticsearch is full (${said}).`, {
      hint: 'Free disk space there or add a node; it lifts the block by itself, and nothing acknowledged is lost.',
    });
  return new QuaylogError('store_failed', `Elasticsearch takes no writes (${said}).`, {
    hint: 'Lift the block, open the index or grant the privilege; nothing acknowledged is lost.',
  });
}

const lengthOfAll = (writes: Write[]): number =>
  writes.reduce((sum, { document }) => sum + lengthOf(document), 0);
