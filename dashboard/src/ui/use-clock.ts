/** One clock for all: what is told from it renders again only when it reads differently. */
import { useCallback, useSyncExternalStore } from 'react';

const TICK_MS = 1_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = setInterval(tick, TICK_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** `read` of the present time, renewed each second; a text or a number, so that equal answers are the same. */
export function useClock<T extends string | number | boolean | null>(read: (nowMs: number) => T): T {
  // Two reads between ticks agree: the time stands still until the next one.
  return useSyncExternalStore(
    subscribe,
    useCallback(() => read(now), [read]),
  );
}
