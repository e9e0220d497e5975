/**
 * The other indexers of the same store: what one stores, people who follow through another one see too. Nothing waits for
 * them: what Redis does not bring is counted by its numbers (peer-book.ts) and told to followers as skipped.
 *
 * Whoever begins to follow is answered when every other indexer has said that it sends from now on, and that what it stored
 * before is found by searches: so history and tail join without a gap, whichever indexers they come from.
 */
import { randomUUID } from 'node:crypto';
import { PeerBook } from './peer-book.ts';
import {
  isShared,
  MAX_WATCHED,
  readPeerMessage,
  SHARED_TOPICS,
  type PeerMessage,
  type SharedTopic,
} from './peer-messages.ts';

const BEAT_EVERY_MS = 1_000;
/** Silent for so long while messages come and go: gone without a word. Followers read back ten seconds. */
const GONE_AFTER_MS = 6_000;
/** Nobody waits longer for the answer to `subscribe`. */
const ASK_WITHIN_MS = 1_500;
const MAX_ITEMS = 500;
/** Characters of one message, about. */
const MAX_LENGTH = 2 ** 20;

export type PeerDeps = {
  /** May lose it, and says nothing then. */
  send: (message: PeerMessage) => void;
  /** Whether messages come and go now. */
  isReady: () => boolean;
  /** What is followed here, and which containers are looked at. */
  follows: () => ReadonlySet<SharedTopic>;
  watched: () => string[];
  offer: (topic: SharedTopic, items: readonly unknown[]) => void;
  /** So many of a topic were stored elsewhere and did not come. */
  miss: (topic: SharedTopic, count: number) => void;
  /** Another indexer was killed, or cut off: what it stored last may never come, nor be counted. */
  onGone: () => void;
  /** Makes what was stored here findable for all. */
  share: () => Promise<void>;
  now?: () => number;
};

export class Peers {
  private readonly deps: PeerDeps;
  private readonly id = randomUUID();
  private readonly book = new PeerBook();
  private readonly totals = Object.fromEntries(SHARED_TOPICS.map(topic => [topic, 0])) as Record<
    SharedTopic,
    number
  >;
  private readonly asks = new Map<number, { waiting: Set<string>; done: () => void }>();
  private readonly timer: NodeJS.Timeout;
  private readonly now: () => number;
  private lastAsk = 0;
  private wasReady = false;

  constructor(deps: PeerDeps) {
    this.deps = deps;
    this.now = deps.now ?? (() => performance.now());
    this.timer = setInterval(() => this.beat(), BEAT_EVERY_MS);
  }

  get count(): number {
    return this.book.ids.length;
  }

  watched(): string[] {
    return this.book.watched();
  }

  publish(topic: string, items: readonly unknown[]): void {
    if (!isShared(topic)) return;
    let first = this.totals[topic];
    this.totals[topic] += items.length;
    if (!this.deps.isReady() || !this.book.isWanted(topic)) return;
    for (const part of partsOf(items)) {
      this.deps.send({ is: 'items', from: this.id, topic, first, items: part });
      first += part.length;
    }
  }

  /** Resolves when items of the topic come from everywhere, or soon if somebody does not answer. */
  async follow(topic: string): Promise<void> {
    if (!isShared(topic)) return;
    if (!this.deps.isReady()) {
      this.book.noteFollowedAlone(topic);
      return;
    }
    const waiting = new Set(this.book.ids);
    if (waiting.size === 0) return;
    const ask = ++this.lastAsk;
    const { promise, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), ASK_WITHIN_MS);
    this.asks.set(ask, { waiting, done: () => resolve(null) });
    this.deps.send({ is: 'ask', from: this.id, topic, ask });
    await promise;
    clearTimeout(timer);
    this.asks.delete(ask);
  }

  /** What another one sent; anything at all. */
  take(raw: unknown): void {
    const message = readPeerMessage(raw);
    if (!message || message.from === this.id) return;
    const isNew = this.book.hear(message.from, this.now());
    switch (message.is) {
      case 'items': {
        const { fresh, missed } = this.book.take(message.from, message.topic, message);
        if (missed > 0) this.deps.miss(message.topic, missed);
        this.offer(message.topic, fresh);
        break;
      }
      case 'beat':
        for (const { topic, count } of this.book.noteBeat(message, this.deps.follows()))
          this.deps.miss(topic, count);
        break;
      case 'ask':
        void this.answer(message);
        break;
      case 'told':
        if (message.to === this.id) this.noteTold(message);
        break;
      case 'bye':
        this.book.forget(message.from);
        return;
    }
    // So that it knows at once what is followed here.
    if (isNew) this.sendBeat();
  }

  close(): void {
    clearInterval(this.timer);
    this.deps.send({ is: 'bye', from: this.id });
  }

  /** What another version sends may be no record to our queries: then it did not come. */
  private offer(topic: SharedTopic, items: readonly unknown[]): void {
    try {
      this.deps.offer(topic, items);
    } catch {
      this.deps.miss(topic, items.length);
    }
  }

  private async answer({ from, topic, ask }: Extract<PeerMessage, { is: 'ask' }>): Promise<void> {
    this.book.noteWant(from, topic);
    const total = this.totals[topic];
    // A store that cannot be searched now cannot be searched by whoever asks either.
    await this.deps.share().catch(() => undefined);
    this.deps.send({ is: 'told', from: this.id, to: from, topic, ask, total });
  }

  private noteTold({ from, topic, ask, total }: Extract<PeerMessage, { is: 'told' }>): void {
    this.book.noteTold(from, topic, total);
    const asked = this.asks.get(ask);
    asked?.waiting.delete(from);
    if (asked?.waiting.size === 0) asked.done();
  }

  /** Every second, and at once when messages come and go again. */
  beat(): void {
    const isReady = this.deps.isReady();
    if (isReady && !this.wasReady) this.book.excuseSilence(this.now());
    this.wasReady = isReady;
    if (!isReady) return;
    if (this.book.noteSilent(this.now() - GONE_AFTER_MS)) this.deps.onGone();
    this.sendBeat();
  }

  private sendBeat(): void {
    this.deps.send({
      is: 'beat',
      from: this.id,
      totals: this.totals,
      wants: [...this.deps.follows()],
      sends: SHARED_TOPICS.filter(topic => this.book.isWanted(topic)),
      watched: this.deps.watched().slice(0, MAX_WATCHED),
    });
  }
}

/** Parts of a message's size each. */
function* partsOf(items: readonly unknown[]): Generator<unknown[]> {
  let part: unknown[] = [];
  let length = 0;
  for (const item of items) {
    const more = lengthOf(item);
    if (part.length === MAX_ITEMS || (part.length > 0 && length + more > MAX_LENGTH)) {
      yield part;
      part = [];
      length = 0;
    }
    part.push(item);
    length += more;
  }
  if (part.length > 0) yield part;
}

/** About: what is long in a document is its message. */
function lengthOf(item: unknown): number {
  const { message } = item as { message?: unknown };
  return 1_000 + (typeof message === 'string' ? 2 * message.length : 0);
}
