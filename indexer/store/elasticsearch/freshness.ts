/**
 * What was written is found at once: a search first refreshes the indices that this indexer wrote to since they were refreshed
 * last. So the server may refresh by itself as seldom as is good for its rate.
 */
import type { Client } from '@elastic/elasticsearch';

export class Freshness {
  private readonly client: Client;
  private readonly explain: (error: unknown) => Error;
  private readonly stale = new Set<string>();
  private readonly running = new Set<Promise<unknown>>();

  constructor(client: Client, explain: (error: unknown) => Error) {
    this.client = client;
    this.explain = explain;
  }

  noteWritten(indices: Iterable<string>): void {
    for (const index of indices) this.stale.add(index);
  }

  /** `within`: names, or patterns that end in `*`. Rejects as `explain` says. */
  async refresh(within: readonly string[]): Promise<void> {
    const due = [...this.stale].filter(index => within.some(pattern => isWithin(index, pattern)));
    if (due.length > 0) this.start(due);
    // Also what another search began: it may be about what this one asks for.
    await Promise.all(this.running);
  }

  private start(indices: string[]): void {
    for (const index of indices) this.stale.delete(index);
    const running = this.client.transport
      .request({ method: 'POST', path: `/${indices.join(',')}/_refresh?ignore_unavailable=true` })
      .catch((error: unknown) => {
        this.noteWritten(indices);
        throw this.explain(error);
      })
      .finally(() => this.running.delete(running));
    this.running.add(running);
  }
}

const isWithin = (index: string, pattern: string): boolean =>
  pattern.endsWith('*') ? index.startsWith(pattern.slice(0, -1)) : index === pattern;
