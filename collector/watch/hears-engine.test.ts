import { pino } from 'pino';
import { expect, it } from 'vitest';
import { EngineError } from '../engine/engine-error.ts';
import type { ContainerDetails } from '../engine/engine.ts';
import { untilDeaf } from './hears-engine.ts';

type State = Record<string, boolean>;

/** `told`: what the events said runs. `listed`, `inspected`: what the engine says. Checks until it is deaf or has listed five times. */
async function isDeaf(told: State, listed: State | null, inspected: State = listed ?? {}): Promise<boolean> {
  const ending = new AbortController();
  let lists = 0;
  return untilDeaf({
    engine: {
      list: () => {
        if (++lists > 4) ending.abort();
        if (listed === null) return Promise.reject(new EngineError('unreachable', 'away'));
        return Promise.resolve(Object.entries(listed).map(([id, running]) => ({ id, running })));
      },
      inspect: id => {
        const running = inspected[id];
        return running === undefined
          ? Promise.reject(new EngineError('not_found', 'gone'))
          : Promise.resolve({ running } as ContainerDetails);
      },
    },
    everyMs: 1,
    graceMs: 1,
    signal: ending.signal,
    isRunning: id => told[id],
    knownIds: () => Object.keys(told),
    heard: () => 0,
    log: pino({ level: 'silent' }),
  });
}

it.each<[string, boolean, State, State | null, State?]>([
  ['nothing happened', false, { a: true, b: false }, { a: true, b: false }],
  ['one has started', true, { a: false }, { a: true }],
  ['one has stopped', true, { a: true }, { a: false }],
  ['one is new', true, {}, { a: true }],
  ['one is gone', true, { a: true }, {}],
  ['one waits for its next start', false, { a: true }, { a: false }, { a: true }],
  ['the engine does not answer', true, { a: true }, null],
])('%s: silence means deafness: %s', async (...[, expected, told, listed, inspected]) =>
  expect(await isDeaf(told, listed, inspected)).toBe(expected),
);
