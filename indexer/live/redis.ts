/**
 * The way between indexers: socket.io's adapter over two connections to Redis, made so that Redis may be slow, away, or never
 * there. Nothing is kept for later: what cannot be sent now is not sent. Loaded only where there is one: it takes 30 MB.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';

/** What Redis has not taken yet, at most; beyond that messages are dropped. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;
/** Redis ends connections of those who do not read 32 MB. */
const MAX_MESSAGE_BYTES = 8 * 2 ** 20;
const LONGEST_WAIT_MS = 2_000;
const PING_EVERY_MS = 3_000;
/** Without any byte for so long the connection is given up. */
const DEAD_AFTER_MS = 9_000;
const RETRY_AFTER_MS = 100;
const CLOSE_WITHIN_MS = 1_000;

type RedisLog = Record<'info' | 'warn', (fields: Record<string, unknown>, message: string) => void>;

export type Redis = {
  adapter: ReturnType<typeof createAdapter>;
  /** Whether messages come and go now. */
  isReady: () => boolean;
  /** Why not; null when they do. */
  trouble: () => string | null;
  /** Calls it whenever messages come and go again. */
  onReady: (listener: () => void) => void;
  close: () => Promise<void>;
};

type RedisOptions = {
  /** redis:// or rediss://; may hold a password, which is never told. */
  url: string;
  /** Names the channels: indexers of one store, and no others. */
  key: string;
  log: RedisLog;
};

type Client = ReturnType<typeof createConnection>;

export function openRedis({ url, key, log }: RedisOptions): Redis {
  const address = new URL(url).host;
  const pub = createConnection(url);
  const sub = createConnection(url);
  const closing = new AbortController();
  const listeners: (() => void)[] = [];
  let wasReady = false;
  let reason = 'not connected yet';

  const isReady = (): boolean => pub.isReady && sub.isReady;
  function noteChange(): void {
    if (closing.signal.aborted || isReady() === wasReady) return;
    wasReady = isReady();
    if (wasReady) {
      log.info({ redis: address }, 'redis is there: indexers tell each other what they store');
      for (const listener of listeners) listener();
    } else log.warn({ reason: explain(reason, address) }, 'redis is away');
  }
  function noteError(error: Error): void {
    const isNews = !wasReady && error.message !== reason;
    reason = error.message;
    if (isNews && !closing.signal.aborted)
      log.warn({ reason: explain(reason, address) }, 'redis is not there');
    noteChange();
  }
  for (const client of [pub, sub]) {
    client.on('error', noteError);
    client.on('ready', noteChange);
    client.connect().catch(noteError);
  }
  return {
    adapter: createAdapter(publisher(pub), subscriber(sub, closing.signal), { key }),
    isReady,
    trouble: () => (isReady() ? null : explain(reason, address)),
    onReady: listener => void listeners.push(listener),
    async close() {
      closing.abort();
      await Promise.all([pub, sub].map(end));
    },
  };
}

function createConnection(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    RESP: 2,
    maintNotifications: 'disabled',
    pingInterval: PING_EVERY_MS,
    socket: {
      connectTimeout: 5_000,
      socketTimeout: DEAD_AFTER_MS,
      reconnectStrategy: retries => Math.min(LONGEST_WAIT_MS, 50 * 2 ** retries) * (0.5 + Math.random() / 2),
    },
  });
}

const nothing = (): void => undefined;

/** What the adapter publishes with. It asks for no answer, so nobody would hear that there was none. */
function publisher(client: Client) {
  let waitingBytes = 0;
  return {
    on: nothing,
    off: nothing,
    pSubscribe: nothing,
    publish(channel: string, message: string | Buffer): void {
      const bytes = Buffer.byteLength(message);
      if (!client.isReady || bytes > MAX_MESSAGE_BYTES || waitingBytes + bytes > MAX_WAITING_BYTES) return;
      waitingBytes += bytes;
      client
        .publish(channel, message)
        .catch(nothing)
        .finally(() => (waitingBytes -= bytes));
    },
  };
}

type Listener = (message: Buffer, channel: Buffer) => void;

/**
 * What the adapter subscribes with, once; a connection that is made again subscribes to the same by itself. Not before there is
 * one: the client loses its place in answers when what it asked for waited through a refused connection (redis 6.3.1).
 */
function subscriber(client: Client, signal: AbortSignal) {
  async function untilDone(work: () => Promise<unknown>): Promise<void> {
    while (!signal.aborted) {
      try {
        if (client.isReady) {
          await work();
          return;
        }
      } catch {
        // The connection ended while it was asked for.
      }
      await delay(RETRY_AFTER_MS);
    }
  }
  return {
    on: nothing,
    off: nothing,
    pSubscribe: (pattern: string, listener: Listener) =>
      void untilDone(() => client.pSubscribe(pattern, listener, true)),
    subscribe: (channels: string[], listener: Listener) =>
      void untilDone(() => client.subscribe(channels, listener, true)),
    // The connections end with the adapter.
    pUnsubscribe: nothing,
    unsubscribe: nothing,
  };
}

/** Says what there is to say, but waits for nobody. */
async function end(client: Client): Promise<void> {
  if (client.isReady) await Promise.race([client.close().catch(nothing), delay(CLOSE_WITHIN_MS)]);
  if (client.isOpen) client.destroy();
}

function explain(reason: string, address: string): string {
  const at = `Redis at ${address}`;
  if (/WRONGPASS|NOAUTH|invalid password|invalid username/i.test(reason))
    return `${at} does not take the password in QUAYLOG_REDIS_URL: correct it.`;
  if (/certificate|altname|self.signed|issuer/i.test(reason))
    return `The certificate of ${at} is not trusted (${reason}): name its authority's PEM file in NODE_EXTRA_CA_CERTS.`;
  return `${at} cannot be reached (${reason}): see whether it runs, and correct QUAYLOG_REDIS_URL.`;
}
