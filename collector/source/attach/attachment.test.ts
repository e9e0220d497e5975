import { afterEach, describe, expect, it } from 'vitest';
import { EngineError } from '../../engine/engine-error.ts';
import type { ContainerDetails, Output, OutputRead } from '../../engine/engine.ts';
import { createFramedJoiner } from '../../engine/lines.ts';
import type { LogGap, LogSource } from '../log-source.ts';
import { createAttachSource } from './attach-source.ts';

const at = (second: number): string => `2026-11-22T12:00:${String(second).padStart(2, '0')}.000000000Z`;
type Runs = Pick<ContainerDetails, 'running' | 'startedAt' | 'finishedAt'>;
const CREATED: Runs = { running: false, startedAt: null, finishedAt: null };
const RUNNING: Runs = { running: true, startedAt: at(1), finishedAt: null };

/** One connection of ours, as the engine sees it. */
class Connection {
  readonly output: Output;
  private readonly read: OutputRead;
  private settle: (isEnded: boolean) => void = () => undefined;

  constructor(read: OutputRead) {
    this.output = read.output;
    this.read = read;
  }

  open(): Promise<boolean> {
    this.read.onOpen();
    return new Promise(resolve => {
      this.settle = resolve;
      this.read.signal.addEventListener('abort', () => resolve(false));
    });
  }

  print(text: string): void {
    this.read.onBytes(Buffer.from(text));
  }

  end(isEnded: boolean): void {
    this.settle(isEnded);
  }
}

class FakeEngine {
  runs = CREATED;
  refusal: EngineError | null = null;
  readonly connections: Connection[] = [];

  outputsOf = (): readonly Output[] => ['stdout', 'stderr'];
  inspect = () => Promise.resolve({ ...this.runs } as ContainerDetails);
  readOutput = (_: string, read: OutputRead): Promise<boolean> => {
    if (this.refusal !== null) return Promise.reject(this.refusal);
    const connection = new Connection(read);
    this.connections.push(connection);
    return connection.open();
  };

  /** The newest connection to an output. */
  to(output: Output): Connection {
    return this.connections.findLast(connection => connection.output === output)!;
  }
}

const sources: LogSource[] = [];
afterEach(() => sources.splice(0).forEach(source => source.close()));

function attach(engine: FakeEngine, before: { lastStamp?: string; wasRunning?: boolean } = {}) {
  const { lastStamp = null, wasRunning = false } = before;
  const source = createAttachSource({
    engine,
    container: { id: 'c1', tty: false, createdAt: at(0), ...engine.runs } as ContainerDetails,
    outputs: engine.outputsOf(),
    reason: '',
    maxLineBytes: 1_000,
    lastStamp,
    absence: { kind: 'new', wasRunning, knownEnd: null },
    space: { bytes: 0 },
    counters: { linesRead: 0, linesDropped: 0 },
  });
  sources.push(source);
  const joiner = createFramedJoiner({ tty: false, maxLineBytes: 1_000 });
  const lines: string[] = [];
  const gaps: (LogGap & { reason: string })[] = [];
  const stop = new AbortController();
  const read = (follow: boolean) =>
    source.read({
      since: null,
      follow,
      signal: stop.signal,
      stopped: new AbortController().signal,
      onBytes: bytes => void lines.push(...joiner.push(bytes).map(({ stream, text }) => `${stream} ${text}`)),
      onGap: (gap, reason) => void gaps.push({ ...gap, reason }),
    });
  return { read, lines, gaps, stop };
}

describe('an attachment', () => {
  it('is there before the container starts, through its runs, without a gap', async () => {
    const engine = new FakeEngine();
    const { read, lines, gaps } = attach(engine);
    await read(false);
    for (const run of ['first', 'second']) {
      const following = read(true);
      engine.to('stdout').print(`${run}\n`);
      engine.to('stderr').print('oops\n');
      engine.to('stdout').end(true);
      engine.to('stderr').print('last\n');
      engine.to('stderr').end(true);
      await following;
    }
    expect(lines).toEqual(['1 first', '2 oops', '2 last', '1 second', '2 oops', '2 last']);
    expect(gaps).toEqual([]);
    expect(engine.connections).toHaveLength(6);
  });

  it('tells that it came too late, from the last line that was taken', async () => {
    const engine = new FakeEngine();
    engine.runs = RUNNING;
    const { read, gaps } = attach(engine, { lastStamp: at(7), wasRunning: true });
    await read(false);
    expect(gaps).toMatchObject([{ from: at(7), reason: 'not-attached' }]);
    expect(gaps[0]!.to > at(7)).toBe(true);
  });

  it('goes on where one of its connections was cut, with one gap', async () => {
    const engine = new FakeEngine();
    const { read, lines, gaps } = attach(engine);
    await read(false);
    engine.runs = RUNNING;
    const following = read(true);
    engine.to('stderr').end(false);
    await following;
    expect(gaps).toEqual([]);
    await read(false);
    engine.to('stdout').print('on the old one\n');
    engine.to('stderr').print('on the new one\n');
    await read(false);
    expect(engine.connections.map(({ output }) => output)).toEqual(['stdout', 'stderr', 'stderr']);
    expect(lines).toEqual(['1 on the old one', '2 on the new one']);
    expect(gaps.map(({ reason }) => reason)).toEqual(['not-attached']);
  });

  it('hands over what it has before it says that it cannot be attached again', async () => {
    const engine = new FakeEngine();
    const { read, lines } = attach(engine);
    await read(false);
    engine.refusal = new EngineError('not_found', 'gone');
    engine.to('stdout').print('last words\n');
    engine.to('stdout').end(true);
    engine.to('stderr').end(true);
    await read(true);
    await expect(read(false)).rejects.toMatchObject({ code: 'not_found' });
    expect(lines).toEqual(['1 last words']);
  });

  it('does not hold up who stops reading', async () => {
    const engine = new FakeEngine();
    const { read, stop } = attach(engine);
    await read(false);
    const following = read(true);
    stop.abort();
    await following;
  });
});
