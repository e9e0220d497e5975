/** What every engine behind the `Engine` port must do, shown with real containers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineEvent } from '#collector/engine/engine.ts';
import { createLineJoiner, type Line } from '#collector/engine/lines.ts';
import { eventually } from '../support/eventually.ts';

/** `run` starts a container detached and answers its id. */
export type EngineUnderTest = {
  engine: Engine;
  run: (flags: readonly string[], command: string) => Promise<string>;
  docker: (args: readonly string[]) => Promise<string>;
  stop: () => Promise<void>;
};

/** `lacks`: what this engine cannot do. `health`: run health checks; `longTty`: tell where it cut a long line of a terminal. */
export function engineContract(
  start: () => Promise<EngineUnderTest>,
  { lacks = [] }: { lacks?: readonly ('health' | 'longTty')[] } = {},
): void {
  let under: EngineUnderTest;
  const never = new AbortController().signal;

  beforeAll(async () => {
    under = await start();
  });
  afterAll(() => under.stop());

  const untilExited = (id: string) => under.docker(['wait', id]);

  async function readLines(id: string, read: { tty?: boolean; since?: string } = {}): Promise<Line[]> {
    const joiner = createLineJoiner({ tty: read.tty ?? false, maxLineBytes: 1 << 20 });
    const lines: Line[] = [];
    await under.engine.readLogs(id, {
      since: read.since ?? null,
      follow: false,
      signal: never,
      onBytes: bytes => {
        lines.push(...joiner.push(bytes));
        return undefined;
      },
    });
    return [...lines, ...joiner.end()];
  }

  describe('an engine', () => {
    it('says who it is', async () => {
      const facts = await under.engine.describe();
      expect(facts.id).not.toBe('');
      expect(facts.apiVersion).toMatch(/^1\.\d+$/);
      expect(facts.cpus).toBeGreaterThan(0);
      expect(facts.memoryBytes).toBeGreaterThan(1e6);
    });

    it('lists containers that run and that do not', async () => {
      const running = await under.run([], 'sleep 60');
      const exited = await under.run([], 'true');
      await untilExited(exited);
      expect(await under.engine.list()).toEqual(
        expect.arrayContaining([
          { id: running, running: true },
          { id: exited, running: false },
        ]),
      );
    });

    it('inspects what is needed, and never the environment', async () => {
      const secret = 'hunter2-in-the-environment';
      const flags = ['-e', `PASSWORD=${secret}`, '-m', '64m', '--label', 'team=a', '--stop-signal', 'INT'];
      const id = await under.run([...flags, '--stop-timeout', '3'], 'exit 4');
      await untilExited(id);
      const details = await under.engine.inspect(id);
      expect(details).toMatchObject({
        id,
        image: { name: 'quaylog-test/busybox' },
        labels: { team: 'a' },
        running: false,
        exitCode: 4,
        oomKilled: false,
        memoryLimitBytes: 64 * 1024 * 1024,
        stopSignal: 2,
        stopTimeoutSeconds: 3,
      });
      expect(details.finishedAt).toMatch(/^\d{4}-.*\.\d{9}Z$/);
      expect(JSON.stringify(details)).not.toContain(secret);
    });

    it('reads both streams with stamps, and again from any stamp inclusively', async () => {
      const id = await under.run([], 'echo a; sleep 0.05; echo b >&2; sleep 0.05; echo c');
      await untilExited(id);
      const lines = await readLines(id);
      expect(lines.map(l => [l.stream, l.text])).toEqual([
        [1, 'a'],
        [2, 'b'],
        [1, 'c'],
      ]);
      const since = lines[1]!.stamp;
      expect((await readLines(id, { since })).map(l => l.text)).toEqual(
        lines.filter(l => l.stamp >= since).map(l => l.text),
      );
    });

    it('reads a terminal and lines above 16 KiB', async () => {
      const long = 'head -c 40000 /dev/zero | tr "\\0" x; echo; echo end';
      const [tty, plain] = [await under.run(['-t'], long), await under.run([], long)];
      for (const [id, isTty] of [
        [tty, true],
        [plain, false],
      ] as const) {
        await untilExited(id);
        const lines = await readLines(id, { tty: isTty });
        if (isTty && lacks.includes('longTty')) expect(lines.at(-1)?.text).toBe('end');
        else expect(lines.map(l => l.text.length)).toEqual([40_000, 3]);
      }
    });

    it('follows until the container ends', async () => {
      const id = await under.run([], 'echo first; sleep 0.5; echo second');
      const joiner = createLineJoiner({ tty: false, maxLineBytes: 1_000 });
      const texts: string[] = [];
      await under.engine.readLogs(id, {
        since: null,
        follow: true,
        signal: never,
        onBytes: bytes => {
          texts.push(...joiner.push(bytes).map(l => l.text));
          return undefined;
        },
      });
      expect(texts).toEqual(['first', 'second']);
    });

    it('ends a follow that is aborted', async () => {
      const id = await under.run([], 'echo up; sleep 60');
      const aborting = new AbortController();
      const onBytes = () => {
        aborting.abort();
        return undefined;
      };
      await under.engine.readLogs(id, { since: null, follow: true, signal: aborting.signal, onBytes });
    });

    it('waits for a reader that is held', async () => {
      const id = await under.run([], 'for i in $(seq 3000); do echo line $i; done');
      await untilExited(id);
      const joiner = createLineJoiner({ tty: false, maxLineBytes: 1_000 });
      let [count, busy] = [0, 0];
      await under.engine.readLogs(id, {
        since: null,
        follow: false,
        signal: never,
        onBytes: async bytes => {
          expect(busy++).toBe(0);
          count += joiner.push(bytes).length;
          await new Promise(resolve => setImmediate(resolve));
          busy--;
        },
      });
      expect(count).toBe(3_000);
    });

    it.each(['inspect', 'readLogs'] as const)(
      'says not_found of a container that is gone: %s',
      async call => {
        const gone = 'f'.repeat(64);
        const read = { since: null, follow: false, signal: never, onBytes: () => undefined };
        const answer = call === 'inspect' ? under.engine.inspect(gone) : under.engine.readLogs(gone, read);
        await expect(answer).rejects.toMatchObject({ name: 'EngineError', code: 'not_found', retry: false });
      },
    );

    it('says unreadable of a log driver that keeps nothing', async () => {
      const id = await under.run(['--log-driver', 'none'], 'echo lost');
      await untilExited(id);
      await expect(readLines(id)).rejects.toMatchObject({ code: 'unreadable' });
    });

    it('tells events with all digits of their time, and again from any stamp inclusively', async () => {
      const { events, stop } = listen(null);
      const health = lacks.includes('health') ? [] : ['health_status'];
      const checks = ['--health-cmd', 'false', '--health-interval', '300ms', '--health-retries', '1'];
      const id = await under.run(health.length === 0 ? [] : checks, 'sleep 60');
      const mine = () => events.filter(event => event.containerId === id);
      const last = () => mine().at(-1);
      await eventually(() => last()?.action === (health[0] ?? 'start'), {
        what: 'the last event before the end',
      });
      if (health.length > 0) expect(last()?.detail).toBe('unhealthy');
      await under.docker(['kill', id]);
      // Of a container that is removed in the same moment, Podman tells no death.
      await eventually(() => mine().some(e => e.action === 'die'), { what: 'its death' });
      await under.docker(['rm', id]);
      await eventually(() => mine().some(e => e.action === 'destroy'), {
        what: 'the container is destroyed',
      });
      stop();
      const actions = mine().map(e => e.action);
      // Podman has some of its own.
      expect(actions.filter(action => action !== 'init' && action !== 'cleanup')).toEqual([
        'create',
        'start',
        ...health,
        'kill',
        'die',
        'destroy',
      ]);
      const { attributes, stamp } = mine().find(e => e.action === 'die')!;
      expect(attributes.exitCode).toBe('137');
      expect(stamp).toMatch(/\.\d{9}Z$/);

      const replay = listen(stamp);
      await eventually(() => replay.events.some(e => e.containerId === id && e.action === 'destroy'), {
        what: 'the replay has come to its end',
      });
      replay.stop();
      const again = replay.events.filter(
        e => e.containerId === id && e.action !== 'cleanup' && e.stamp >= stamp,
      );
      expect(again.map(e => e.action)).toEqual(['die', 'destroy']);
    });

    it('reads the counters of a running container, and none of one that has ended', async () => {
      const id = await under.run(['-m', '64m'], 'while :; do :; done');
      const first = await eventually(() => under.engine.readStats(id), { what: 'a first reading' });
      const second = await eventually(
        async () => {
          const reading = await under.engine.readStats(id);
          return reading !== null && reading.cpuNanos > first.cpuNanos ? reading : null;
        },
        { what: 'processor time was used' },
      );
      expect(second.systemNanos).toBeGreaterThan(first.systemNanos);
      expect(second.memoryLimitBytes).toBe(64 * 1024 * 1024);
      expect(second.memoryBytes).toBeGreaterThan(0);
      await under.docker(['kill', id]);
      await untilExited(id);
      expect(await under.engine.readStats(id)).toBeNull();
    });
  });

  function listen(since: string | null): { events: EngineEvent[]; stop: () => void } {
    const events: EngineEvent[] = [];
    const aborting = new AbortController();
    const onEvent = (event: EngineEvent) => events.push(event);
    const { signal } = aborting;
    void under.engine.readEvents({ since, signal, onOpen: () => undefined, onEvent }).catch(() => undefined);
    return { events, stop: () => aborting.abort() };
  }
}
