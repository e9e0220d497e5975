/**
 * Joins what is stored with what arrives, without a gap or a double: subscribe first, then read the store, then go on
 * with what was pushed meanwhile; an id shown once is not shown again. After a lost connection the same once more.
 */
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, Push, ServerToClient, Subscription, Topic } from '#contract/live.ts';
import { describeProblem, NEEDS_TOKEN, type ApiClient } from './api-client.ts';
import { CliError, EXIT } from './cli-error.ts';

/** Ids remembered to recognise doubles: more than the overlap of a reconnect at a few thousand records a second. */
const REMEMBERED_IDS = 100_000;
/** Read again at a second look: what the indexer had stored just before may not have been pushed yet. */
const OVERLAP_MS = 10_000;
/** Catching up that takes longer than this is followed by another look: the server may have skipped pushes meanwhile. */
const QUICK_MS = 1_000;

export type Follow<T> = {
  api: Pick<ApiClient, 'url' | 'headers'>;
  topic: Topic & ('records' | 'events');
  q: string;
  idOf: (item: T) => string;
  show: (item: T) => Promise<void>;
  /** What is stored, oldest first; `from` absent: what the user asked to see first, else since that moment. */
  readStored: (from?: Date) => AsyncIterable<T[]>;
  /** A remark for people, never mixed with the output. */
  remark: (text: string) => void;
};

type LiveSocket = Socket<ServerToClient, ClientToServer>;

/** Never resolves; rejects when the query is refused or the store cannot be read. */
export function follow<T>(options: Follow<T>): Promise<never> {
  const socket: LiveSocket = io(new URL('/live', options.api.url).href, {
    transports: ['websocket'],
    extraHeaders: options.api.headers,
    reconnectionDelayMax: 5_000,
  });
  const joiner = createJoiner(options);
  let lostAt: Date | undefined;
  return new Promise<never>((_, fail) => {
    const giveUp = (error: Error): void => {
      socket.disconnect();
      fail(error);
    };
    socket.on(options.topic, ((push: Push<T>, done: () => void) => {
      joiner.push(push).then(done, giveUp);
    }) as never);
    socket.on('connect', () => {
      joinHistory(socket, options, from => joiner.catchUp(from ?? lostAt)).catch(giveUp);
    });
    // Other failures are waited out; a server that refuses the handshake is not asked again by the library.
    socket.on('connect_error', error => {
      if (error.message === 'unauthorized')
        giveUp(new CliError(`The indexer asks who you are.\n${NEEDS_TOKEN}`, EXIT.usage));
    });
    socket.on('disconnect', reason => {
      lostAt = earlier(new Date());
      if (reason !== 'io client disconnect') options.remark('connection to the indexer lost; waiting for it');
    });
  });
}

/** Subscribing anew after a long look empties the server's buffer of what the look has shown already. */
async function joinHistory<T>(
  socket: LiveSocket,
  options: Follow<T>,
  catchUp: (from?: Date) => Promise<void>,
): Promise<void> {
  let from: Date | undefined;
  for (;;) {
    const startedAt = new Date();
    await subscribe(socket, { id: 'follow', topic: options.topic, q: options.q });
    await catchUp(from);
    if (Date.now() - startedAt.getTime() < QUICK_MS) return;
    from = earlier(startedAt);
  }
}

function subscribe(socket: LiveSocket, subscription: Subscription): Promise<void> {
  return new Promise((done, fail) => {
    socket.emit('subscribe', subscription, error => {
      if (error === null) done();
      else fail(new CliError(describeProblem(error, subscription.q ?? ''), EXIT.usage));
    });
  });
}

const earlier = (moment: Date): Date => new Date(moment.getTime() - OVERLAP_MS);

export type Joiner<T> = {
  /** Reads what is stored, then what was pushed meanwhile. */
  catchUp: (from?: Date) => Promise<void>;
  /** Resolves when the push is shown or kept for the end of `catchUp`: then the next may come. */
  push: (push: Push<T>) => Promise<void>;
};

/** The merging itself, apart from the socket. */
export function createJoiner<T>(options: Omit<Follow<T>, 'api' | 'topic' | 'q'>): Joiner<T> {
  const seen = createRecentIds(REMEMBERED_IDS);
  let waiting: (() => void)[] | undefined;

  const show = async (items: readonly T[]): Promise<void> => {
    for (const item of items) if (seen.add(options.idOf(item))) await options.show(item);
  };

  return {
    async catchUp(from) {
      waiting ??= [];
      for await (const items of options.readStored(from)) await show(items);
      const release = waiting;
      waiting = undefined;
      for (const go of release) go();
    },
    /** The server has at most two pushes on the way, so that waiting here bounds what is kept. */
    async push(push) {
      if (waiting) await new Promise<void>(go => waiting?.push(go));
      await show(push.items);
      if (push.skipped > 0)
        options.remark(`${push.skipped} skipped on their way here; all of them are stored`);
    },
  };
}

/** A set of the last `limit` ids. */
function createRecentIds(limit: number): { add: (id: string) => boolean } {
  const ids = new Set<string>();
  return {
    /** False when the id is known already. */
    add(id) {
      if (ids.has(id)) return false;
      ids.add(id);
      if (ids.size > limit)
        for (const oldest of ids) {
          ids.delete(oldest);
          break;
        }
      return true;
    },
  };
}
