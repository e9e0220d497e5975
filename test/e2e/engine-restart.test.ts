/** The engine itself stops and starts again below a running Quaylog, as an upgrade of Docker does it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dockerCli, type DockerCli } from '../../deploy/docker-cli.ts';
import { isEngineReachable, startPrivateEngine, type PrivateEngine } from '../../deploy/engine.ts';
import type { ContainerList } from '#contract/container.ts';
import type { EventList } from '#contract/query.ts';
import { importBusybox } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { countLogs, readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

let dir: string;
let engine: PrivateEngine;
let docker: DockerCli;
let receiver: WebhookReceiver;
let stack: Stack;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'qlt-'));
  engine = await startPrivateEngine({ dir, network: 'none' });
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
  await engine?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const run = (name: string, flags: string[], command: string) =>
  docker(['run', '-d', '--name', name, ...flags, 'quaylog-test/busybox', 'sh', '-c', command]);

const BEAT = 'i=0; while :; do i=$((i+1)); echo "beat $i"; sleep 0.05; done';

const containerNamed = async (name: string) =>
  (await stack.get<ContainerList>('/api/v1/containers')).containers.find(one => one.name === name);

it('containers run and are read', async () => {
  await run('polite', ['--restart', 'always'], `trap 'exit 0' TERM; ${BEAT}`);
  // PID 1 without a handler ignores SIGTERM: the engine kills it at its own end.
  await run('stubborn', ['--restart', 'always', '--stop-timeout', '1'], BEAT);
  for (const name of ['polite', 'stubborn'])
    await eventually(async () => (await countLogs(stack, `container:${name}`)) > 20, {
      what: `lines of ${name}`,
    });
});

const RESTARTS = isLongRun ? 10 : 1;

it(
  `the engine goes and comes again, ${RESTARTS} times: the same containers are read on`,
  { timeout: 60_000 * (RESTARTS + 1) },
  async () => {
    for (let i = 0; i < RESTARTS; i++) await restartEngine();
  },
);

async function restartEngine(): Promise<void> {
  const before = await countLogs(stack, 'container:polite');
  process.kill(engine.pid, 'SIGTERM');
  await eventually(async () => !(await isEngineReachable(engine.dockerHost)), {
    what: 'the end of the engine',
  });
  engine = await startPrivateEngine({ dir, network: 'none' });
  for (const name of ['polite', 'stubborn'])
    await eventually(async () => (await containerNamed(name))?.state === 'running', {
      what: `${name} runs again`,
      withinMs: 60_000,
    });
  await eventually(async () => (await countLogs(stack, 'container:polite')) > before + 50, {
    what: 'new lines',
  });
}

it('every line that the engine has is stored, once and in order', async () => {
  await docker(['stop', 'polite', 'stubborn']);
  for (const name of ['polite', 'stubborn']) {
    const printed = (await docker(['logs', name])).split('\n');
    const stored = await eventually(
      async () => {
        const records = await readAllLogs(stack, `container:${name}`);
        return records.length >= printed.length && records.map(({ message }) => message);
      },
      { what: `${printed.length} lines of ${name}` },
    );
    expect(stored).toEqual(printed);
  }
});

it('nobody is told of a crash: it was the engine that stopped them', async () => {
  const deaths = await eventually(
    async () => {
      const { events } = await stack.get<EventList>('/api/v1/events?action=die&from=now-1h');
      return (
        events.length >= 2 * (RESTARTS + 1) && events.every(({ death }) => death !== undefined) && events
      );
    },
    { what: 'classified deaths' },
  );
  console.log(
    deaths
      .map(({ container, death, process, event }) =>
        [container.name, process?.exit_code, death?.class, event.reconciled ? 'reconciled' : ''].join(' '),
      )
      .join('; '),
  );
  expect(receiver.received.map(({ body }) => body)).toEqual([]);
  noteFigure({
    fault: `engine restarted × ${RESTARTS}`,
    bar: 'final states 100 % right',
    figure: 'states right after each, lines of 2 containers stored once and in order, no alert of a crash',
  });
});
