/** Containers that are removed as soon as they end, read through the API: every line is stored, or a gap tells which may be missing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventList } from '#contract/query.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

let engine: TestEngine;
let stack: Stack;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost, env: { QUAYLOG_SOURCE: 'api' } });
  await eventually(() => stack.collector().output().includes('listening to the engine'), {
    what: 'a collector',
  });
});

afterAll(async () => {
  await stack?.stop();
  await engine?.stop();
});

const runs = isLongRun
  ? [
      { containers: 20, lines: 1, isAtOnce: false },
      { containers: 100, lines: 1_000, isAtOnce: true },
      { containers: 10, lines: 100_000, isAtOnce: true },
    ]
  : [
      { containers: 5, lines: 1, isAtOnce: false },
      { containers: 20, lines: 500, isAtOnce: true },
    ];

it.each(runs)(
  '$containers × $lines lines (at once: $isAtOnce): stored = printed, or a gap says why not',
  { timeout: isLongRun ? 1_800_000 : 120_000 },
  async ({ containers, lines, isAtOnce }) => {
    const names = Array.from({ length: containers }, (_, i) => `brief-${lines}-${i}`);
    const start = (name: string) =>
      engine.docker(['run', '-d', '--rm', '--name', name, 'quaylog-test/busybox', 'seq', '1', `${lines}`]);
    if (isAtOnce) await Promise.all(names.map(start));
    else for (const name of names) await start(name);
    const outcomes = [];
    for (const name of names) outcomes.push(await outcomeOf(name, lines));
    const lost = outcomes.map(({ stored }) => lines - stored);
    const told = outcomes.filter(({ gaps }) => gaps > 0);
    const needless = told.filter(({ stored }) => stored === lines);
    noteFigure({
      fault: `--rm ${containers} × ${lines.toLocaleString('en')} lines${isAtOnce ? ' at once' : ''}, through the API`,
      bar: 'lost 0, or a gap record with the cause',
      figure:
        `lost in silence 0; ${containers - told.length} of ${containers} whole without a gap, ` +
        `${told.length} with one (${lost.reduce((sum, n) => sum + n, 0).toLocaleString('en')} lines missing; ${needless.length} gaps for nothing)`,
    });
    if (!isAtOnce) expect(needless.length).toBeLessThanOrEqual(1);
  },
);

type Outcome = { name: string; stored: number; gaps: number };

/** Once the container is gone and all is there or told; the deadline tells a loss from a delay. */
const outcomeOf = (name: string, lines: number): Promise<Outcome> =>
  eventually(
    async () => {
      if (!(await has(name, 'destroy'))) return false;
      const gaps = (await eventsOf(name, 'log-gap')).filter(({ gap }) => gap?.reason === 'removed').length;
      const numbers = (await readAllLogs(stack, `container:${name}`)).map(({ message }) => Number(message));
      const stored = new Set(numbers).size;
      if (stored < lines && gaps === 0) return false;
      expect(numbers).toHaveLength(stored);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      return { name, stored, gaps };
    },
    { what: `${lines} lines of ${name}, or a gap`, withinMs: isLongRun ? 300_000 : 60_000, everyMs: 500 },
  );

const has = async (name: string, action: string) => (await eventsOf(name, action)).length > 0;

const eventsOf = async (name: string, action: string) =>
  (await stack.get<EventList>(`/api/v1/events?container=${name}&action=${action}&from=now-1h`)).events;
