/** Real deaths on a real engine: what the API says of them, and whom a webhook tells. */
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerList } from '#contract/container.ts';
import type { EventList, Story, Timeline } from '#contract/query.ts';
import type { WebhookPayload } from '#contract/rule.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { CRASH, LEAK, SERVE } from '../support/leaking.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const IMAGE = 'quaylog-test/busybox';

let engine: TestEngine;
let receiver: WebhookReceiver;
let stack: Stack;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  receiver = await startWebhookReceiver();
  stack = await startStack({
    dockerHost: engine.dockerHost,
    env: {
      QUAYLOG_WEBHOOK_URL: receiver.url,
      QUAYLOG_WEBHOOK_SECRET: SECRET,
      QUAYLOG_WEBHOOK_ALLOW: '127.0.0.1/32',
    },
  });
});

afterAll(async () => {
  await stack?.stop();
  await receiver?.close();
  await engine?.stop();
});

const run = (name: string, flags: string[], command: string) =>
  engine.docker(['run', '-d', '--name', name, ...flags, IMAGE, 'sh', '-c', command]);

const containerNamed = async (name: string) =>
  (await stack.get<ContainerList>('/api/v1/containers')).containers.find(one => one.name === name);

const eventsOf = async (name: string, action: string) =>
  (await stack.get<EventList>(`/api/v1/events?container=${name}&action=${action}&from=now-1h&to=now%2B1m`))
    .events;

/** The die event of a container once its class is known. */
const deathOf = (name: string) =>
  eventually(async () => (await eventsOf(name, 'die')).find(event => event.death), {
    what: `${name} dies and is classified`,
  });

/** Payloads about one container, in the order they came; throws when one is not signed with our secret. */
const toldAbout = (name: string): WebhookPayload[] =>
  receiver.received
    .map(
      ({ body, headers }) =>
        new Webhook(SECRET).verify(body, headers as Record<string, string>) as WebhookPayload,
    )
    .filter(({ data }) => data.container.name === name);

describe('a container with a 16 MB limit that leaks', () => {
  it('is OOM-killed: class, mark, story with its last lines, one signed webhook', async () => {
    await run('leaky', ['-m', '16m', '--memory-swap', '16m'], LEAK);
    const die = await deathOf('leaky');
    expect(die.death?.class).toBe('oom');
    expect(die.process?.exit_code).toBe(137);
    expect(await eventsOf('leaky', 'oom')).not.toHaveLength(0);

    const story = await stack.get<Story>(`/api/v1/events/${die.event.id}/story`);
    expect(story.cause).toMatch(/memory/i);
    expect(story.memoryLimitBytes).toBe(16 * 2 ** 20);
    expect(story.linesBefore.at(-1)?.message).toMatch(/^grown to \d+ bytes$/);
    expect(story.linesBefore[0]?.message).toBe('starting');

    const timeline = await stack.get<Timeline>('/api/v1/timeline?from=now-15m');
    const row = timeline.rows.find(({ container }) => container.name === 'leaky');
    expect(row?.marks.map(mark => mark.kind)).toContain('oom');
    expect(row?.bars.at(-1)?.state).toBe('stopped');

    const [told] = await eventually(() => toldAbout('leaky').length > 0 && toldAbout('leaky'), {
      what: 'the webhook about leaky',
    });
    expect(told?.type).toBe('container.oom');
    expect(told?.data).toMatchObject({ class: 'oom', exitCode: 137, restartCount: 0 });
    expect(told?.data.lastLines.at(-1)).toMatch(/^grown to/);
    expect(told?.data.url).toContain(die.event.id);
    expect(await containerNamed('leaky')).toMatchObject({ state: 'exited', oomKilled: true, exitCode: 137 });
  });
});

describe('docker stop', () => {
  it('is an operator stop: no alert', async () => {
    await run('served', [], SERVE);
    await eventually(async () => (await containerNamed('served'))?.state === 'running', {
      what: 'served runs',
    });
    await engine.docker(['stop', 'served']);
    const die = await deathOf('served');
    expect(die.death?.class).toBe('operator_stop');
  });
});

describe('a crash', () => {
  it('is told with exit code and last lines', async () => {
    await run('ledger', [], CRASH);
    expect((await deathOf('ledger')).death?.class).toBe('crash');
    const [told] = await eventually(() => toldAbout('ledger').length > 0 && toldAbout('ledger'), {
      what: 'the webhook about ledger',
    });
    expect(told).toMatchObject({ type: 'container.crash', data: { exitCode: 3, class: 'crash' } });
    expect(told?.data.lastLines).toEqual(
      expect.arrayContaining(['loading', 'cannot open ledger', 'giving up']),
    );
  });
});

describe('a restart policy', () => {
  it('shows its restarts', async () => {
    await run('looping', ['--restart', 'on-failure:3'], `sleep 0.2; ${CRASH}`);
    const container = await eventually(
      async () => {
        const found = await containerNamed('looping');
        return found?.restartCount === 3 && found.state === 'exited' && found;
      },
      { what: 'three restarts of looping' },
    );
    expect(container.exitCode).toBe(3);
    const deaths = await eventually(
      async () => {
        const events = await eventsOf('looping', 'die');
        return events.length === 4 && events;
      },
      { what: 'four deaths of looping' },
    );
    expect(new Set(deaths.map(event => event.event.id)).size).toBe(4);
  });
});

describe('states of a living container', () => {
  it('shows pause, unpause, rename and health', async () => {
    await run(
      'moody',
      ['--health-cmd', 'test -f /tmp/ok', '--health-interval', '1s', '--health-retries', '1'],
      SERVE,
    );
    await eventually(async () => (await containerNamed('moody'))?.health === 'unhealthy', {
      what: 'moody is unhealthy',
    });
    await engine.docker(['exec', 'moody', 'touch', '/tmp/ok']);
    await eventually(async () => (await containerNamed('moody'))?.health === 'healthy', {
      what: 'moody is healthy',
    });
    await engine.docker(['pause', 'moody']);
    await eventually(async () => (await containerNamed('moody'))?.state === 'paused', {
      what: 'moody is paused',
    });
    await engine.docker(['unpause', 'moody']);
    await eventually(async () => (await containerNamed('moody'))?.state === 'running', {
      what: 'moody runs again',
    });
    await engine.docker(['rename', 'moody', 'calm']);
    await eventually(async () => (await containerNamed('calm'))?.state === 'running', {
      what: 'moody is called calm',
    });
    await engine.docker(['rm', '-f', 'calm']);
    const gone = await eventually(
      async () => {
        const found = await containerNamed('calm');
        return found?.state === 'removed' && found;
      },
      { what: 'calm is removed and kept' },
    );
    expect(gone.finishedAt).not.toBeNull();
  });

  it('keeps the lines of a container that removes itself', async () => {
    await engine.docker([
      'run',
      '--rm',
      '--name',
      'brief',
      IMAGE,
      'sh',
      '-c',
      'for i in 1 2 3; do echo "brief $i"; sleep 0.2; done',
    ]);
    const lines = await eventually(
      async () => {
        const { records } = await stack.get<{ records: { message: string }[] }>(
          '/api/v1/logs?q=container:brief&order=asc',
        );
        return records.length === 3 && records.map(record => record.message);
      },
      { what: 'three lines of brief' },
    );
    expect(lines).toEqual(['brief 1', 'brief 2', 'brief 3']);
    await eventually(async () => (await containerNamed('brief'))?.state === 'removed', {
      what: 'brief is removed and kept',
    });
  });
});

describe('after all of it', () => {
  it('each death was told exactly once, and a stop never', () => {
    expect(toldAbout('leaky')).toHaveLength(1);
    expect(toldAbout('ledger')).toHaveLength(1);
    expect(toldAbout('served')).toEqual([]);
    expect(toldAbout('brief')).toEqual([]);
  });
});
