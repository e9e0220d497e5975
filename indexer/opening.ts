/**
 * What must be known before anything is answered. Where the state is on a server that is away, the indexer listens all the same, and
 * says why it is not ready; it reads the state as soon as it can.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { QuaylogError } from '#contract/quaylog-error.ts';

const RETRY_MS = 1_000;

export type Opening = {
  /** Rejects when there is no use in trying again. */
  begin: () => Promise<void>;
  /** Throws the reason while it is not open. */
  check: () => void;
  trouble: () => string | null;
  close: () => Promise<void>;
};

/** `open` may be called again after it rejected. `mayWait`: what it needs may come by itself. */
export function createOpening({ open, mayWait }: { open: () => Promise<void>; mayWait: boolean }): Opening {
  const closing = new AbortController();
  let reason: QuaylogError | null = new QuaylogError('not_ready', 'The indexer is starting.');
  let trying: Promise<void> = Promise.resolve();

  async function attempt(): Promise<void> {
    try {
      await open();
      reason = null;
    } catch (error) {
      if (!mayWait || !(error instanceof QuaylogError && error.retry)) throw error;
      reason = error;
    }
  }

  async function keepTrying(): Promise<void> {
    while (reason !== null) {
      await delay(RETRY_MS, null, { signal: closing.signal, ref: false }).catch(() => null);
      if (closing.signal.aborted) return;
      await attempt();
    }
  }

  return {
    async begin() {
      await attempt();
      trying = keepTrying();
    },
    check() {
      if (reason) throw reason;
    },
    trouble: () => reason?.sentence ?? null,
    async close() {
      closing.abort();
      await trying;
    },
  };
}
