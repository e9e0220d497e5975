import { describe, expect, it } from 'vitest';
import type { ErrorBody } from '#contract/errors.ts';
import { createLiveSocket, type Wire } from './live-socket.ts';

type Listener = (...args: unknown[]) => void;
type Sent = { event: string; args: unknown[] };

/** A socket in memory: the test plays the server. */
function fakeWire() {
  const listeners = new Map<string, Listener>();
  const sent: Sent[] = [];
  const wire = {
    connected: false,
    connects: 0,
    on: (event: string, listener: Listener) => listeners.set(event, listener),
    emit: (event: string, ...args: unknown[]) => sent.push({ event, args }),
    connect: () => (wire.connects += 1),
    disconnect: () => fire('disconnect'),
  };
  const fire = (event: string, ...args: unknown[]) => listeners.get(event)?.(...args);
  return {
    wire,
    sent,
    open() {
      wire.connected = true;
      fire('connect');
    },
    drop() {
      wire.connected = false;
      fire('disconnect');
    },
    refuse: (message = 'websocket error') => fire('connect_error', new Error(message)),
    push(topic: string, id: string, items: unknown[]) {
      let done = 0;
      fire(topic, { id, items, skipped: 0 }, () => (done += 1));
      return done;
    },
    answer(index: number, error: ErrorBody['error'] | null) {
      (sent[index]!.args[1] as (error: ErrorBody['error'] | null) => void)(error);
    },
    subscribed: () => sent.filter(({ event }) => event === 'subscribe').map(({ args }) => args[0]),
  };
}

function aSocket() {
  const server = fakeWire();
  const timers: { ms: number; run: () => void }[] = [];
  const refusals: string[] = [];
  const socket = createLiveSocket(
    server.wire as unknown as Wire,
    { now: () => 1_000, random: () => 0.5, after: (ms, run) => timers.push({ ms, run }) },
    () => refusals.push('unauthorized'),
  );
  return { server, timers, socket, refusals };
}

describe('live socket', () => {
  it('subscribes once connected, hands on its pushes and acknowledges each', () => {
    const { server, socket } = aSocket();
    const pushed: unknown[] = [];
    socket.subscribe({ topic: 'records', q: 'level:error' }, { onPush: push => pushed.push(...push.items) });
    expect(server.subscribed()).toEqual([]);
    server.open();
    expect(server.subscribed()).toEqual([{ id: '1', topic: 'records', q: 'level:error' }]);
    expect(server.push('records', '1', ['a', 'b'])).toBe(1);
    expect(pushed).toEqual(['a', 'b']);
  });

  it('acknowledges a push nobody waits for any more, so the server does not stall', () => {
    const { server, socket } = aSocket();
    server.open();
    const end = socket.subscribe({ topic: 'events' }, { onPush: () => expect.unreachable() });
    end();
    expect(server.sent.at(-1)).toMatchObject({ event: 'unsubscribe', args: ['1'] });
    expect(server.push('events', '1', ['late'])).toBe(1);
  });

  it('subscribes again after a lost connection and says so', () => {
    const { server, timers, socket } = aSocket();
    let ready = 0;
    socket.subscribe({ topic: 'records' }, { onPush: () => undefined, onReady: () => (ready += 1) });
    server.open();
    server.answer(0, null);
    server.drop();
    expect(socket.status()).toEqual({ state: 'reconnecting', retryAt: 2_000 });
    timers[0]!.run();
    expect(server.wire.connects).toBe(2);
    server.open();
    server.answer(1, null);
    expect(ready).toBe(2);
    expect(server.subscribed()).toHaveLength(2);
    expect(socket.status()).toEqual({ state: 'connected' });
  });

  it('waits longer after each refusal, at most ten seconds, and starts over once connected', () => {
    const { server, timers } = aSocket();
    for (let attempt = 0; attempt < 6; attempt += 1) server.refuse();
    expect(timers.map(({ ms }) => ms)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    server.open();
    server.drop();
    expect(timers.at(-1)!.ms).toBe(1_000);
  });

  it('tells the owner why the server refused a subscription', () => {
    const { server, socket } = aSocket();
    const errors: string[] = [];
    socket.subscribe(
      { topic: 'records', q: '(' },
      { onPush: () => undefined, onError: error => errors.push(error.message) },
    );
    server.open();
    server.answer(0, { code: 'bad_query', message: '`)` is missing' });
    expect(errors).toEqual(['`)` is missing']);
  });

  it('does not knock again where nobody is signed in, and says so', () => {
    const { server, timers, refusals } = aSocket();
    server.refuse('unauthorized');
    expect({ refusals, timers }).toEqual({ refusals: ['unauthorized'], timers: [] });
  });

  it('stays closed once it is ended, also when a retry was due', () => {
    const { server, timers, socket } = aSocket();
    server.refuse();
    socket.end();
    timers[0]!.run();
    expect({ connects: server.wire.connects, timers: timers.length }).toEqual({ connects: 1, timers: 1 });
  });
});
