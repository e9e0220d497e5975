/** Tells of lines that were in the spool and cannot be read any more: as gaps, in the next batch. */
import type { WireContainer } from '#contract/batch.ts';
import type { Counters } from '../counters.ts';
import type { Span } from './batch-note.ts';
import type { PendingBatch } from './pending-batch.ts';

export type LostLinesOptions = { containerOf: (id: string) => WireContainer; counters: Counters };

export class LostLines {
  private readonly options: LostLinesOptions;
  private lost: Span[] = [];
  private readAgain: Span[] = [];

  constructor(options: LostLinesOptions) {
    this.options = options;
  }

  /** Nobody reads these again: cursors have passed them. */
  add(spans: readonly Span[]): void {
    this.lost.push(...spans);
  }

  /** The engine is asked for these again, and lost are those of containers that it does not have any more. */
  addReadAgain(spans: readonly Span[]): void {
    this.readAgain.push(...spans);
  }

  /** Puts what is to be told into a batch that is about to be queued. */
  tellIn({ content }: PendingBatch): void {
    const { inventory } = content;
    if (inventory !== undefined) {
      const there = new Set(inventory);
      this.add(this.readAgain.filter(({ id }) => !there.has(id)));
      this.readAgain = [];
    }
    for (const { id, from, to, lines } of this.lost) {
      const container = content.containers.push(this.options.containerOf(id)) - 1;
      const gap = { from, to, lines, reason: 'spool-damaged' };
      content.events.push({ container, at: to, ordinal: 0, action: 'log-gap', gap });
      this.options.counters.gaps++;
    }
    this.lost = [];
  }
}
