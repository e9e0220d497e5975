/** A batch that the indexer refuses never blocks the rest: it is halved down to the single item that is at fault, which is kept. */
import type { Logger } from 'pino';
import { backoffMs, pause } from '../backoff.ts';
import type { Counters } from '../counters.ts';
import type { IngestAnswer } from './indexer-client.ts';
import { emptyContent, encodeContent, splitContent, type BatchContent } from './pending-batch.ts';
import type { RefusedItems } from './refused-items.ts';
import { classify } from './retry.ts';

export type RefusalOptions = {
  post: (id: string, body: Buffer) => Promise<IngestAnswer>;
  refused: RefusedItems;
  counters: Counters;
  log: Logger;
  signal: AbortSignal;
};

export type Refusal = {
  /** Even an empty batch is not taken: then no line is at fault, but the two programs do not fit. */
  isEverythingRefused(id: string): Promise<boolean>;
  /** Resolves when each item is with the indexer or kept as refused; false only when we are stopping. */
  deliverParts(id: string, content: BatchContent, reason: string): Promise<boolean>;
};

export function createRefusal({ post, refused, counters, log, signal }: RefusalOptions): Refusal {
  async function isEverythingRefused(id: string): Promise<boolean> {
    const answer = await post(`${id}.probe`, encodeContent(emptyContent()));
    return classify(answer.status) !== 'acked';
  }

  async function deliverParts(id: string, content: BatchContent, reason: string): Promise<boolean> {
    const halves = splitContent(content);
    if (halves === null) return deliverLast(id, content, reason);
    for (const [i, half] of halves.entries()) if (!(await deliver(`${id}.${i}`, half))) return false;
    return true;
  }

  /** The indexer may have become another one between the refusal and the probe: the item is at fault only if it is refused again. */
  async function deliverLast(id: string, content: BatchContent, reason: string): Promise<boolean> {
    const verdict = classify((await post(id, encodeContent(content))).status);
    if (verdict === 'retry') return deliver(id, content);
    if (verdict === 'refuse') {
      log.error({ reason }, 'indexer refused an item, it is kept on disk');
      return keep(content, reason);
    }
    counters.linesAcked += content.lines.length;
    return true;
  }

  async function deliver(id: string, content: BatchContent): Promise<boolean> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const answer = await post(id, encodeContent(content));
      const verdict = classify(answer.status);
      if (verdict === 'refuse' && !(await isEverythingRefused(id)))
        return deliverParts(id, content, answer.message);
      if (verdict === 'acked') {
        counters.linesAcked += content.lines.length;
        return true;
      }
      await pause(Math.max(answer.retryAfterMs ?? 0, backoffMs(attempt, Math.random())), signal);
    }
    return false;
  }

  async function keep(content: BatchContent, reason: string): Promise<boolean> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await refused.keep(content, reason);
        counters.linesRefused += content.lines.length;
        return true;
      } catch (cause) {
        log.error({ err: cause }, 'refused item could not be kept, trying again');
        await pause(backoffMs(attempt, Math.random()), signal);
      }
    }
    return false;
  }

  return { isEverythingRefused, deliverParts };
}
