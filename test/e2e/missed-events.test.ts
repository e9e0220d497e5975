/** The collector is away while the engine makes more events than it remembers: afterwards every state is right and every death is told. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerList } from '#contract/container.ts';
import type { EventList } from '#contract/query.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { startStack, type Stack } from '../support/stack.ts';

const CONTAINERS = isLongRun ? 100 : 8;
/** With the four of each container more than the engine remembers, which are 256. */
const OTHER_EVENTS = isLongRun ? 600 : 270;

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

const run = (name: string, flags: string[], command: string) =>
  engine.docker(['run', '-d', '--name', name, ...flags, 'quaylog-test/busybox', 'sh', '-c', command]);

const containers = async () => (await stack.get<ContainerList>('/api/v1/containers')).containers;

const eventsOf = async (query: string) =>
  (await stack.get<EventList>(`/api/v1/events?${query}&from=now-1h&limit=1000`)).events;

it(`${CONTAINERS} containers live and die unseen`, { timeout: isLongRun ? 1_800_000 : 180_000 }, async () => {
  await run('before', [], 'sleep 1000');
  await eventually(async () => (await containers()).some(({ name }) => name === 'before'), {
    what: 'a container that is known',
  });
  await stack.collector().kill('SIGTERM');
  for (let i = 0; i < CONTAINERS; i++) await run(`unseen-${i}`, [], `exit ${i % 5}`);
  await run('eater', ['-m', '16m'], "head -c 200m /dev/zero | tail | tr '\\0' x");
  await engine.docker(['kill', 'before']);
  await engine.docker(['wait', 'eater', 'before']);
  const oomKilled = await engine.docker(['inspect', '-f', '{{.State.OOMKilled}}', 'eater']);
  const rename = (from: string, to: string) => engine.docker(['rename', from, to]);
  for (let i = 0; i < OTHER_EVENTS; i += 2) {
    await rename('before', 'between');
    await rename('between', 'before');
  }
  await stack.restart('collector');
  const wrong = await eventually(
    async () => {
      const seen = await wrongStates();
      return seen.length === 0 && seen;
    },
    { what: 'the state of every container', withinMs: 60_000, everyMs: 500 },
  );
  expect(wrong).toEqual([]);
  const names = [...Array.from({ length: CONTAINERS }, (_, i) => `unseen-${i}`), 'eater', 'before'];
  for (const name of names) {
    const deaths = await eventually(
      async () => {
        const all = await eventsOf(`container=${name}&action=die`);
        return all.length > 0 && all;
      },
      { what: `the death of ${name}` },
    );
    expect([name, deaths.length]).toEqual([name, 1]);
  }
  if (oomKilled === 'true') expect(await eventsOf('container=eater&action=oom')).toHaveLength(1);
  const gaps = await eventually(
    async () => {
      const all = await eventsOf('action=log-gap');
      return all.length > 0 && all;
    },
    { what: 'a gap' },
  );
  expect(gaps.map(({ gap }) => gap?.reason)).toEqual(['events-missed']);
  const events = CONTAINERS * 4 + OTHER_EVENTS;
  noteFigure({
    fault: `${events.toLocaleString('en')} missed events`,
    bar: 'final states 100 % right',
    figure: `${names.length} of ${names.length} states right, each death told once${oomKilled === 'true' ? ', an OOM among them' : ''}; one gap says that events were missed`,
  });
});

/** Names of containers of which the indexer thinks otherwise than the engine. */
async function wrongStates(): Promise<string[]> {
  const format = '{{.Name}} {{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}';
  const ids = (await engine.docker(['ps', '-aq'])).split('\n');
  const truth = (await engine.docker(['inspect', '-f', format, ...ids])).split('\n').toSorted();
  const told = (await containers()).map(
    ({ name, state, exitCode, oomKilled }) => `/${name} ${state} ${exitCode ?? 0} ${oomKilled}`,
  );
  return truth.filter(line => !told.includes(line));
}
