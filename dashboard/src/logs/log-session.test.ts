import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { LogPage, LogsParams } from '#contract/query.ts';
import { ApiError } from '../api/client.ts';
import type { LiveHandlers } from '../api/live-socket.ts';
import { createLogSession, type Question } from './log-session.ts';
import { aRecord, anEvent, idOf } from './test-records.ts';

const lines = (...ns: number[]): LogRecord[] => ns.map(n => aRecord({ n }));
const settle = () => new Promise(resolve => setImmediate(resolve));

/** An indexer in memory: the test says what is stored, pushes, cuts the line, and lets time pass. */
function aServer(stored: LogRecord[] = []) {
  const timers: { ms: number; run: () => void }[] = [];
  const asked: LogsParams[] = [];
  const handlers = new Map<string, LiveHandlers<'records'>>();
  const server = {
    stored,
    asked,
    events: [] as ReturnType<typeof anEvent>[],
    failure: undefined as Error | undefined,
    pageSize: 1_000,
    answer(params: LogsParams): LogPage {
      const isForward = params.order === 'asc';
      const inRange = server.stored
        .filter(record => !isForward || record['@timestamp'] >= (params.from ?? ''))
        .toSorted((a, b) => (a.event.id < b.event.id === isForward ? -1 : 1));
      const start = Number(params.cursor ?? 0);
      const records = inRange.slice(start, start + server.pageSize);
      const end = start + records.length;
      return {
        records,
        total: { value: inRange.length, relation: 'eq' },
        cursor: end < inRange.length ? String(end) : null,
        tookMs: 3,
      };
    },
    ready: () => handlers.get('records')?.onReady?.(),
    push: (items: LogRecord[], skipped = 0) => handlers.get('records')?.onPush({ id: '1', items, skipped }),
    pushEvents: (items: unknown[]) =>
      handlers.get('events')?.onPush({ id: '2', items: items as never, skipped: 0 }),
    runTimers() {
      for (const timer of timers.splice(0)) timer.run();
    },
    subscriptions: handlers,
  };
  const open = (question: Partial<Question> = {}) =>
    createLogSession(
      { q: '', from: 'now-15m', to: 'now', live: true, ...question },
      {
        fetchLogs: params => {
          asked.push(params);
          return server.failure ? Promise.reject(server.failure) : Promise.resolve(server.answer(params));
        },
        fetchEvents: () => Promise.resolve({ events: server.events }),
        live: {
          subscribe(subscription, own) {
            handlers.set(subscription.topic, own);
            return () => handlers.delete(subscription.topic);
          },
        },
        clock: {
          now: () => Date.parse('2026-11-22T10:01:00Z'),
          after: (ms, run) => {
            const timer = { ms, run };
            timers.push(timer);
            return () => void timers.splice(timers.indexOf(timer), 1);
          },
        },
      },
    );
  return { server, open };
}

type Session = ReturnType<ReturnType<typeof aServer>['open']>;
const shown = ({ buffer }: Session) =>
  buffer.slice(0, buffer.size).map(row => (row.kind === 'record' ? row.record.message : row.kind));

describe('a live session', () => {
  it('joins history and tail without a gap or a double', async () => {
    const { server, open } = aServer(lines(1, 2, 3));
    const session = open();
    expect(server.asked).toEqual([]);
    server.ready();
    server.push(lines(3, 4));
    server.runTimers();
    await settle();
    expect(shown(session)).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
    expect(session.state()).toMatchObject({ phase: 'ready', tookMs: 3, received: 2 });
  });

  it('reads the history all the same when no subscription comes', async () => {
    const { server, open } = aServer(lines(1));
    const session = open();
    server.runTimers();
    await settle();
    expect(shown(session)).toEqual(['line 1']);
  });

  it('reads what it missed when the connection was lost', async () => {
    const { server, open } = aServer(lines(1, 2));
    const session = open();
    server.ready();
    await settle();
    server.stored.push(...lines(3, 4, 5));
    server.pageSize = 2;
    server.ready();
    await settle();
    expect(shown(session)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
  });

  it('starts anew at the newest lines when it missed more than can be read', async () => {
    const { server, open } = aServer(lines(1));
    const session = open();
    server.ready();
    await settle();
    server.stored.push(...lines(...Array.from({ length: 50 }, (_, n) => n + 2)));
    server.pageSize = 3;
    server.ready();
    await settle();
    expect(shown(session)).toEqual(['line 49', 'line 50', 'line 51']);
    expect(session.state().older).toBe('some');
  });

  it('marks what the server skipped with its exact number, and can read it', async () => {
    const { server, open } = aServer(lines(1));
    const session = open();
    server.ready();
    await settle();
    server.push([], 40);
    server.push(lines(9), 2);
    server.runTimers();
    expect(shown(session)).toEqual(['line 1', 'skipped', 'line 9']);
    expect(session.state().received).toBe(43);
    const hole = session.buffer.at(1);
    expect(hole).toMatchObject({ count: 42 });
    server.stored.push(...lines(4, 5));
    if (hole?.kind === 'skipped') await session.loadSkipped(hole);
    expect(shown(session)).toEqual(['line 1', 'line 4', 'line 5', 'line 9']);
  });

  it('keeps still while paused and counts exactly', async () => {
    const { server, open } = aServer(lines(1));
    const session = open();
    server.ready();
    await settle();
    session.pause();
    server.push(lines(2, 3));
    server.runTimers();
    expect(shown(session)).toEqual(['line 1']);
    expect(session.buffer.heldLines).toBe(2);
    session.resume();
    expect(shown(session)).toEqual(['line 1', 'line 2', 'line 3']);
  });

  it('asks nothing more after it was closed', async () => {
    const { server, open } = aServer(lines(1));
    const session = open();
    server.ready();
    session.close();
    await settle();
    expect(server.subscriptions.size).toBe(0);
    expect(session.buffer.size).toBe(0);
  });
});

describe('history', () => {
  it('loads older pages until the range ends', async () => {
    const { server, open } = aServer(lines(1, 2, 3, 4, 5));
    server.pageSize = 2;
    const session = open({ live: false });
    await settle();
    expect([shown(session), session.state().older]).toEqual([['line 4', 'line 5'], 'some']);
    await session.loadOlder();
    await session.loadOlder();
    await session.loadOlder();
    expect([shown(session).length, session.state().older]).toEqual([5, 'none']);
    expect(server.asked).toHaveLength(3);
  });

  it('keeps what it has when an older page fails, and tries again when asked', async () => {
    const { server, open } = aServer(lines(1, 2, 3));
    server.pageSize = 2;
    const session = open({ live: false });
    await settle();
    server.failure = new Error('gone');
    await session.loadOlder();
    expect([shown(session).length, session.state().older]).toEqual([2, 'failed']);
    server.failure = undefined;
    await session.loadOlder();
    expect(shown(session)).toHaveLength(3);
  });

  it('loads older pages until a linked line is there, and none for one that is nowhere', async () => {
    const { server, open } = aServer(lines(1, 2, 3, 4, 5, 6, 7, 8));
    server.pageSize = 2;
    const session = open({ live: false });
    await settle();
    await session.seek(idOf(9));
    expect(session.buffer.size).toBe(2);
    await session.seek(idOf(4));
    expect(shown(session)[0]).toBe('line 3');
  });

  it('tells a wrong query with its position', async () => {
    const { server, open } = aServer();
    server.failure = new ApiError(400, { code: 'bad_query', message: '`)` is missing', position: 4 });
    const session = open({ live: false });
    await settle();
    expect(session.state()).toMatchObject({ phase: 'failed', error: { position: 4 } });
  });
});

describe('events in the stream', () => {
  const dead = (n: number) => anEvent({ n, action: 'die', process: { exit_code: 1 } });

  it('stand between the lines, and leave and come back with the toggle', async () => {
    const { server, open } = aServer(lines(1, 3));
    server.events = [dead(2)];
    const session = open({ live: false });
    await settle();
    expect(shown(session)).toEqual(['line 1', 'event', 'line 3']);
    session.showEvents(false);
    expect(shown(session)).toEqual(['line 1', 'line 3']);
    session.showEvents(true);
    expect(shown(session)).toHaveLength(3);
    expect(session.state().events).toHaveLength(1);
  });

  it('wait until the part of the past they belong to is read', async () => {
    const { server, open } = aServer(lines(1, 5, 6));
    server.events = [dead(2)];
    server.pageSize = 2;
    const session = open({ live: false });
    await settle();
    expect(shown(session)).toEqual(['line 5', 'line 6']);
    await session.loadOlder();
    expect(shown(session)).toEqual(['line 1', 'event', 'line 5', 'line 6']);
  });

  it('are one row for an oom and the death it caused', async () => {
    const { server, open } = aServer(lines(1));
    const session = open();
    server.ready();
    await settle();
    server.pushEvents([anEvent({ n: 2, action: 'oom' })]);
    expect(session.buffer.at(1)?.id).toBe(`${idOf(2)}e`);
    server.pushEvents([dead(3)]);
    expect(shown(session)).toEqual(['line 1', 'event']);
    expect(session.buffer.at(1)?.id).toBe(`${idOf(3)}e`);
  });
});
