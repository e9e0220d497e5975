/**
 * Collector and indexer are killed at random while containers print, and each new collector reads from the other source: every line
 * is stored once, in order per stream.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { isLongRun as isLong, noteFigure } from '../support/fault-figures.ts';
import { NOTHING_WRONG, printNumbered, untilNumbered } from '../support/numbered-lines.ts';
import { startStack, type Stack } from '../support/stack.ts';

const CONTAINERS = 10;
const LINES = isLong ? 50_000 : 10_000;
const COLLECTOR_KILLS = isLong ? 100 : 10;
const INDEXER_KILLS = isLong ? 50 : 5;

let engine: TestEngine;
let stack: Stack;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost });
});

afterAll(async () => {
  await stack?.stop();
  await engine?.stop();
});

it(
  `stores ${CONTAINERS} × ${2 * LINES} numbered lines once and in order through ${COLLECTOR_KILLS + INDEXER_KILLS} kills`,
  { timeout: isLong ? 3_600_000 : 300_000 },
  async () => {
    const names = Array.from({ length: CONTAINERS }, (_, i) => `numbered-${i}`);
    for (const name of names) {
      await engine.docker([
        'run',
        '-d',
        '--name',
        name,
        'quaylog-test/busybox',
        'sh',
        '-c',
        printNumbered(LINES, 50),
      ]);
    }
    await killAtRandom();
    for (const name of names) {
      expect(await untilNumbered(stack, name, LINES)).toEqual(NOTHING_WRONG);
    }
    noteFigure({
      fault: `collector kill -9 × ${COLLECTOR_KILLS} and indexer × ${INDEXER_KILLS}, ${CONTAINERS} containers × ${(2 * LINES).toLocaleString('en')} numbered lines on both streams, source changed at each start`,
      bar: 'lost 0, doubled 0, order kept',
      figure: `${(2 * LINES * CONTAINERS).toLocaleString('en')} lines: lost 0, doubled 0, in order`,
    });
  },
);

let sources = 0;
const nextSource = () => (sources++ % 2 === 0 ? 'api' : 'file');

async function killAtRandom(): Promise<void> {
  const kills = [
    ...Array.from({ length: COLLECTOR_KILLS }, () => 'collector' as const),
    ...Array.from({ length: INDEXER_KILLS }, () => 'indexer' as const),
  ].sort(() => Math.random() - 0.5);
  for (const which of kills) {
    await delay(50 + Math.random() * 1_500);
    await stack.restart(which, 'SIGKILL', which === 'collector' ? { QUAYLOG_SOURCE: nextSource() } : {});
  }
  await stack.untilReady();
}
