/**
 * The way between indexers: socket.io's adapter over two connections to Redis, made so that Redis may be slow, away, or never
 * there. Nothing is kept for later: what cannot be sent now is not sent. Loaded only where there is one: it takes 30 MB.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { explainCertificate } from '../authority.ts';

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

const SETTINGS = { url: 'QUAYLOG_REDIS_URL', ca: 'QUAYLOG_REDIS_CA' };

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
  /** Of rediss://: what signed its certificate, as PEM; null: those Node knows. */
  ca: string | null;
  /** Names the channels: indexers of one store, and no others. */
  key: string;
  log: RedisLog;
};

type Client = ReturnType<typeof createConnection>;

export function openRedis({ url, ca, key, log }: RedisOptions): Redis {
  const place = new URL(url);
  const why = () => explain(reason, place);
  const pub = createConnection(url, ca);
  const sub = createConnection(url, ca);
  const closing = new AbortController();
  const listeners: (() => void)[] = [];
  let wasReady = false;
  let reason = 'not connected yet';

  const isReady = (): boolean => pub.isReady && sub.isReady;
  function noteChange(): void {
    if (closing.signal.aborted || isReady() === wasReady) return;
    wasReady = isReady();
    if (wasReady) {
      log.info({ redis: place.host }, 'redis is there: indexers tell each other what they store');
      for (const listener of listeners) listener();
    } else log.warn({ reason: why() }, 'redis is away');
  }
  function noteError(error: Error): void {
    const isNews = !wasReady && error.message !== reason;
    reason = error.message;
    if (isNews && !closing.signal.aborted) log.warn({ reason: why() }, 'redis is not there');
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
    trouble: () => (isReady() ? null : why()),
    onReady: listener => void listeners.push(listener),
    async close() {
      closing.abort();
      await Promise.all([pub, sub].map(end));
    },
  };
}

function createConnection(url: string, ca: string | null) {
  return createClient({
    url,
    disableOfflineQueue: true,
    RESP: 2,
    maintNotifications: 'disabled',
    pingInterval: PING_EVERY_MS,
    socket: {
      ...(ca === null ? {} : { tls: true as const, ca }),
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

function explain(reason: string, { host, protocol }: URL): string {
  const at = `Redis at ${host}`;
  if (/WRONGPASS|NOAUTH|invalid password|invalid username/i.test(reason))
    return `${at} does not take the password in QUAYLOG_REDIS_URL: correct it.`;
  const untrusted = explainCertificate(reason, at, SETTINGS);
  if (untrusted !== null) return untrusted;
  // A server that waits for TLS closes what is none; one that knows none waits for the end of a line.
  if (protocol === 'redis:' && /ECONNRESET|closed unexpectedly/.test(reason))
    return `${at} closed the connection (${reason}): see whether it runs; where it speaks TLS, QUAYLOG_REDIS_URL begins with rediss://.`;
  if (protocol === 'rediss:' && /timeout|wrong version/i.test(reason))
    return `${at} does not answer to TLS (${reason}): see whether it runs; where it speaks none, QUAYLOG_REDIS_URL begins with redis://.`;
  return `${at} cannot be reached (${reason}): see whether it runs, and correct QUAYLOG_REDIS_URL.`;
}
