/** socket.io event maps of the `/live` namespace, both directions. */
import type { Container } from './container.ts';
import type { ContainerEvent } from './container-event.ts';
import type { LogRecord } from './log-record.ts';
import type { MetricSample } from './metric-sample.ts';
import type { ErrorBody } from './errors.ts';
import type { HostStatus } from './batch.ts';
import type { Alert, Delivery } from './rule.ts';

/** `alerts`: an alert that fired or was resolved, or a delivery that got further. */
export type Topic = 'records' | 'events' | 'samples' | 'containers' | 'hosts' | 'alerts';

export type AlertChange = { alert: Alert } | { delivery: Delivery };

/** `q` filters records (and events, by container fields); `containers` asks for each-second samples of these ids. */
export type Subscription = { id: string; topic: Topic; q?: string; containers?: string[] };

/**
 * Each push carries the subscription's id and waits for the client's acknowledgement: at most two are on the way to a client;
 * what does not fit its buffer meanwhile is skipped, and `skipped` says exactly how many since the last push. Of what other
 * indexers stored while Redis was away it says how many there were, whatever the query. A push may say only that.
 */
export type Push<T> = { id: string; items: T[]; skipped: number };

export type ServerToClient = {
  records: (push: Push<LogRecord>, done: () => void) => void;
  events: (push: Push<ContainerEvent>, done: () => void) => void;
  samples: (push: Push<MetricSample>, done: () => void) => void;
  containers: (push: Push<Container>, done: () => void) => void;
  hosts: (push: Push<HostStatus>, done: () => void) => void;
  alerts: (push: Push<AlertChange>, done: () => void) => void;
};

export type ClientToServer = {
  /** Answers null, or why not (a query that does not parse). A second subscribe with the same id replaces the first. */
  subscribe: (subscription: Subscription, done: (error: ErrorBody['error'] | null) => void) => void;
  unsubscribe: (id: string) => void;
};
