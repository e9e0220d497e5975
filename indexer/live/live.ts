/**
 * The live path: what was just stored goes to whoever subscribed. A tail joins history without a gap or a double by
 * subscribing first, reading the store second, and merging by id.
 */
import type { IncomingHttpHeaders, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { Compile } from 'typebox/compile';
import { Type } from 'typebox';
import type { ErrorBody } from '#contract/errors.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { ClientToServer, Push, ServerToClient, Subscription, Topic } from '#contract/live.ts';
import type { QueryDocument } from '../query/match-record.ts';
import { createMatcher } from '../query/match-record.ts';
import { parseQuery } from '../query/parse-query.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

const FLUSH_EVERY_MS = 50;
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

type LiveSocket = Socket<ClientToServer, ServerToClient>;

export type LiveGate = {
  /** Whether a page that opens a socket is one of ours. */
  isOwnOrigin: (headers: IncomingHttpHeaders) => boolean;
  /** Whether whoever showed these headers at the handshake may read, still. */
  mayRead: (headers: IncomingHttpHeaders) => Promise<boolean>;
};

export type Live = {
  attach: (server: HttpServer, gate: LiveGate) => void;
  publish: (topic: Topic, items: readonly unknown[]) => void;
  /** Container ids that somebody looks at now. */
  watched: () => string[];
  close: () => Promise<void>;
};

export function createLive(onSkipped: (items: number) => void): Live {
  const subscribers = new Map<LiveSocket, Map<string, Subscriber>>();
  let server: Server<ClientToServer, ServerToClient> | undefined;
  let flushTimer: NodeJS.Timeout | undefined;
  let recheckTimer: NodeJS.Timeout | undefined;

  const all = () => [...subscribers.values()].flatMap(own => [...own.values()]);

  function flushSoon(): void {
    flushTimer ??= setTimeout(() => {
      flushTimer = undefined;
      for (const subscriber of all()) subscriber.flush();
    }, FLUSH_EVERY_MS);
  }

  return {
    attach(httpServer, gate) {
      server = new Server(httpServer, {
        serveClient: false,
        maxHttpBufferSize: 64 * 1024,
        allowRequest: (request, done) => done(null, gate.isOwnOrigin(request.headers)),
      });
      for (const namespace of [server.of('/'), server.of('/live')]) {
        namespace.use((socket, next) => {
          gate.mayRead(socket.handshake.headers).then(may => next(may ? undefined : unauthorized()), next);
        });
      }
      server.of('/live').on('connection', socket => welcome(socket, subscribers));
      recheckTimer = setInterval(() => void endUnwanted([...subscribers.keys()], gate), RECHECK_EVERY_MS);
    },
    publish(topic, items) {
      if (items.length === 0) return;
      for (const subscriber of all()) {
        if (subscriber.subscription.topic !== topic) continue;
        const skipped = subscriber.offer(items);
        if (skipped > 0) onSkipped(skipped);
      }
      flushSoon();
    },
    watched: () => [
      ...new Set(
        all().flatMap(({ subscription }) =>
          subscription.topic === 'samples' ? (subscription.containers ?? []) : [],
        ),
      ),
    ],
    async close() {
      clearTimeout(flushTimer);
      clearInterval(recheckTimer);
      await server?.close();
    },
  };
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

function welcome(socket: LiveSocket, subscribers: Map<LiveSocket, Map<string, Subscriber>>): void {
  const own = new Map<string, Subscriber>();
  subscribers.set(socket, own);
  const send = (topic: Topic, push: Push<unknown>, done: () => void) => {
    socket.emit(topic, push as never, done);
  };
  socket.on('subscribe', (subscription, done) => {
    const answer = typeof done === 'function' ? done : () => undefined;
    try {
      checkSubscription(subscription, own);
      own.set(subscription.id, createSubscriber(subscription, filterOf(subscription), send));
      answer(null);
    } catch (error) {
      answer(errorBody(error));
    }
  });
  socket.on('unsubscribe', id => void own.delete(id));
  socket.on('disconnect', () => void subscribers.delete(socket));
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
