import { useSyncExternalStore } from 'react';

/** A choice of the user that outlives the page, in localStorage where that is allowed. */
export type StoredChoice<T extends string> = {
  get: () => T;
  set: (value: T) => void;
  subscribe: (listener: () => void) => () => void;
  use: () => T;
};

/** @param initial asked when nothing, or something unknown, is stored. */
export function createStoredChoice<T extends string>(
  key: string,
  values: readonly T[],
  initial: () => T,
): StoredChoice<T> {
  const listeners = new Set<() => void>();
  let current = read(key, values);
  const get = (): T => current ?? initial();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    get,
    set: value => {
      current = value;
      write(key, value);
      for (const listener of listeners) listener();
    },
    subscribe,
    use: () => useSyncExternalStore(subscribe, get),
  };
}

function read<T extends string>(key: string, values: readonly T[]): T | undefined {
  try {
    const stored = localStorage.getItem(key);
    return values.find(value => value === stored);
  } catch {
    return undefined; // Storage may be denied: then a choice lasts as long as the page.
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As in read().
  }
}
