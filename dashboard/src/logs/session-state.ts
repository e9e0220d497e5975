import type { ContainerEvent } from '#contract/container-event.ts';
import type { Total } from '#contract/query.ts';
import type { ApiError } from '../api/client.ts';

export type SessionState = {
  phase: 'loading' | 'ready' | 'failed';
  error: ApiError | null;
  total: Total | null;
  tookMs: number;
  /** Whether older lines of the range are still unread; `full` when the buffer has no room for them. */
  older: 'none' | 'some' | 'loading' | 'failed' | 'full';
  /** Container events of the range, oldest first: for flags, and for counting deaths in a row. */
  events: readonly ContainerEvent[];
  /** Lines that came live since the session began, skipped ones included. */
  received: number;
  /** Browser clock minus engine stamp of the newest pushed line; null before the first. */
  lagMs: number | null;
};

export type StateHolder = {
  get: () => SessionState;
  set: (change: Partial<SessionState>) => void;
  subscribe: (listener: () => void) => () => void;
};

export function createStateHolder(): StateHolder {
  const listeners = new Set<() => void>();
  let state: SessionState = {
    phase: 'loading',
    error: null,
    total: null,
    tookMs: 0,
    older: 'none',
    events: [],
    received: 0,
    lagMs: null,
  };
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
