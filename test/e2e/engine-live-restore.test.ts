/** The engine goes and comes again while its containers run on without it (`--live-restore`), as an upgrade of Docker does it where people ask for that. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dockerCli, type DockerCli } from '../../deploy/docker-cli.ts';
import { isEngineReachable, startPrivateEngine, type PrivateEngine } from '../../deploy/engine.ts';
import type { Container, ContainerList } from '#contract/container.ts';
import type { EventList } from '#contract/query.ts';
import type { WebhookPayload } from '#contract/rule.ts';
import { importBusybox } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { countLogs, readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

/** Of each signal. */
const RESTARTS = isLongRun ? 10 : 1;
const SIGNALS = ['SIGKILL', 'SIGTERM'] as const;
/** Printed slowly; and so fast that the pipe is full before the engine is back and the application waits. */
const PRINTERS = ['slow', 'fast'];

let dir: string;
/** Seen by the containers as /words: a file there is a word to them, also when no engine could pass one on. */
let words: string;
let engine: PrivateEngine;
let docker: DockerCli;
let receiver: WebhookReceiver;
let stack: Stack;

const startEngine = () => startPrivateEngine({ dir, network: 'none', liveRestore: true });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'qlt-'));
  words = join(dir, 'words');
  mkdirSync(words);
  engine = await startEngine();
  docker = dockerCli(engine.dockerHost);
  await importBusybox({ docker });
  receiver = await startWebhookReceiver();
  stack = await startStack({
    dockerHost: engine.dockerHost,
    env: { QUAYLOG_SOURCE: 'api', QUAYLOG_WEBHOOK_URL: receiver.url, QUAYLOG_WEBHOOK_ALLOW: '127.0.0.1/32' },
  });
});

afterAll(async () => {
  await stack?.stop();
  await receiver?.close();
  // Only an engine that answers ends the containers.
  if (engine && !(await isEngineReachable(engine.dockerHost))) engine = await startEngine();
  await engine?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const run = (name: string, command: string) =>
  docker(['run', '-d', '--name', name, '-v', `${words}:/words`, 'quaylog-test/busybox', 'sh', '-c', command]);

const say = (word: string) => writeFileSync(join(words, word), '');

/** Numbered lines until the word `enough`, with a rest of 50 ms after each burst; ends by itself when nobody says it. */
const printBursts = (burst: number) =>
  `i=0; while [ $i -lt ${burst * 10_000} ] && [ ! -e /words/enough ]; do n=$((i+${burst})); ` +
  `while [ $i -lt $n ]; do i=$((i+1)); printf '%d %0100d\\n' $i 0; done; usleep 50000; done; echo end`;

const containers = async () => (await stack.get<ContainerList>('/api/v1/containers')).containers;

const eventsOf = async (name: string, action: string) =>
  (await stack.get<EventList>(`/api/v1/events?container=${name}&action=${action}&from=now-1h`)).events;

it('containers run and are read', async () => {
  await run('slow', printBursts(1));
  await run('fast', printBursts(50));
  for (const name of PRINTERS)
    await eventually(async () => (await countLogs(stack, `container:${name}`)) > 20, {
      what: `lines of ${name}`,
    });
});

it.each(SIGNALS)(
  `%s, ${RESTARTS} times: what runs is read on, what ended meanwhile is told`,
  { timeout: 60_000 * (RESTARTS + 1) },
  async signal => {
    for (let i = 1; i <= RESTARTS; i++) await restartEngine(signal, `mortal-${signal.toLowerCase()}-${i}`);
  },
);

/** `mortal` ends with 3 while no engine is there. */
async function restartEngine(signal: NodeJS.Signals, mortal: string): Promise<void> {
  await run(mortal, `echo I live; until [ -e /words/${mortal} ]; do usleep 20000; done; exit 3`);
  const pid = await docker(['inspect', '-f', '{{.State.Pid}}', mortal]);
  await eventually(async () => (await stateOf(mortal)) === 'running', { what: `${mortal} is known` });
  process.kill(engine.pid, signal);
  await eventually(async () => !(await isEngineReachable(engine.dockerHost)), {
    what: 'the end of the engine',
  });
  const before = await countLogs(stack, 'container:slow');
  say(mortal);
  await eventually(() => !existsSync(`/proc/${pid}`), { what: `the end of ${mortal}` });
  engine = await startEngine();
  await eventually(async () => (await countLogs(stack, 'container:slow')) > before + 50, {
    what: 'new lines',
    withinMs: 60_000,
  });
  await eventually(async () => (await stateOf(mortal)) === 'exited', {
    what: `${mortal} is known to be dead`,
  });
}

const stateOf = async (name: string) => (await containers()).find(one => one.name === name)?.state;

it('every container is shown as it is, and the collector never ended', async () => {
  const format = '{{.Name}} {{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}';
  const ids = (await docker(['ps', '-aq'])).split('\n');
  const truth = (await docker(['inspect', '-f', format, ...ids])).split('\n').toSorted();
  const shown = ({ name, state, exitCode, restartCount }: Container) =>
    `/${name} ${state} ${exitCode ?? 0} ${restartCount}`;
  expect((await containers()).map(shown).toSorted()).toEqual(truth);
  expect(truth.filter(line => line.includes(' running '))).toHaveLength(PRINTERS.length);
  expect(stack.collector().isRunning()).toBe(true);
});

it('nobody is told that a container ended that ran on; one that ended is told of once', async () => {
  for (const name of PRINTERS) {
    expect([name, await eventsOf(name, 'die')]).toEqual([name, []]);
    expect([name, await eventsOf(name, 'start')]).toEqual([name, [expect.anything()]]);
  }
  const mortals = (await containers())
    .filter(({ name }) => name.startsWith('mortal'))
    .map(({ name }) => name);
  expect(mortals).toHaveLength(RESTARTS * SIGNALS.length);
  for (const name of mortals) {
    const deaths = await eventually(
      async () => {
        const all = await eventsOf(name, 'die');
        return all.some(({ death }) => death !== undefined) && all;
      },
      { what: `the death of ${name}` },
    );
    expect(deaths.map(({ process, death }) => [process?.exit_code, death?.class])).toEqual([[3, 'crash']]);
  }
});

it('every line that the engine has is stored, once and in order', async () => {
  say('enough');
  let total = 0;
  let lostByEngine = 0;
  for (const name of PRINTERS) {
    await docker(['wait', name]);
    const printed = (await docker(['logs', name])).split('\n');
    const stored = await eventually(
      async () => {
        const records = await readAllLogs(stack, `container:${name}`);
        return records.length >= printed.length && records.map(({ message }) => message);
      },
      { what: `${printed.length} lines of ${name}`, everyMs: 500 },
    );
    expect(stored).toEqual(printed);
    total += printed.length - 1;
    lostByEngine += Number.parseInt(printed.at(-2) ?? '', 10) - (printed.length - 1);
    expect(await eventsOf(name, 'log-gap')).toEqual([]);
  }
  const alerted = receiver.received.map(
    ({ body }) => (JSON.parse(body) as WebhookPayload).data.container.name,
  );
  expect(alerted.filter(name => PRINTERS.includes(name))).toEqual([]);
  noteFigure({
    fault: `engine with live-restore restarted × ${RESTARTS} by SIGTERM, × ${RESTARTS} by SIGKILL`,
    bar: 'final states 100 % right',
    figure: `all states right; no death and no alert of containers that ran on, one death told of each that ended meanwhile; ${total.toLocaleString('en')} lines stored once and in order, ${lostByEngine} that the engine itself lost`,
  });
});
