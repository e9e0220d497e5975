/**
 * The whole way of a line on a real Podman, whose stamps are whole seconds. Its stream of events is silent for up to a minute at times
 * (seen on 4.3, which then tells of no start), hence the deadlines, and what takes many starts is tried in the long form only.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerList } from '#contract/container.ts';
import type { EventList } from '#contract/query.ts';
import { importBusybox, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun } from '../support/fault-figures.ts';
import { NOTHING_WRONG, printNumbered, untilNumbered } from '../support/numbered-lines.ts';
import { startPodman } from '../support/podman.ts';
import { countLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

const CONTAINERS = ['quay-1', 'quay-2'];
const LINES = 6_000;
const KILLS = 4;
/** After 45 s of silence the collector looks for itself. */
const withinMs = 100_000;

let engine: TestEngine;
let stack: Stack;

beforeAll(async () => {
  engine = await startPodman();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost });
}, 120_000);

afterAll(async () => {
  await stack?.stop();
  await engine?.stop();
});

const run = (name: string, command: string) =>
  engine.docker(['run', '-d', '--name', name, 'quaylog-test/busybox', 'sh', '-c', command]);

const throughKills = async () => {
  for (const name of CONTAINERS) await run(name, printNumbered(LINES, 20));
  for (let kill = 1; kill <= KILLS; kill++) {
    const already = await countLogs(stack, 'out');
    await eventually(async () => (await countLogs(stack, 'out')) > already, { what: 'more lines' });
    await stack.restart('collector');
  }
  for (const name of CONTAINERS) expect(await untilNumbered(stack, name, LINES)).toEqual(NOTHING_WRONG);
  const { events } = await stack.get<EventList>('/api/v1/events?action=log-gap&from=now-1h');
  expect(events).toEqual([]);
};
if (isLongRun) it(`stores every line once through ${KILLS} kills`, { timeout: 180_000 }, throughKills);

it('takes equal lines within a second for what they are', async () => {
  await run('same', 'for i in 1 2 3 4 5; do echo again; done');
  await eventually(async () => (await countLogs(stack, 'container:same')) >= 5, {
    what: 'all five',
    withinMs,
  });
  expect(await countLogs(stack, 'container:same')).toBe(5);
});

it('tells a death by its cause', { timeout: 120_000 }, async () => {
  await run('dies', 'echo last words; exit 3');
  const dead = await eventually(
    async () => {
      const { containers } = await stack.get<ContainerList>('/api/v1/containers');
      return containers.find(({ name, lastDeath }) => name === 'dies' && lastDeath !== null);
    },
    { what: 'the death of a container', withinMs },
  );
  expect(dead).toMatchObject({ state: 'exited', exitCode: 3, lastDeath: { class: 'crash' } });
});
