/**
 * What was written is found at once: a search first refreshes the indices that this indexer wrote to since they were refreshed
 * last. So the server may refresh by itself as seldom as is good for its rate, and nobody who follows a live tail or tells a
 * death misses lines that are acknowledged. What another indexer wrote is found after the refresh interval of the index.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';

/** However often people search, the server spends at most a third of its time on refreshing for them. */
const REST = 2;
const MAX_REST_MS = 2_000;
/** More names are not listed in one path: the server takes 4 kB. */
const MAX_NAMES = 50;

export class Freshness {
  private readonly client: Client;
  private readonly explain: (error: unknown) => Error;
  private readonly stale = new Set<string>();
  /** The refresh on its way, and the one after it: for that wait all who ask before it begins. */
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;
  private restUntil = 0;

  constructor(client: Client, explain: (error: unknown) => Error) {
    this.client = client;
    this.explain = explain;
  }

  noteWritten(indices: Iterable<string>): void {
    for (const index of indices) this.stale.add(index);
  }

  /** `within`: names, or patterns that end in `*`. Rejects as `explain` says. */
  async refresh(within: readonly string[]): Promise<void> {
    const isDue = [...this.stale].some(index => within.some(pattern => isWithin(index, pattern)));
    // Also what another search began: it may be about what this one asks for.
    await (isDue ? (this.next ??= this.refreshNext()) : this.running);
  }

  private async refreshNext(): Promise<void> {
    await this.running?.catch(() => undefined);
    await delay(Math.max(0, this.restUntil - performance.now()));
    this.next = null;
    const running = this.refreshStale();
    this.running = running;
    try {
      await running;
    } finally {
      if (this.running === running) this.running = null;
    }
  }

  private async refreshStale(): Promise<void> {
    const startedAt = performance.now();
    const indices = [...this.stale].slice(0, MAX_NAMES);
    for (const index of indices) this.stale.delete(index);
    try {
      const path = `/${indices.join(',')}/_refresh?ignore_unavailable=true`;
      await this.client.transport.request({ method: 'POST', path });
    } catch (error) {
      this.noteWritten(indices);
      throw this.explain(error);
    } finally {
      const tookMs = performance.now() - startedAt;
      this.restUntil = performance.now() + Math.min(REST * tookMs, MAX_REST_MS);
    }
    if (this.stale.size > 0 && indices.length === MAX_NAMES) await this.refreshStale();
  }
}

const isWithin = (index: string, pattern: string): boolean =>
  pattern.endsWith('*') ? index.startsWith(pattern.slice(0, -1)) : index === pattern;
