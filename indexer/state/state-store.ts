/** The port for small state: containers, hosts, rules, alerts, deliveries, pending deaths, tokens, sessions. One suite: test/contract/state-store.contract.ts. */

export const STATE_KINDS = [
  'container',
  'host',
  'rule',
  'alert',
  'delivery',
  'pending-death',
  'token',
  'session',
  'password',
  'lease',
] as const;
export type StateKind = (typeof STATE_KINDS)[number];
export type Versioned<T> = { id: string; document: T; version: number };

/** `document: null` deletes. `ifVersion`: 0 means it must not exist yet; absent means whatever is there. */
export type StateChange = { kind: StateKind; id: string; document: unknown; ifVersion?: number };

/** What another changed: the row as it is now; deleted: `document` null and version 0. */
export type WatchedRow<T> = Versioned<T | null>;

export interface StateStore {
  /** Whether other indexers read and write here too. */
  readonly isShared: boolean;
  get<T>(kind: StateKind, id: string): Promise<Versioned<T> | null>;
  /** By id, ascending unless `newestFirst`; ids that begin with a stamp thus come in time order. */
  list<T>(kind: StateKind, options?: { limit?: number; newestFirst?: boolean }): Promise<Versioned<T>[]>;
  /**
   * All changes or none, durable when resolved. False when a version did not fit. When it rejects, all of them may have been
   * made all the same where the store is shared: then `watch` tells of them.
   */
  put(changes: StateChange[]): Promise<boolean>;
  /**
   * Tells what others changed, about a second after they did, and before any answer of `get` or `list` that shows it; never
   * what was put here. The same may be told twice. Where nothing is shared, nothing is told.
   */
  watch<T>(kind: StateKind, onChange: (rows: WatchedRow<T>[]) => void): void;
  /** Why nothing can be read or written now; null when it can. */
  trouble(): string | null;
  close(): Promise<void>;
}
