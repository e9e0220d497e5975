/**
 * The live side of the API: one socket for the page, many subscriptions. A subscription lives until it is ended; after a
 * lost connection it is made again by itself, and `onReady` says so, so that its owner can read what came in between.
 */
import type { ErrorBody } from '#contract/errors.ts';
import type { ClientToServer, Push, ServerToClient, Subscription, Topic } from '#contract/live.ts';

export type PushOf<K extends Topic> = Parameters<ServerToClient[K]>[0];

export type LiveStatus =
  | { state: 'connecting' }
  | { state: 'connected' }
  /** `retryAt` in ms of Date.now(); null while the attempt runs. */
  | { state: 'reconnecting'; retryAt: number | null };

export type LiveHandlers<K extends Topic> = {
  onPush: (push: PushOf<K>) => void;
  /** The server has taken the subscription: from now on every match is pushed. Called again after each reconnect. */
  onReady?: () => void;
  onError?: (error: ErrorBody['error']) => void;
};

export type LiveSocket = {
  /** Ends with the function it returns. `subscription.id` is given by us. */
  subscribe: <K extends Topic>(
    subscription: Omit<Subscription, 'id' | 'topic'> & { topic: K },
    handlers: LiveHandlers<K>,
  ) => () => void;
  status: () => LiveStatus;
  onStatus: (listener: () => void) => () => void;
  /** For good: no reconnecting, no pushes. */
  end: () => void;
};

/** What we use of a socket.io socket, so that tests can stand in for it. */
export type Wire = {
  on: (event: string, listener: (...args: never[]) => void) => unknown;
  emit: <E extends keyof ClientToServer>(event: E, ...args: Parameters<ClientToServer[E]>) => unknown;
  connect: () => unknown;
  disconnect: () => unknown;
  connected: boolean;
};

type Timers = { now: () => number; after: (ms: number, run: () => void) => unknown; random: () => number };

const TOPICS: readonly Topic[] = ['records', 'events', 'samples', 'containers', 'hosts', 'alerts'];
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10_000;

type Entry = { subscription: Subscription; handlers: LiveHandlers<Topic> };

/**
 * @param wire not yet connected; this connects it, and again after every loss, with backoff and jitter.
 * @param onUnauthorized nobody is signed in: trying again would be refused again, so it is not tried.
 */
export function createLiveSocket(wire: Wire, timers: Timers, onUnauthorized = () => {}): LiveSocket {
  const entries = new Map<string, Entry>();
  let lastId = 0;

  const announce = ({ subscription, handlers }: Entry) => {
    wire.emit('subscribe', subscription, error => {
      if (!entries.has(subscription.id)) return;
      if (error) handlers.onError?.(error);
      else handlers.onReady?.();
    });
  };
  const onPush = (push: Push<never>, done: () => void) => {
    entries.get(push.id)?.handlers.onPush(push);
    done();
  };
  for (const topic of TOPICS) wire.on(topic, onPush);
  const connection = stayConnected(wire, timers, {
    onConnect: () => entries.forEach(announce),
    onUnauthorized,
  });

  return {
    subscribe(subscription, handlers) {
      lastId += 1;
      const id = String(lastId);
      const entry: Entry = {
        subscription: { ...subscription, id },
        handlers,
      };
      entries.set(id, entry);
      if (wire.connected) announce(entry);
      return () => {
        if (entries.delete(id) && wire.connected) wire.emit('unsubscribe', id);
      };
    },
    ...connection,
    end() {
      entries.clear();
      connection.end();
    },
  };
}

type Connection = Pick<LiveSocket, 'status' | 'onStatus' | 'end'>;
type Events = { onConnect: () => void; onUnauthorized: () => void };

function stayConnected(wire: Wire, timers: Timers, { onConnect, onUnauthorized }: Events): Connection {
  const listeners = new Set<() => void>();
  let status: LiveStatus = { state: 'connecting' };
  let attempts = 0;
  let isEnded = false;

  const setStatus = (next: LiveStatus) => {
    status = next;
    for (const listener of listeners) listener();
  };
  const retry = () => {
    if (isEnded) return;
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts) * (0.75 + timers.random() / 2);
    attempts += 1;
    setStatus({ state: 'reconnecting', retryAt: timers.now() + delay });
    timers.after(delay, () => {
      if (isEnded) return;
      setStatus({ state: 'reconnecting', retryAt: null });
      wire.connect();
    });
  };

  wire.on('connect', () => {
    attempts = 0;
    setStatus({ state: 'connected' });
    onConnect();
  });
  wire.on('disconnect', retry);
  wire.on('connect_error', (error?: Error) => {
    if (error?.message === 'unauthorized') onUnauthorized();
    else retry();
  });
  wire.connect();

  return {
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end() {
      isEnded = true;
      wire.disconnect();
    },
  };
}
