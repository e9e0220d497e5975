/** The image as operators build and run it: as nobody, without a capability, on a root that cannot be written. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerList } from '#contract/container.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { importNodeImage } from '../support/node-image.ts';
import { freePort, ROOT, startProgram, untilAnswers, type Program } from '../support/program.ts';
import { readAllLogs, type LogSource } from '../support/read-logs.ts';

const HARDENED = [
  '--read-only',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
  '--pids-limit',
  '100',
];

let engine: TestEngine;
let busybox: string;
let indexer: Program;
let url: string;
let data: string;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'quaylog-image-'));
  engine = await startTestEngine();
  busybox = await importBusybox(engine);
  await importNodeImage(engine.docker, 'node:24-bookworm-slim');
  await buildImage();
  url = `http://127.0.0.1:${await freePort()}`;
  const env = { QUAYLOG_LISTEN: url.slice('http://'.length), QUAYLOG_DATA: data };
  indexer = startProgram({ args: ['indexer'], env });
  await untilAnswers(`${url}/healthz`, indexer);
}, 400_000);
afterAll(async () => {
  await indexer?.kill('SIGTERM');
  await engine?.stop();
  rmSync(data, { recursive: true, force: true });
});

/** The registry of packages and the authorities are this machine's, as its npm is set. */
async function buildImage(): Promise<void> {
  const npm = (name: string) =>
    execFileSync('npm', ['config', 'get', name], { cwd: tmpdir(), encoding: 'utf8' }).trim();
  const args = [
    '--build-arg',
    `NPM_CONFIG_REGISTRY=${npm('registry')}`,
    '-f',
    join(ROOT, 'deploy/Dockerfile'),
  ];
  await engine.docker(['build', '--network', 'host', ...args, '-t', 'quaylog', ROOT]);
}

const get: LogSource['get'] = async <T>(path: string) => (await (await fetch(url + path)).json()) as T;
const messagesOf = async (name: string) =>
  (await readAllLogs({ get }, `container:${name}`)).map(({ message }) => message);

/** A container that prints, and a collector as a container: what of it reached the indexer outside. */
async function collect(name: string, flags: string[]): Promise<unknown[]> {
  const gid = String(statSync(engine.socket).gid);
  const print = 'for i in $(seq 100); do echo line $i; done';
  await engine.docker([
    'run',
    '-d',
    '--network',
    'none',
    '--name',
    `${name}-app`,
    busybox,
    'sh',
    '-c',
    print,
  ]);
  const socket = ['-v', `${engine.socket}:/var/run/docker.sock:ro`, '--group-add', gid];
  const settings = ['-e', `QUAYLOG_INDEXER_URL=${url}`, '-e', `QUAYLOG_HOST_NAME=${name}`];
  await engine.docker([
    'run',
    '-d',
    '--name',
    name,
    '--network',
    'host',
    ...HARDENED,
    ...socket,
    ...settings,
    ...flags,
    'quaylog',
    'collector',
  ]);
  await eventually(async () => (await messagesOf(`${name}-app`)).length >= 100, {
    what: 'its lines are stored',
    withinMs: 60_000,
  }).catch(async (cause: unknown) => {
    throw new Error(`the collector said: ${await engine.docker(['logs', name])}`, { cause });
  });
  return messagesOf(`${name}-app`);
}

const LINES = Array.from({ length: 100 }, (_, i) => `line ${i + 1}`);

describe('the collector as a container', () => {
  it('needs no more than the group of the socket', async () => {
    expect(await collect('by-api', [])).toEqual(LINES);
    expect(await engine.docker(['exec', 'by-api', 'id', '-u'])).toBe('65534');
    expect(await engine.docker(['exec', 'by-api', 'node', '/opt/quaylog/health.js'])).toBe('well');
    await engine.docker(['stop', 'by-api']);
    expect(await engine.docker(['inspect', '-f', '{{.State.ExitCode}}', 'by-api'])).toBe('0');
  });

  it('reads the log files of the engine with the group of root, and nothing else of root', async () => {
    const folder = `${await engine.docker(['info', '-f', '{{.DockerRootDir}}'])}/containers`;
    const flags = ['--group-add', '0', '-v', `${folder}:/var/lib/docker/containers:ro`];
    expect(await collect('by-file', flags)).toEqual(LINES);
    const sourceOf = async (wanted: string) =>
      (await get<ContainerList>('/api/v1/containers')).containers.find(({ name }) => name === wanted)?.source;
    await eventually(async () => (await sourceOf('by-file-app')) === 'file', {
      what: 'it is read from its file',
    });
    await engine.docker(['stop', 'by-file']);
  });
});

describe('the indexer as a container', () => {
  const run = (flags: string[]) =>
    engine.docker(['run', ...HARDENED, '--network', 'host', ...flags, 'quaylog', 'indexer']);

  it('does not start open to everyone', async () => {
    await expect(run(['--rm'])).rejects.toThrow(/QUAYLOG_PASSWORD/);
  });

  it('starts with a password, asks for it, and makes tokens', async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    const settings = {
      QUAYLOG_LISTEN: listen.replace('127.0.0.1', '0.0.0.0'),
      QUAYLOG_PASSWORD: 'correct horse battery',
      QUAYLOG_COLLECTOR_TOKENS: `local=${'0'.repeat(20)}`,
    };
    const env = Object.entries(settings).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    await run(['-d', '--name', 'indexer', ...env]);
    await eventually(async () => (await fetch(`http://${listen}/healthz`)).ok, { what: 'it answers' });
    expect((await fetch(`http://${listen}/api/v1/logs`)).status).toBe(401);
    expect(await engine.docker(['exec', 'indexer', 'node', '/opt/quaylog/health.js'])).toBe('well');
    const token = await engine.docker(['exec', 'indexer', 'quaylog', 'token', 'create', '--read']);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`http://${listen}/api/v1/logs`, { headers })).status).toBe(200);
  });
});
