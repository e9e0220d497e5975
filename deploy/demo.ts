/**
 * `npm run demo`: Quaylog watching a small shop that has every trouble there is. Uses this machine's engine, else one of
 * its own under `.quaylog/engine`; Ctrl-C ends everything that it started.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureBaseImage } from './demo/base-image.ts';
import { startShop, stopShop } from './demo/shop.ts';
import { startWebhookReceiver, type WebhookReceiver } from './demo/webhook-receiver.ts';
import { dockerCli } from './docker-cli.ts';
import { isEngineReachable, startPrivateEngine } from './engine.ts';

const ROOT = resolve(import.meta.dirname, '..');
const STATE = join(ROOT, '.quaylog');
const DATA = join(STATE, 'demo', 'data');

const startedAt = performance.now();
const say = (text: string): void => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0).padStart(3);
  process.stderr.write(`${seconds} s  ${text}\n`);
};

/** All at once when the demo stops; the engine, if it is ours, after them. */
const cleanups: (() => unknown)[] = [];
let stopEngine: () => Promise<void> = () => Promise.resolve();

let stopping: Promise<void> | undefined;
const stop = (exitCode: number): Promise<void> =>
  (stopping ??= (async () => {
    say('stopping the demo …');
    await Promise.allSettled(cleanups.map(cleanup => Promise.resolve(cleanup())));
    await stopEngine();
    say('everything is stopped');
    process.exit(exitCode);
  })());

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

try {
  await runDemo();
} catch (error) {
  // What breaks because the demo is being stopped is no news.
  if (!stopping) say((error as Error).message);
  await stop(1);
}

async function runDemo(): Promise<void> {
  const dockerHost = await findEngine();
  const docker = dockerCli(dockerHost);
  const receiver = await startWebhookReceiver(say);
  cleanups.push(() => receiver.close());
  startQuaylog(dockerHost, receiver);
  const building = new AbortController();
  cleanups.push(() => building.abort());
  const baseImage = await ensureBaseImage(docker, {
    cacheDir: join(STATE, 'demo'),
    say,
    signal: building.signal,
  });
  say('starting the shop: redis, search, images, web, nginx, orders, inventory, worker, billing, traffic');
  cleanups.push(() => stopShop(docker));
  tellStory(await startShop(docker, baseImage));
}

async function findEngine(): Promise<string> {
  const dockerHost = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  if (await isEngineReachable(dockerHost)) {
    say(`using the Docker engine at ${dockerHost}`);
    return dockerHost;
  }
  say(`no Docker engine at ${dockerHost}: starting a private one under .quaylog/engine`);
  const engine = await startPrivateEngine({ dir: join(STATE, 'engine'), network: 'bridge' });
  stopEngine = engine.stop;
  return engine.dockerHost;
}

/** Its own folder, emptied first: each demo has containers of its own. */
function startQuaylog(dockerHost: string, receiver: WebhookReceiver): void {
  rmSync(DATA, { recursive: true, force: true });
  const settings = {
    DOCKER_HOST: dockerHost,
    QUAYLOG_DATA: DATA,
    QUAYLOG_LOG_LEVEL: 'warn',
    QUAYLOG_WEBHOOK_URL: receiver.url,
    QUAYLOG_WEBHOOK_SECRET: receiver.secret,
    QUAYLOG_WEBHOOK_ALLOW: '127.0.0.1/32',
  };
  const up = spawn(process.execPath, [join(ROOT, 'cli', 'quaylog.ts'), 'up'], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  up.once('exit', code => void stop(code ?? 1));
  cleanups.push(() => endChild(up));
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>(done => child.once('exit', () => done()));
  child.kill('SIGTERM');
  await ended;
}

function tellStory(shopUrl: string): void {
  say('the shop is open; its customers keep coming');
  process.stdout.write(`
  Look at                                    http://${process.env['QUAYLOG_LISTEN'] ?? '127.0.0.1:8600'}
    Logs         everything the shop says; try  level:error  or  service:orders and "declined"
    Containers   worker restarts, billing loops, search turns unhealthy after a minute
    Timeline     click the first red mark on shop-worker-1 (in about a minute): why it died
    Alerts       what was sent to the webhook receiver of this demo (its lines appear below)
  Or in another terminal
    npx quaylog logs -f level:error
    curl '127.0.0.1:8600/api/v1/logs?q=container:shop-worker-1&limit=5'
  The shop itself                            ${shopUrl}
  Ctrl-C stops everything.

`);
}
