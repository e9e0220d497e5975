import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { WebhookPayload } from '#contract/rule.ts';
import { shiftStamp, stampOf } from '#contract/stamp.ts';
import { createSqliteStateStore } from '#indexer/state/sqlite-state-store.ts';
import type { StateStore } from '#indexer/state/state-store.ts';
import type { LogStore } from '#indexer/store/log-store.ts';
import { createMemoryStore } from '#indexer/store/memory-store.ts';
import { createAlerting, type Alerting, type AlertingDeps } from '#indexer/alert/alerting.ts';
import { events, type EventParts } from '#indexer/death/event-script.fixture.ts';
import { createRuleStore, type RuleStore } from '#indexer/alert/rule-store.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const log = pino({ level: 'silent' });
const now = () => new Date();

let receiver: WebhookReceiver;
let folder: string;
let state: StateStore;
let store: LogStore;
let rules: RuleStore;
let alerting: Alerting | undefined;

beforeEach(async () => {
  receiver = await startWebhookReceiver();
  folder = mkdtempSync(join(tmpdir(), 'quaylog-alerts-'));
  store = createMemoryStore();
  state = openState();
});
afterEach(async () => {
  await alerting?.stop();
  alerting = undefined;
  await state.close();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

const openState = () => createSqliteStateStore({ file: join(folder, 'state.db') });
const hookUrl = () => receiver.url;

async function start(over: Partial<AlertingDeps> & { webhookUrl?: string } = {}): Promise<Alerting> {
  const settings = { rulesFile: '', webhookUrl: over.webhookUrl ?? hookUrl(), webhookSecret: SECRET };
  rules = createRuleStore({ state, settings, now });
  await rules.load();
  alerting = createAlerting({
    state,
    store,
    rules,
    settings: { publicUrl: '', listen: '127.0.0.1:8600', webhookAllow: ['127.0.0.1/32'] },
    now,
    log,
    onChange: () => undefined,
    pace: { settleMs: 20, settleOomMs: 60, stayUpMs: 30, retryAfterMs: [1, 1, 1, 1] },
    ...over,
  });
  await alerting.start();
  return alerting;
}

/** As the ingest does: stored, then noted. The script lies a minute back. */
async function tell(script: string, parts: EventParts = {}): Promise<ContainerEvent[]> {
  const base = shiftStamp(stampOf(Date.now()), -60_000);
  const list = events(script, { base, ...parts });
  await store.append({ records: [], events: list, samples: [] });
  await alerting!.onEvents(list);
  return list;
}

const settled = () =>
  vi.waitFor(async () => {
    expect(await state.list('pending-death')).toEqual([]);
  }, 3_000);
const delivered = (count: number) =>
  vi.waitFor(async () => {
    const deliveries = await alerting!.deliveries(100);
    expect(deliveries.map(({ status }) => status)).toEqual(Array(count).fill('delivered'));
  }, 3_000);
const payloads = () => receiver.received.map(({ body }) => JSON.parse(body) as WebhookPayload);

describe('what is alarming', () => {
  const OOM = { oomKilled: true, memoryLimitBytes: 24 * 1024 ** 2, restartCount: 3 };

  test.each<[string, string, EventParts, string[]]>([
    ['OOM of the main process', 'start@-9 oom@-0.05 die137@0', { evidence: OOM }, ['container.oom']],
    ['OOM with a restart', 'start@-9 oom@-0.05 die137@0 start@0.3', { evidence: OOM }, ['container.oom']],
    ['OOM told after the death', 'start@-9 die137@0 oom@0.2', {}, ['container.oom']],
    ['OOM of a child that takes its container along', 'oom@-1 die3@0', { evidence: OOM }, ['container.oom']],
    ['OOM of a child that its container survives', 'start@-9 oom@0', {}, ['container.oom']],
    ['several processes killed at once', 'start@-9 oom@-0.3 oom@-0.2 oom@-0.1', {}, ['container.oom']],
    ['OOM of a child just before a stop', 'oom@-2 kill15@-1 die0@0 stop@0.1', {}, ['container.oom']],
    [
      'two OOM deaths',
      'oom@-5.1 die137@-5 start@-4 oom@-0.1 die137@0',
      {},
      ['container.oom', 'container.oom'],
    ],
    ['OOM found by inspection', 'oom@0 die137@0', { reconciled: true, evidence: OOM }, ['container.oom']],
    [
      'an orderly end found by inspection, a child killed once',
      'oom@0 die0@0',
      { reconciled: true, evidence: OOM },
      [],
    ],
    ['a restart that nobody saw', 'die@0 start@0.1', { reconciled: true }, []],
    ['crash', 'start@-9 die1@0', {}, ['container.crash']],
    ['a command that is not there', 'create@-1 die127@0', {}, ['container.start_failed']],
    ['docker stop', 'start@-9 kill15@-0.2 die0@0 stop@0.1', {}, []],
    ['docker stop that times out', 'kill15@-10.1 kill9@-0.1 die137@0 stop@0.1', {}, []],
    ['docker kill', 'start@-9 kill9@-0.1 die137@0', {}, []],
    ['docker rm -f', 'start@-9 kill9@-0.1 die137@0 destroy@0.1', {}, []],
    ['docker restart', 'kill15@-0.2 die0@0 stop@0.1 start@0.3 restart@0.4', {}, []],
    ['an end without an error', 'start@-9 die0@0', {}, []],
    ['a health check that fails', 'start@-9 health_status:unhealthy@0', {}, []],
  ])('%s', async (...row) => {
    const [, script, parts, types] = row;
    await start();
    await tell(script, parts);
    await settled();
    await delivered(types.length);
    expect(payloads().map(({ type }) => type)).toEqual(types);
    expect((await alerting!.alerts(10)).map(({ type }) => type)).toEqual(types);
  });

  test('history is not: what is older than an hour, or was found by inspection and is older than 15 minutes', async () => {
    await start();
    await tell('die1@0', { base: stampOf(Date.now() - 61 * 60_000) });
    await tell('die1@0', { base: stampOf(Date.now() - 16 * 60_000), reconciled: true });
    expect(await state.list('pending-death')).toEqual([]);
    await tell('die1@0', { base: stampOf(Date.now() - 14 * 60_000), reconciled: true });
    await delivered(1);
  });

  test('the clock of a host may be wrong', async () => {
    await start({ clockSkewMs: () => -3 * 3_600_000 });
    await tell('die1@0', { base: stampOf(Date.now() - 3 * 3_600_000) });
    await delivered(1);
  });
});

describe('a delivery', () => {
  test('is signed, and carries the evidence', async () => {
    await start();
    await tell('start@-9 oom@-0.05 die137@0', {
      evidence: { memoryLimitBytes: 24 * 1024 ** 2, restartCount: 3 },
    });
    await delivered(1);
    const { headers, body } = receiver.received[0]!;
    const payload = new Webhook(SECRET).verify(body, headers as Record<string, string>) as WebhookPayload;
    expect(payload).toMatchObject({
      type: 'container.oom',
      data: {
        container: { name: 'worker-1', image: 'shop/worker:1' },
        host: 'quay',
        exitCode: 137,
        class: 'oom',
        restartCount: 3,
        cause: 'Killed by the kernel: memory reached its 24 MiB limit. Exit 137.',
        memoryLimitBytes: 24 * 1024 ** 2,
      },
    });
    expect(payload.data.url).toMatch(/^http:\/\/127\.0\.0\.1:8600\/timeline\?event=[0-9a-v]{32}$/);
  });

  test('is tried again under the same id until it is taken, and every attempt is written down', async () => {
    receiver.answerNext(500, 503, 429);
    await start();
    await tell('die1@0');
    await delivered(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const [delivery] = await alerting!.deliveries(1);
    expect(delivery?.attempts.map(({ statusCode }) => statusCode)).toEqual([500, 503, 429, 200]);
  });

  test('is given up when the receiver says so, and can be sent again by hand', async () => {
    receiver.answerNext(410);
    await start();
    await tell('die1@0');
    await vi.waitFor(async () => expect((await alerting!.deliveries(1))[0]?.status).toBe('failed'), 3_000);
    const [delivery] = await alerting!.deliveries(1);
    await alerting!.replay(delivery!.id);
    await delivered(1);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([
      delivery!.id,
      delivery!.id,
    ]);
    await expect(alerting!.replay('nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('shows host and path only', async () => {
    await start({ webhookUrl: `${hookUrl()}?token=secret` });
    await tell('die1@0');
    await delivered(1);
    expect(JSON.stringify(await alerting!.deliveries(1))).not.toContain('secret');
  });

  test('goes to every notifier of every rule once; a rule can be tried', async () => {
    await start();
    const notify = [
      { type: 'webhook', url: hookUrl() },
      { type: 'slack', url: hookUrl() },
    ];
    const { id } = await rules.create({
      name: 'Any end',
      match: { action: 'die', q: 'container:worker*' },
      notify,
    });
    await tell('die1@0');
    await delivered(3);
    expect(await alerting!.test(id)).toHaveLength(2);
    await delivered(5);
    expect(payloads().filter(({ type }) => type === 'container.test')).toHaveLength(1);
  });

  test('is held back while the rule cools down; the alert is recorded', async () => {
    await start({ webhookUrl: '' });
    const match = { action: 'die', class: ['crash'] };
    const notify = [{ type: 'webhook', url: hookUrl() }];
    await rules.create({ name: 'Calm', match, notify, cooldownSeconds: 60 });
    await tell('die1@-50 start@-40 die1@-30 start@-20 die1@15');
    await settled();
    const calm = (await alerting!.alerts(10)).filter(({ ruleName }) => ruleName === 'Calm');
    expect(calm.map(({ suppressed }) => suppressed)).toEqual([false, true, false]);
    await delivered(2);
  });
});

describe('resolution', () => {
  const open = async () =>
    (await alerting!.alerts(10)).filter(({ resolvedAt }) => resolvedAt === null).length;
  const resolved = () => vi.waitFor(async () => expect(await open()).toBe(0), 3_000);

  test('a container that stays up again resolves its alert, whenever the start is told', async () => {
    await start();
    await tell('die1@0');
    await delivered(1);
    expect(await open()).toBe(1);
    await tell('start@1');
    await resolved();
  });

  test('also one that took its name', async () => {
    await start();
    await tell('die1@0');
    await delivered(1);
    await tell('start@1', { containerId: 'e'.repeat(64) });
    await resolved();
  });

  test('one that dies again does not', async () => {
    await start();
    await tell('die1@0 start@1 die1@2 start@3 die1@4');
    await settled();
    // Another one, later, which resolves: by then the first has been looked at.
    await tell('die1@0 start@1', { containerId: 'd'.repeat(64), name: 'other-1' });
    await vi.waitFor(async () => {
      const [other] = (await alerting!.alerts(10)).filter(({ container }) => container.name === 'other-1');
      expect(other).toBeDefined();
      expect(other?.resolvedAt).not.toBeNull();
    }, 5_000);
    expect(await open()).toBe(3);
  });

  test('health that comes back resolves', async () => {
    await start();
    await rules.create({ name: 'Ill', match: { action: 'health_status', health: 'unhealthy' }, notify: [] });
    await tell('health_status:unhealthy@0');
    await vi.waitFor(async () => expect(await open()).toBe(1), 3_000);
    await tell('health_status:healthy@5');
    await resolved();
  });
});

describe('whatever crashes', () => {
  class Crash extends Error {}

  /** From the `n`th write on, all writes fail as if the process were gone; the nth itself before or after it took place. */
  function crashing(n: number, isWritten: boolean): { store: StateStore; hasCrashed: () => boolean } {
    let writes = 0;
    const put: StateStore['put'] = async changes => {
      if (changes.length === 0) return true;
      writes += 1;
      if (writes === n && isWritten) await state.put(changes);
      if (writes >= n) throw new Crash();
      return state.put(changes);
    };
    return { store: { ...state, put }, hasCrashed: () => writes >= n };
  }

  const points = [1, 2, 3].flatMap(n => [
    { n, isWritten: false },
    { n, isWritten: true },
  ]);

  // Writes of one crash: 1 the wait, 2 alert and delivery, 3 the attempt.
  test.each(points)(
    'at write $n (written: $isWritten): one alert, one delivery, one id',
    async ({ n, isWritten }) => {
      const list = events('start@-9 die1@0', { base: stampOf(Date.now() - 60_000) });
      await store.append({ records: [], events: list, samples: [] });
      const crash = crashing(n, isWritten);
      const first = await start({ state: crash.store });
      await first.onEvents(list).catch((error: unknown) => expect(error).toBeInstanceOf(Crash));
      await vi.waitFor(() => expect(crash.hasCrashed()).toBe(true), 3_000);
      await first.stop();
      await state.close();

      state = openState();
      await start();
      // The batch was not acknowledged, or the answer was lost: it comes again.
      await alerting!.onEvents(list);
      await settled();
      await delivered(1);
      expect(await alerting!.alerts(10)).toHaveLength(1);
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(receiver.received.length).toBeLessThanOrEqual(n === 3 ? 2 : 1);
    },
  );

  test('a batch that comes again and again makes nothing new', async () => {
    await start();
    const list = await tell('start@-9 oom@-0.05 die137@0');
    await delivered(1);
    for (let n = 0; n < 3; n++) {
      await alerting!.onEvents(list);
      await settled();
    }
    expect(await alerting!.alerts(10)).toHaveLength(1);
    expect(receiver.received).toHaveLength(1);
  });

  test('a death told live and again by inspection is one', async () => {
    await start();
    await tell('start@-9 die1@0');
    await tell('die1@-0.01', { reconciled: true });
    await settled();
    await delivered(1);
    expect(await alerting!.alerts(10)).toHaveLength(1);
  });

  test('what waits is judged after a restart', async () => {
    await start({ pace: { settleMs: 3_600_000 } });
    await tell('die1@0');
    await alerting!.stop();
    const [row] = await state.list<{ event: ContainerEvent }>('pending-death');
    await state.put([
      { kind: 'pending-death', id: row!.id, document: { ...row!.document, dueAt: new Date().toISOString() } },
    ]);
    await start();
    await delivered(1);
  });
});
