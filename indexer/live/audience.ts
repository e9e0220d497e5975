/** Everybody who follows something through this indexer: who gets what, and what is followed at all. */
import type { Topic } from '#contract/live.ts';
import type { Subscriber } from './subscriber.ts';

const FLUSH_EVERY_MS = 50;

export class Audience<S> {
  private readonly onSkipped: (items: number) => void;
  private readonly subscribers = new Map<S, Map<string, Subscriber>>();
  private flushTimer: NodeJS.Timeout | undefined;

  /** `onSkipped`: so many did not fit what waits for a slow client. */
  constructor(onSkipped: (items: number) => void) {
    this.onSkipped = onSkipped;
  }

  get sockets(): S[] {
    return [...this.subscribers.keys()];
  }

  /** The subscriptions of a socket that has come, by their ids. */
  welcome(socket: S): Map<string, Subscriber> {
    const own = new Map<string, Subscriber>();
    this.subscribers.set(socket, own);
    return own;
  }

  leave(socket: S): void {
    this.subscribers.delete(socket);
  }

  /** Sockets that follow something. */
  followers(): S[] {
    return [...this.subscribers].filter(([, own]) => own.size > 0).map(([socket]) => socket);
  }

  topics(): Set<Topic> {
    return new Set(this.all().map(({ subscription }) => subscription.topic));
  }

  /** Container ids that somebody looks at. */
  watched(): string[] {
    const subscriptions = this.all().map(({ subscription }) => subscription);
    return subscriptions.flatMap(({ topic, containers }) => (topic === 'samples' ? (containers ?? []) : []));
  }

  offer(topic: Topic, items: readonly unknown[]): void {
    if (items.length === 0) return;
    for (const subscriber of this.of(topic)) {
      const skipped = subscriber.offer(items);
      if (skipped > 0) this.onSkipped(skipped);
    }
    this.flushSoon();
  }

  /** So many of a topic will not come here. */
  miss(topic: Topic, items: number): void {
    for (const subscriber of this.of(topic)) subscriber.miss(items);
    this.flushSoon();
  }

  close(): void {
    clearTimeout(this.flushTimer);
  }

  private all(): Subscriber[] {
    return [...this.subscribers.values()].flatMap(own => [...own.values()]);
  }

  private of(topic: Topic): Subscriber[] {
    return this.all().filter(({ subscription }) => subscription.topic === topic);
  }

  private flushSoon(): void {
    this.flushTimer ??= setTimeout(() => {
      this.flushTimer = undefined;
      for (const subscriber of this.all()) subscriber.flush();
    }, FLUSH_EVERY_MS);
  }
}
