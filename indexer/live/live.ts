/**
 * The live path: what was just stored goes to whoever subscribed. A tail joins history without a gap or a double by
 * subscribing first, reading the store second, and merging by id.
 */
import type { IncomingHttpHeaders, Server as HttpServer } from 'node:http';
import { Server, type Namespace, type Socket } from 'socket.io';
import { Compile } from 'typebox/compile';
import { Type } from 'typebox';
import type { ErrorBody } from '#contract/errors.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { ClientToServer, Push, ServerToClient, Subscription, Topic } from '#contract/live.ts';
import type { QueryDocument } from '../query/match-record.ts';
import { createMatcher } from '../query/match-record.ts';
import { parseQuery } from '../query/parse-query.ts';
import { Audience } from './audience.ts';
import { Peers } from './peers.ts';
import { isShared, type PeerMessage } from './peer-messages.ts';
import type { Redis } from './redis.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

const SUBSCRIPTIONS_PER_SOCKET = 20;
/** An end of a session is to be felt within a second. */
const RECHECK_EVERY_MS = 400;

const subscriptionSchema = Compile(
  Type.Object({
    id: Type.String({ minLength: 1, maxLength: 64 }),
    topic: Type.Enum(['records', 'events', 'samples', 'containers', 'hosts', 'alerts']),
    q: Type.Optional(Type.String({ maxLength: 4_096 })),
    containers: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 2_000 })),
  }),
);

type BetweenServers = { peer: (message: PeerMessage) => void };
type LiveServer = Server<ClientToServer, ServerToClient, BetweenServers>;
type LiveSocket = Socket<ClientToServer, ServerToClient, BetweenServers>;

export type LiveGate = {
  /** Whether a page that opens a socket is one of ours. */
  isOwnOrigin: (headers: IncomingHttpHeaders) => boolean;
  /** Whether whoever showed these headers at the handshake may read, still. */
  mayRead: (headers: IncomingHttpHeaders) => Promise<boolean>;
};

export type Live = {
  attach: (server: HttpServer, gate: LiveGate) => void;
  publish: (topic: Topic, items: readonly unknown[]) => void;
  /** Container ids that somebody looks at now, here or through another indexer. */
  watched: () => string[];
  /** How many other indexers are heard, and why none can be (null: they can); null where there are none to be. */
  others: () => { count: number; trouble: string | null } | null;
  close: () => Promise<void>;
};

export type LiveOptions = {
  /** So many did not fit what waits for a slow client. */
  onSkipped: (items: number) => void;
  /** So many of other indexers did not come. */
  onMissed?: (items: number) => void;
  /** The way to other indexers of the same store; absent: there are none. */
  redis?: Redis | undefined;
  /** Makes what was stored here findable through the others. */
  share?: (() => Promise<void>) | undefined;
};

export function createLive(options: LiveOptions): Live {
  const audience = new Audience<LiveSocket>(options.onSkipped);
  let server: LiveServer | undefined;
  let recheckTimer: NodeJS.Timeout | undefined;
  const others = openOthers(options, audience, () => server?.of('/live'));
  return {
    attach(httpServer, gate) {
      server = new Server(httpServer, {
        serveClient: false,
        maxHttpBufferSize: 64 * 1024,
        allowRequest: (request, done) => done(null, gate.isOwnOrigin(request.headers)),
        ...(others && { adapter: others.redis.adapter }),
      });
      for (const namespace of [server.of('/'), server.of('/live')]) {
        namespace.use((socket, next) => {
          gate.mayRead(socket.handshake.headers).then(may => next(may ? undefined : unauthorized()), next);
        });
      }
      const live = server.of('/live');
      live.on('connection', socket => welcome(socket, audience, async topic => others?.peers.follow(topic)));
      live.on('peer', message => others?.peers.take(message));
      recheckTimer = setInterval(() => void endUnwanted(audience.sockets, gate), RECHECK_EVERY_MS);
      others?.peers.beat();
    },
    publish(topic, items) {
      audience.offer(topic, items);
      others?.peers.publish(topic, items);
    },
    watched: () => [...new Set([...audience.watched(), ...(others?.peers.watched() ?? [])])],
    others: () => (others ? { count: others.peers.count, trouble: others.redis.trouble() } : null),
    async close() {
      audience.close();
      clearInterval(recheckTimer);
      others?.peers.close();
      await server?.close();
      await others?.redis.close();
    },
  };
}

type Others = { redis: Redis; peers: Peers };

/** The other indexers and the way to them; undefined where there are none to be. */
function openOthers(
  { onMissed, redis, share }: LiveOptions,
  audience: Audience<LiveSocket>,
  live: () => Namespace<ClientToServer, ServerToClient, BetweenServers> | undefined,
): Others | undefined {
  if (!redis) return undefined;
  const peers = new Peers({
    send: message => live()?.serverSideEmit('peer', message),
    isReady: () => live() !== undefined && redis.isReady(),
    follows: () => new Set([...audience.topics()].filter(isShared)),
    watched: () => audience.watched(),
    offer: (topic, items) => audience.offer(topic, items),
    miss(topic, items) {
      onMissed?.(items);
      audience.miss(topic, items);
    },
    onGone() {
      // They connect again and read what is stored: with another indexer went what it did not get to send.
      for (const socket of audience.followers()) socket.conn.close();
    },
    share: share ?? (() => Promise.resolve()),
  });
  redis.onReady(() => peers.beat());
  return { redis, peers };
}

const unauthorized = (): Error => new Error('unauthorized');

/** Whoever signed out, whose session ran out or whose token was revoked, by this program or another: one way for all. */
async function endUnwanted(sockets: LiveSocket[], { mayRead }: LiveGate): Promise<void> {
  for (const socket of sockets) {
    // A store that cannot be read for a moment is no reason to end anything.
    const may = await mayRead(socket.handshake.headers).catch(() => true);
    if (!may) socket.conn.close();
  }
}

/** `follow`: resolves when items of the topic come from everywhere. */
function welcome(
  socket: LiveSocket,
  audience: Audience<LiveSocket>,
  follow: (topic: Topic) => Promise<void>,
): void {
  const own = audience.welcome(socket);
  const send = (topic: Topic, push: Push<unknown>, done: () => void) => {
    socket.emit(topic, push as never, done);
  };
  async function subscribe(subscription: Subscription): Promise<null> {
    checkSubscription(subscription, own);
    own.set(subscription.id, createSubscriber(subscription, filterOf(subscription), send));
    await follow(subscription.topic);
    return null;
  }
  socket.on('subscribe', (subscription, done) => {
    const answer = typeof done === 'function' ? done : () => undefined;
    subscribe(subscription).then(answer, (error: unknown) => answer(errorBody(error)));
  });
  socket.on('unsubscribe', id => void own.delete(id));
  socket.on('disconnect', () => audience.leave(socket));
}

function checkSubscription(
  subscription: unknown,
  own: Map<string, Subscriber>,
): asserts subscription is Subscription {
  if (!subscriptionSchema.Check(subscription)) {
    throw new QuaylogError('bad_parameter', 'A subscription is { id, topic, q?, containers? }.');
  }
  if (!own.has(subscription.id) && own.size >= SUBSCRIPTIONS_PER_SOCKET) {
    throw new QuaylogError(
      'bad_parameter',
      `At most ${SUBSCRIPTIONS_PER_SOCKET} subscriptions for one connection.`,
    );
  }
}

function filterOf(subscription: Subscription): (item: unknown) => boolean {
  const { topic, q, containers } = subscription;
  if (topic === 'samples' && containers) {
    const wanted = new Set(containers);
    return item => wanted.has((item as { container: { id: string } }).container.id);
  }
  if ((topic === 'records' || topic === 'events') && q) {
    const matches = createMatcher(parseQuery(q));
    return item => matches(item as QueryDocument);
  }
  return () => true;
}

function errorBody(error: unknown): ErrorBody['error'] {
  const known =
    error instanceof QuaylogError ? error : new QuaylogError('internal', 'The subscription failed.');
  return known.toBody().error;
}
