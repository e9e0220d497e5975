import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCounters, withInFlight } from '../counters.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { ContainerDetails, Engine, LogRead } from '../engine/engine.ts';
import type { Line } from '../engine/lines.ts';
import { sinceOfStamp } from '../engine/stamp.ts';
import { createSlots } from '../slots.ts';
import { createContainerTail } from './container-tail.ts';
import type { ContainerTail, TailedContainer } from './tail.ts';
import { createApiSource } from '../source/api-source.ts';
import type { LogGap } from '../source/log-source.ts';

/** The deadline bounds a hang on a busy machine; it is not a measure of speed. */
const soon = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });
vi.setConfig({ testTimeout: 30_000 });

const stamp = (n: number, hour = 0) => `2026-11-22T${10 + hour}:${String(n).padStart(2, '0')}:00.000000000Z`;

function frame(type: number, payload: string): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}
const message = (n: number, text = `line ${n}\n`, hour = 0) => ({
  stamp: stamp(n, hour),
  bytes: frame(1, `${stamp(n, hour)} ${text}`),
});
type Message = ReturnType<typeof message>;

/** An engine with one log. `reads` script what becomes of each read in turn; afterwards all is well. */
class ScriptedEngine {
  log: Message[] = [];
  running = false;
  removed = false;
  removeAfterNextRead = false;
  reads: LogRead[] = [];
  script: ((messages: Message[]) => { give: Message[]; raw?: Buffer; fail?: Error; stays?: boolean })[] = [];
  private followers: (() => void)[] = [];

  readonly port = {
    inspect: () =>
      this.removed
        ? Promise.reject(new EngineError('not_found', 'gone'))
        : Promise.resolve({ running: this.running } as ContainerDetails),
    readLogs: async (_: string, read: LogRead) => {
      this.reads.push(read);
      if (this.removed) throw new EngineError('not_found', 'gone');
      this.removed = this.removeAfterNextRead;
      const isSince = (m: Message) =>
        read.since === null || sinceOfStamp(m.stamp) >= sinceOfStamp(read.since);
      const all = this.log.slice(-(read.last ?? 1e6)).filter(isSince);
      const { give, raw, fail, stays } = this.script.shift()?.(all) ?? { give: all };
      for (const { bytes } of give) await read.onBytes(bytes);
      if (raw !== undefined) await read.onBytes(raw);
      if (fail !== undefined) throw fail;
      const isWhole = stays ?? (give.length === all.length && raw === undefined);
      if (read.follow && this.running && isWhole && !read.signal.aborted)
        await new Promise<void>(resolve => {
          this.followers.push(resolve);
          read.signal.addEventListener('abort', () => resolve());
        });
    },
  } as unknown as Engine;

  async endFollows(): Promise<void> {
    await soon(() => expect(this.followers).not.toEqual([]));
    for (const end of this.followers.splice(0)) end();
  }
}

let tail: ContainerTail | undefined;
afterEach(() => tail?.stop());

function start(
  engine: ScriptedEngine,
  source: Partial<TailedContainer> = {},
  { checkEveryMs = 60_000, removalMayTakeMs = 60_000 } = {},
) {
  const lines: string[] = [];
  const gaps: (LogGap & { reason: string })[] = [];
  const unreadable: string[] = [];
  const counters = createCounters();
  let cursor: LogCursor | null = null;
  tail = createContainerTail(
    {
      id: 'c1',
      source: createApiSource(
        engine.port,
        { id: 'c1', tty: false, logDriver: 'json-file', logOptions: {} },
        { reason: '' },
      ),
      cursor: null,
      historySince: null,
      isRunning: engine.running,
      isNew: false,
      startedAt: stamp(0),
      ...source,
    },
    {
      isRunning: async () =>
        engine.port.inspect('c1').then(
          ({ running }) => running,
          (cause: unknown) => (cause as EngineError).code !== 'not_found',
        ),
      maxLineBytes: 1_000,
      slots: createSlots(1),
      checkSlots: createSlots(1),
      space: { lines: 0 },
      checkEveryMs,
      removalMayTakeMs,
      sink: {
        onLines(_, taken: readonly Line[], at) {
          lines.push(...taken.map(l => l.text));
          cursor = at ?? cursor;
          return undefined;
        },
        onGap: (_, gap, reason) => gaps.push({ ...gap, reason }),
        onUnreadable: (_, reason) => unreadable.push(reason),
      },
      counters,
      log: pino({ level: 'silent' }),
    },
  );
  return { tail, lines, gaps, unreadable, counters, cursor: () => cursor };
}

const numbers = (n: number) => Array.from({ length: n }, (_, i) => message(i + 1));
const texts = (n: number) => Array.from({ length: n }, (_, i) => `line ${i + 1}`);

describe('a tail', () => {
  it('of a stopped container reads all it ever logged, once, with the last line that has no end', async () => {
    const engine = new ScriptedEngine();
    engine.log = [...numbers(3), message(4, 'no end')];
    const { lines } = start(engine);
    await soon(() => expect(lines).toEqual([...texts(3), 'no end']));
    expect(engine.reads.map(({ follow, last }) => [follow, last])).toEqual([
      [false, undefined],
      [false, 1_000],
      [false, 1],
    ]);
  });

  it('of a container that has started and died before anybody looked reads all the same', async () => {
    const engine = new ScriptedEngine();
    engine.log = numbers(3);
    const { lines } = start(engine, { isNew: true, isRunning: false });
    await soon(() => expect(lines).toEqual(texts(3)));
  });

  it('reads on when a follow ends early and calls that a clean end', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = numbers(40);
    engine.script = [all => ({ give: all.slice(0, 12) })];
    const { lines } = start(engine, { isNew: true });
    engine.running = false;
    await soon(() => expect(lines).toEqual(texts(40)));
  });

  it('follows again when the container still runs, and skips what it has', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = numbers(3);
    const { lines, counters } = start(engine);
    await soon(() => expect(engine.reads.at(-1)?.follow).toBe(true));
    engine.log.push(message(4));
    await engine.endFollows();
    await soon(() => expect(lines).toEqual(texts(4)));
    expect(counters.reopens).toBe(1);
  });

  it('sleeps when the container has ended and goes on when it starts again', async () => {
    const engine = new ScriptedEngine();
    engine.log = numbers(2);
    const { tail, lines } = start(engine);
    await soon(() => expect(lines).toEqual(texts(2)));
    engine.log.push(message(3));
    engine.running = true;
    tail.wake();
    await soon(() => expect(lines).toEqual(texts(3)));
  });

  it('opens the log again after an error of the engine inside the stream', async () => {
    const engine = new ScriptedEngine();
    engine.log = numbers(5);
    engine.script = [all => ({ give: all.slice(0, 2), raw: frame(3, 'Error grabbing logs\n') })];
    const { lines, counters } = start(engine);
    await soon(() => expect(lines).toEqual(texts(5)));
    expect(counters.engineErrorFrames).toBe(1);
  });

  it('tries again while the engine is away', async () => {
    const engine = new ScriptedEngine();
    engine.log = numbers(3);
    const away = new EngineError('unreachable', 'away');
    engine.script = [() => ({ give: [], fail: away }), all => ({ give: all.slice(0, 1), fail: away })];
    const { lines } = start(engine);
    await soon(() => expect(lines).toEqual(texts(3)));
  });

  it('lets out what it held back when the container is removed at once', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = [message(1), message(2, 'java.lang.Error: x\n'), message(3, 'unended')];
    const { lines, gaps } = start(engine, { isNew: true });
    await soon(() => expect(lines).toContain('line 1'));
    engine.removed = true;
    await engine.endFollows();
    await soon(() => expect(lines).toEqual(['line 1', 'java.lang.Error: x', 'unended']));
    await tail?.ended;
    expect(gaps).toEqual([]);
  });

  it('of a container that dies reads the rest at once, each line once, though its follow is behind', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = [...numbers(40), message(41, 'unended')];
    engine.script = [all => ({ give: all.slice(0, 12), stays: true })];
    const { tail, lines, gaps, counters } = start(engine, { isNew: true });
    await soon(() => expect(lines).toHaveLength(12));
    engine.removeAfterNextRead = true;
    tail.settle();
    await tail.ended;
    expect(lines).toEqual([...texts(40), 'unended']);
    expect(gaps).toEqual([]);
    expect(counters.linesRead - counters.linesSkippedAsAcked).toBe(41);
  });

  it('tells which lines may be missing when a long follow ended and the container is gone', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = Array.from({ length: 300 }, (_, i) => message(i % 60, `line ${i}\n`, Math.floor(i / 60)));
    engine.script = [all => ({ give: all, stays: true })];
    const { tail, lines, gaps, counters } = start(engine, { isNew: true });
    await soon(() => expect(lines).toHaveLength(300));
    engine.removed = true;
    await engine.endFollows();
    await tail.ended;
    expect(gaps).toMatchObject([{ from: engine.log.at(-1)?.stamp, reason: 'removed' }]);
    expect(counters.gaps).toBe(1);
  });

  it('of a container that is removed at its end waits for its death, reads the rest once, and lets it go', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = Array.from({ length: 300 }, (_, i) => message(i % 60, `line ${i}\n`, Math.floor(i / 60)));
    engine.script = [all => ({ give: all.slice(0, 290), stays: true })];
    const { tail, lines, gaps } = start(engine, { isNew: true, isRemovedAtEnd: true });
    await soon(() => expect(lines).toHaveLength(290));
    await engine.endFollows();
    tail.settle();
    await soon(() => expect(lines).toHaveLength(300));
    tail.retire();
    await tail.ended;
    expect(gaps).toEqual([]);
    expect(engine.reads.map(({ follow }) => follow)).toEqual([true, false]);
  });

  it('asks nothing more of one that is removed at its end when its follow was short', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = [...numbers(3), message(4, 'unended')];
    const { tail, lines, gaps } = start(engine, { isNew: true, isRemovedAtEnd: true });
    await soon(() => expect(lines).toHaveLength(3));
    await engine.endFollows();
    await new Promise(setImmediate);
    tail.settle();
    await soon(() => expect(lines).toEqual([...texts(3), 'unended']));
    tail.retire();
    await tail.ended;
    expect(gaps).toEqual([]);
    expect(engine.reads).toHaveLength(1);
  });

  it.each([10, 60_000])(
    'of one that is removed at its end believes no empty log after its death: told within %i ms, or when it is gone',
    async removalMayTakeMs => {
      const engine = new ScriptedEngine();
      const { lines, gaps } = start(engine, { isRemovedAtEnd: true }, { removalMayTakeMs });
      if (removalMayTakeMs > 1_000) {
        await soon(() => expect(engine.reads.length).toBeGreaterThan(0));
        expect(gaps).toEqual([]);
        tail?.retire();
        await tail?.ended;
      }
      await soon(() => expect(gaps).toMatchObject([{ from: stamp(0), reason: 'removed' }]));
      expect(lines).toEqual([]);
    },
  );

  it('says that lines are missing when the container was gone before it could be read', async () => {
    const engine = new ScriptedEngine();
    engine.removed = true;
    const { gaps, counters } = start(engine, { isNew: true, isRunning: true });
    await soon(() => expect(gaps).toMatchObject([{ reason: 'removed' }]));
    expect(counters.gaps).toBe(1);
  });

  it('says which lines are missing when its place was rotated away', async () => {
    const engine = new ScriptedEngine();
    engine.log = numbers(9).slice(6);
    const at = (n: number): LogCursor => ({
      1: { stamp: stamp(n), ordinal: 0 },
      watermark: { stamp: stamp(n), stream: 1 },
    });
    const { lines, gaps } = start(engine, { cursor: at(3) });
    await soon(() => expect(lines).toEqual(['line 7', 'line 8', 'line 9']));
    expect(gaps).toEqual([{ from: stamp(3), to: stamp(7), reason: 'rotated' }]);
  });

  it('opens a follow again that has fallen silent while its log goes on', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = numbers(3);
    const { lines, counters } = start(engine, {}, { checkEveryMs: 20 });
    await soon(() => expect(engine.reads.some(({ follow }) => follow)).toBe(true));
    engine.log.push(message(4), message(5));
    await soon(() => expect(lines).toEqual(texts(5)));
    expect(counters.reopens).toBe(1);
    await soon(() => expect(engine.reads.at(-1)?.last).toBe(1));
    expect(counters.reopens).toBe(1);
  });

  it('reads what a follow has left out of a log that rotates, while it goes on', async () => {
    const engine = new ScriptedEngine();
    engine.running = true;
    engine.log = numbers(6);
    engine.script = [all => ({ give: [...all.slice(0, 2), ...all.slice(4)], stays: true })];
    const logOptions = { 'max-size': '10m', 'max-file': '3' };
    const source = createApiSource(
      engine.port,
      { id: 'c1', tty: false, logDriver: 'json-file', logOptions },
      { reason: '' },
    );
    const { lines, gaps, counters } = start(engine, { isNew: true, source }, { checkEveryMs: 20 });
    await soon(() => expect(lines.toSorted()).toEqual(texts(6)));
    expect(gaps).toEqual([]);
    expect(counters.reopens).toBe(0);
  });

  it('gives up on a log driver that cannot be read back, and says so', async () => {
    const engine = new ScriptedEngine();
    engine.script = [() => ({ give: [], fail: new EngineError('unreadable', 'does not support reading') })];
    const { unreadable } = start(engine);
    await soon(() => expect(unreadable).toEqual(['does not support reading']));
    await tail?.ended;
  });

  it('accounts for every line: read, skipped, joined, handed over', async () => {
    const engine = new ScriptedEngine();
    engine.log = [
      ...numbers(3),
      message(4, 'java.lang.Error: x\n'),
      message(4, '\tat a.B.c(B.java:1)\n'),
      message(5),
    ];
    engine.script = [all => ({ give: all.slice(0, 4) })];
    const { lines, counters } = start(engine);
    await soon(() => expect(lines).toHaveLength(5));
    await tail?.stop();
    expect(withInFlight(counters)).toMatchObject({ linesJoined: 1, linesInFlight: lines.length });
  });
});
