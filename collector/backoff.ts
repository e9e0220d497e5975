/** Waiting: until something is tried again (full jitter, so that many collectors do not come back in step), or until aborted. */
import { setTimeout as delay } from 'node:timers/promises';

const FIRST_MS = 200;
const LONGEST_MS = 10_000;

/** `attempt` counts from 0; `random` is in [0, 1). Never less than 10 ms. */
export const backoffMs = (attempt: number, random: number): number =>
  Math.max(10, Math.round(Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16)) * random));

/** Resolves after `ms`, or at once when aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

/** Resolves when aborted, or at once when it already was. */
export const aborted = (signal: AbortSignal): Promise<true> =>
  new Promise(resolve => {
    if (signal.aborted) resolve(true);
    else signal.addEventListener('abort', () => resolve(true), { once: true });
  });
