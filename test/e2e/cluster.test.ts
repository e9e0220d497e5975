/**
 * The cluster as operators are given it: a load balancer, two indexers, Redis, Elasticsearch, three collectors. Each is killed in its
 * turn while containers print. Every line is stored once, a live tail sees what either indexer stores, an alert is sent once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Push } from '#contract/live.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import {
  ELASTICSEARCH_PATIENCE_MS,
  sharedElasticsearch,
  startElasticsearch,
  type TestElasticsearch,
} from '../support/elasticsearch.ts';
import { newPrefix, removeIndices } from '../support/elasticsearch-store.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { startLoadBalancer, type LoadBalancer } from '../support/load-balancer.ts';
import { NOTHING_WRONG, printNumbered, untilNumbered } from '../support/numbered-lines.ts';
import { freePort, startProgram, untilAnswers, untilCollecting, type Program } from '../support/program.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const LINES = isLongRun ? 30_000 : 6_000;
const ROUNDS = isLongRun ? 5 : 1;
const HOSTS = ['one', 'two', 'three'] as const;
const STORED = 'quaylog_records_stored_total';
const IMAGE = 'quaylog-test/busybox';

const prefix = newPrefix();
const data = mkdtempSync(join(tmpdir(), 'quaylog-cluster-'));
let engine: TestEngine;
let elasticsearch: { url: string; node?: TestElasticsearch };
let redis: TestRedis;
let receiver: WebhookReceiver;
let loadBalancer: LoadBalancer;
let ports: number[];
const indexers: Program[] = [];
const collectors: Program[] = [];

beforeAll(async () => {
  [engine, elasticsearch, redis, receiver, ports] = await Promise.all([
    startTestEngine(),
    openElasticsearch(),
    startRedis(),
    startWebhookReceiver(),
    Promise.all([freePort(), freePort()]),
  ]);
  loadBalancer = await startLoadBalancer(ports);
  for (const i of [0, 1]) startIndexer(i);
  await Promise.all([importBusybox(engine), ...[0, 1].map(untilAlive)]);
  for (const i of HOSTS.keys()) startCollector(i);
  await untilCollecting(loadBalancer.url, indexers[0]!);
}, ELASTICSEARCH_PATIENCE_MS);

afterAll(async () => {
  await Promise.all(collectors.map(one => one.kill('SIGTERM')));
  await Promise.all(indexers.map(one => one.kill('SIGTERM')));
  if (elasticsearch) await removeIndices(elasticsearch.url, prefix);
  await Promise.all([
    loadBalancer?.stop(),
    redis?.stop(),
    elasticsearch?.node?.stop(),
    receiver?.close(),
    engine?.stop(),
  ]);
  rmSync(data, { recursive: true, force: true });
});

/** The node that the run has is used where it need not be killed. */
async function openElasticsearch(): Promise<typeof elasticsearch> {
  if (!isLongRun) return { url: await sharedElasticsearch('8.19') };
  const node = await startElasticsearch({ version: '8.19' });
  return { url: node.url, node };
}

function startIndexer(i: number): void {
  const env = {
    QUAYLOG_LISTEN: `127.0.0.1:${ports[i]}`,
    QUAYLOG_DATA: join(data, `indexer-${i}`),
    QUAYLOG_STORE: 'elasticsearch',
    QUAYLOG_ELASTICSEARCH_URL: elasticsearch.url,
    QUAYLOG_ELASTICSEARCH_PREFIX: prefix,
    QUAYLOG_REDIS_URL: redis.url,
    QUAYLOG_WEBHOOK_URL: receiver.url,
    QUAYLOG_WEBHOOK_ALLOW: '127.0.0.1/32',
  };
  indexers[i] = startProgram({ args: ['indexer'], env });
}

/** A collector of a host of its own, as far as one engine can be three hosts. */
function startCollector(i: number): void {
  const host = HOSTS[i]!;
  const env = {
    QUAYLOG_INDEXER_URL: loadBalancer.url,
    QUAYLOG_DATA: join(data, `collector-${host}`),
    QUAYLOG_HOST_NAME: host,
    QUAYLOG_INCLUDE: `name:${host}-*`,
    DOCKER_HOST: engine.dockerHost,
  };
  collectors[i] = startProgram({ args: ['collector'], env });
}

const untilAlive = (i: number) => untilAnswers(`http://127.0.0.1:${ports[i]}/healthz`, indexers[i]!);

async function get<T>(path: string): Promise<T> {
  const response = await fetch(loadBalancer.url + path);
  const body = await response.text();
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${body}`);
  return JSON.parse(body) as T;
}

/** Each of the programs, once, each time while the others go on. Answers how many kills that were. */
async function killEach(): Promise<number> {
  await killIndexer(0);
  await redis.kill9();
  await collectors[1]!.kill();
  startCollector(1);
  await eventually(async () => /^200 .*Redis at .* cannot be reached/.test(await readiness(0)), {
    what: 'an indexer without Redis is ready, and says what is missing',
  });
  await redis.restart();
  await killIndexer(1);
  if (!elasticsearch.node) return 4;
  await elasticsearch.node.kill9();
  await elasticsearch.node.restart();
  return 5;
}

async function killIndexer(i: number): Promise<void> {
  await indexers[i]!.kill();
  startIndexer(i);
  await untilAlive(i);
}

async function readiness(i: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${ports[i]}/readyz`);
  return `${response.status} ${await response.text()}`;
}

const run = (name: string, script: string) =>
  engine.docker(['run', '-d', '--name', name, IMAGE, 'sh', '-c', script]);

/** A live tail through the load balancer, as a dashboard has it; it connects again by itself. `polling`: where no websocket gets through. */
function startTail(q: string, transport: 'websocket' | 'polling' = 'websocket') {
  const socket: Socket = io(`${loadBalancer.url}/live`, { transports: [transport] });
  const messages = new Set<string>();
  let skipped = 0;
  socket.on('records', (push: Push<LogRecord>, done: () => void) => {
    for (const { message } of push.items) messages.add(message);
    skipped += push.skipped;
    done();
  });
  socket.on('connect', () => socket.emit('subscribe', { id: 'tail', topic: 'records', q }, () => undefined));
  return { messages, skipped: () => skipped, close: () => socket.disconnect() };
}

/** The sum of a metric's values at one indexer. */
async function metric(i: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${ports[i]}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

const bothSay = (name: string, isRight: (value: number) => boolean) =>
  eventually(async () => (await Promise.all([metric(0, name), metric(1, name)])).every(isRight), {
    what: `${name} of both indexers`,
    withinMs: 60_000,
  });

it(
  `stores ${HOSTS.length} × ${2 * LINES} lines once, whichever part of the cluster is killed`,
  { timeout: isLongRun ? 1_800_000 : 180_000 },
  async () => {
    const names = HOSTS.map(host => `${host}-numbered`);
    for (const name of names) await run(name, printNumbered(LINES, 30));
    let kills = 0;
    for (let round = 0; round < ROUNDS; round++) kills += await killEach();
    for (const name of names) expect(await untilNumbered({ get }, name, LINES)).toEqual(NOTHING_WRONG);
    noteFigure({
      fault: `a cluster (2 indexers, Redis, Elasticsearch, 3 collectors, nginx): each killed in turn, ${kills} kills`,
      bar: 'lost 0, doubled 0',
      figure: `${(2 * LINES * HOSTS.length).toLocaleString('en')} lines: lost 0, doubled 0`,
    });
  },
);

it('shows live, through the load balancer, what either indexer stores', { timeout: 120_000 }, async () => {
  await bothSay('quaylog_peers', count => count === 1);
  const stored = await Promise.all([metric(0, STORED), metric(1, STORED)]);
  const tails = [startTail('container:*-live'), startTail('container:*-live', 'polling')];
  const lines = 100;
  for (const host of HOSTS)
    await run(`${host}-live`, `for i in $(seq ${lines}); do echo ${host} $i; sleep 0.03; done`);
  for (const tail of tails) {
    await eventually(() => tail.messages.size + tail.skipped() >= lines * HOSTS.length, {
      what: 'all lines came',
    });
    expect([tail.messages.size, tail.skipped()]).toEqual([lines * HOSTS.length, 0]);
    tail.close();
  }
  for (const i of [0, 1]) expect(await metric(i, STORED)).toBeGreaterThan(stored[i]!);
});

it(
  'sends an alert once, also when an indexer dies over it, and tails go on',
  { timeout: 120_000 },
  async () => {
    const tails = (['websocket', 'polling'] as const).map(way => startTail('container:two-still', way));
    for (const [i, host] of (['one', 'three'] as const).entries()) {
      await run(`${host}-crash`, 'echo about to fail; exit 3');
      await killIndexer(i);
    }
    await run('two-crash', 'exit 4');
    await run('two-still', 'for i in $(seq 600); do echo still $i; sleep 0.1; done');
    await eventually(() => HOSTS.every(host => deliveriesFor(host).length > 0), {
      what: 'an alert of each death',
      withinMs: 60_000,
    });
    // Sent again after a kill, a delivery has the same id: the receiver can tell.
    expect(HOSTS.map(host => new Set(deliveriesFor(host)).size)).toEqual([1, 1, 1]);
    for (const { messages, close } of tails) {
      await eventually(() => messages.size > 0, { what: 'what is printed after both were killed' });
      close();
    }
  },
);

const deliveriesFor = (host: string) =>
  receiver.received
    .filter(({ body }) => body.includes(`${host}-crash`))
    .map(({ headers }) => headers['webhook-id']);
