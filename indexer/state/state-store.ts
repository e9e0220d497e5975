/** The port for small state: containers, hosts, rules, alerts, deliveries, pending deaths, tokens, sessions. One suite: test/contract/state-store.contract.ts. */

export type StateKind =
  'container' | 'host' | 'rule' | 'alert' | 'delivery' | 'pending-death' | 'token' | 'session' | 'password';
export type Versioned<T> = { id: string; document: T; version: number };

/** `document: null` deletes. `ifVersion`: 0 means it must not exist yet; absent means whatever is there. */
export type StateChange = { kind: StateKind; id: string; document: unknown; ifVersion?: number };

export interface StateStore {
  get<T>(kind: StateKind, id: string): Promise<Versioned<T> | null>;
  /** By id, ascending unless `newestFirst`; ids that begin with a stamp thus come in time order. */
  list<T>(kind: StateKind, options?: { limit?: number; newestFirst?: boolean }): Promise<Versioned<T>[]>;
  /** All changes or none, durable when resolved. False when a version did not fit. */
  put(changes: StateChange[]): Promise<boolean>;
  close(): Promise<void>;
}
