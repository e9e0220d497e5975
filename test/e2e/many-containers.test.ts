/** Many quiet containers cost little: real ones as many as a test may make, then a thousand simulated. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { ContainerList } from '#contract/container.ts';
import type { Facets } from '#contract/query.ts';
import { cpuSecondsOf, rssBytesOf } from '../bench/process-cost.ts';
import { importBusybox, startTestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { startFakeEngine } from '../support/fake-engine.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { startStack, type Stack } from '../support/stack.ts';

const REAL = isLongRun ? 200 : 10;
const SIMULATED = 1_000;
const MEASURED_MS = isLongRun ? 60_000 : 5_000;

let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

it(`reads ${REAL} real containers at one line a second`, { timeout: 600_000 }, async () => {
  const engine = await startTestEngine();
  cleanUp.push(() => engine.stop());
  await importBusybox(engine);
  const script = 'i=0; while :; do i=$((i+1)); echo "tick $i of a quiet container"; sleep 1; done';
  for (let n = 0; n < REAL; n++)
    await engine.docker(['run', '-d', '--name', `quiet-${n}`, 'quaylog-test/busybox', 'sh', '-c', script]);
  await measure(engine.dockerHost, REAL, 'real');
});

it(`reads ${SIMULATED} simulated containers at one line a second`, { timeout: 600_000 }, async () => {
  const engine = await startFakeEngine(SIMULATED);
  cleanUp.push(() => engine.stop());
  await measure(engine.dockerHost, SIMULATED, 'simulated');
});

async function measure(dockerHost: string, count: number, kind: string): Promise<void> {
  const stack = await startStack({ dockerHost, env: { QUAYLOG_STATS_INTERVAL: '10s' } });
  cleanUp.push(() => stack.stop());
  const startedAt = Date.now();
  await eventually(async () => (await reading(stack)) >= count, {
    what: `lines of all ${count} containers`,
    withinMs: 120_000,
    everyMs: 200,
  });
  const discoveredMs = Date.now() - startedAt;
  await delay(2_000);
  const { pid } = stack.collector();
  const before = cpuSecondsOf(pid);
  await delay(MEASURED_MS);
  const share = ((cpuSecondsOf(pid) - before) / MEASURED_MS) * 1e5;
  noteFigure({
    fault: `${count} ${kind} containers at 1 line/s`,
    bar: '≤ 5 % of a core, ≤ 300 MiB, discovered ≤ 10 s',
    figure: `${share.toFixed(1)} % of a core, ${Math.round(rssBytesOf(pid) / 2 ** 20)} MiB, all read after ${(discoveredMs / 1_000).toFixed(1)} s`,
  });
  expect(await reading(stack)).toBe(count);
}

/** How many containers are known and have a line in the store. */
async function reading(stack: Stack): Promise<number> {
  const { containers } = await stack.get<ContainerList>('/api/v1/containers');
  const { values } = await stack.get<Facets>(
    '/api/v1/logs/facets?field=container.id&limit=1000&from=now-1h&to=now%2B1h',
  );
  return Math.min(containers.length, values.length);
}
