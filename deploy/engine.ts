/**
 * A Docker engine of our own, for the demo and the tests: it shares nothing with an engine the machine may have, and it
 * ends with the process that started it, even when that one is killed.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dockerCli } from './docker-cli.ts';
import { ensureDebianPackages } from './debian-packages.ts';

/** Debian packages of a private engine. */
export const ENGINE_PACKAGES = ['docker.io', 'iptables', 'ca-certificates'];
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;

/**
 * A socket path holds 107 characters (sun_path); the longest that the engine makes below its run folder is
 * `/exec/containerd/containerd.sock.ttrpc`.
 */
const MAX_RUN_DIR = 107 - '/exec/containerd/containerd.sock.ttrpc'.length;

export type EngineOptions = {
  /** Folder for images and containers; kept when the engine stops, so that a second start finds its images. */
  dir: string;
  /** `none`: no networking at all (tests). `bridge`: user-defined networks work; published ports on loopback too. */
  network?: 'none' | 'bridge';
  /** More flags for the engine, such as another address to listen on. */
  flags?: readonly string[];
  /**
   * Containers outlive an engine that ends by a signal: started again in the same folder, it takes up those that run. Only an
   * engine that answers can end them with its `stop`.
   */
  liveRestore?: boolean;
};

export type PrivateEngine = {
  socket: string;
  /** `unix://` and the socket, as DOCKER_HOST wants it. */
  dockerHost: string;
  pid: number;
  /** Ends its containers at once, then the engine itself, and unmounts what it left. Safe to call twice. */
  stop: () => Promise<void>;
};

/** Rejects with one sentence for people when the engine cannot be had here; `dockerd.log` in its folder has the rest. */
export async function startPrivateEngine(options: EngineOptions): Promise<PrivateEngine> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('a private Docker engine needs Linux and root (try sudo)');
  }
  ensureDebianPackages(ENGINE_PACKAGES, 'a private Docker engine');
  const dir = resolve(options.dir);
  const paths = enginePaths(dir);
  mkdirSync(dir, { recursive: true });
  mkdirSync(paths.runDir, { recursive: true, mode: 0o700 });
  await endStaleEngine(paths);
  await endContainerd(paths);
  if (!options.liveRestore) cleanUp(paths);
  const flags = [...(options.flags ?? []), ...(options.liveRestore ? ['--live-restore'] : [])];
  let failure: unknown;
  for (const networkFlags of networkAttempts(options.network ?? 'none')) {
    try {
      return await launch(paths, [...networkFlags, ...flags]);
    } catch (cause) {
      failure = cause;
    }
  }
  throw failure;
}

/** True when an engine answers on this DOCKER_HOST (`unix://…` or `tcp://…`). Never rejects. */
export function isEngineReachable(dockerHost: string, timeoutMs = 2_000): Promise<boolean> {
  const target = /^unix:\/\/(.+)$/.exec(dockerHost)?.[1];
  const url = target === undefined ? URL.parse(dockerHost.replace(/^tcp:/, 'http:')) : undefined;
  if (target === undefined && url === null) return Promise.resolve(false);
  const where = target === undefined ? { host: url?.hostname, port: url?.port } : { socketPath: target };
  return new Promise(done => {
    const ping = request({ ...where, path: '/_ping', timeout: timeoutMs }, response => {
      response.resume();
      done(response.statusCode === 200);
    });
    ping.on('error', () => done(false));
    ping.on('timeout', () => ping.destroy());
    ping.end();
  });
}

type EnginePaths = {
  runDir: string;
  data: string;
  exec: string;
  pidFile: string;
  socket: string;
  log: string;
};

function enginePaths(dir: string): EnginePaths {
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 10);
  const runDir = dir.length <= MAX_RUN_DIR ? dir : join(tmpdir(), `quaylog-${hash}`);
  return {
    runDir,
    data: join(dir, 'data'),
    exec: join(runDir, 'exec'),
    pidFile: join(runDir, 'pid'),
    socket: join(runDir, 'docker.sock'),
    log: join(dir, 'dockerd.log'),
  };
}

/**
 * `ip-forward=false`: containers need no way out, and without it the engine leaves the machine's FORWARD policy alone.
 * A kernel without NAT tables refuses the firewall rules; within one bridge they are not needed.
 */
function networkAttempts(network: 'none' | 'bridge'): string[][] {
  const none = ['--bridge=none', '--ip-forward=false'];
  return network === 'none' ? [[...none, '--iptables=false']] : [none, [...none, '--iptables=false']];
}

async function launch(paths: EnginePaths, moreFlags: string[]): Promise<PrivateEngine> {
  const log = openSync(paths.log, 'a');
  const dockerd = [
    'dockerd',
    '--data-root',
    paths.data,
    '--exec-root',
    paths.exec,
    '--pidfile',
    paths.pidFile,
  ];
  const flags = ['-H', `unix://${paths.socket}`, '--log-level', 'warn', ...moreFlags];
  // pdeathsig: the kernel itself ends the engine when this process dies, whatever killed it.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...dockerd, ...flags], {
    stdio: ['ignore', log, log],
    detached: true,
  });
  const stop = once(() => stopEngine(child, paths));
  try {
    await untilReady(child, paths);
  } catch (cause) {
    await stop();
    throw cause;
  }
  child.unref();
  return { socket: paths.socket, dockerHost: `unix://${paths.socket}`, pid: child.pid ?? 0, stop };
}

async function untilReady(child: ChildProcess, paths: EnginePaths): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  let failure: Error | undefined;
  child.once('error', error => (failure = error));
  while (!(await isEngineReachable(`unix://${paths.socket}`))) {
    if (failure)
      throw new Error(`the private Docker engine did not start: ${failure.message}`, { cause: failure });
    if (child.exitCode !== null) throw new Error(`the private Docker engine ended at once; see ${paths.log}`);
    if (Date.now() > deadline) throw new Error(`the private Docker engine does not answer; see ${paths.log}`);
    await delay(50);
  }
}

async function stopEngine(child: ChildProcess, paths: EnginePaths): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    // Asked to stop, the engine gives every container 10 s; nobody waits for the containers of a demo.
    await killContainers(`unix://${paths.socket}`);
    const ended = new Promise<void>(done => child.once('exit', () => done()));
    child.kill('SIGTERM');
    const timer = new AbortController();
    const late = delay(STOP_WITHIN_MS, 'late', { signal: timer.signal }).catch(() => 'ended');
    if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL');
    timer.abort();
  }
  await endContainerd(paths);
  cleanUp(paths);
}

async function killContainers(dockerHost: string): Promise<void> {
  const docker = dockerCli(dockerHost);
  try {
    const ids = (await docker(['ps', '-q'])).split('\n').filter(id => id !== '');
    if (ids.length > 0) await docker(['kill', ...ids]);
  } catch {
    // One of them ended by itself, or the engine is gone already: SIGTERM ends the rest.
  }
}

/** A killed run may leave an engine that still lives. */
async function endStaleEngine(paths: EnginePaths): Promise<void> {
  const pid = Number(readText(paths.pidFile));
  if (!isProcessOf(pid, paths.data)) return;
  process.kill(pid, 'SIGTERM');
  if (!(await isGoneSoon(pid, paths.data))) process.kill(pid, 'SIGKILL');
}

/**
 * The engine's own containerd, which goes with it; what it ran stays. Its pid file goes too: the next engine would wait in vain for a
 * dead one that nobody has buried yet.
 */
async function endContainerd(paths: EnginePaths): Promise<void> {
  const pidFile = join(paths.exec, 'containerd', 'containerd.pid');
  const pid = Number(readText(pidFile));
  if (isProcessOf(pid, paths.exec)) {
    process.kill(pid, 'SIGKILL');
    await isGoneSoon(pid, paths.exec);
  }
  rmSync(pidFile, { force: true });
}

/** What a killed run leaves: a pid file that would refuse the next start, a socket, mounts. */
function cleanUp(paths: EnginePaths): void {
  for (const mount of mountsIn([paths.data, paths.exec])) spawnSync('umount', ['-l', mount]);
  rmSync(paths.pidFile, { force: true });
  rmSync(paths.socket, { force: true });
}

/** Deepest first, so that each can be unmounted in turn; the folder itself may be one, mounted on itself by the engine. */
function mountsIn(folders: string[]): string[] {
  return readText('/proc/self/mounts')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(mount => folders.some(folder => `${mount}/`.startsWith(`${folder}/`)))
    .reverse();
}

/** Pids are given out again: the folder in its command line tells that it is ours. */
const isProcessOf = (pid: number, folder: string): boolean =>
  pid > 1 && readText(`/proc/${pid}/cmdline`).includes(folder);

async function isGoneSoon(pid: number, folder: string): Promise<boolean> {
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (isProcessOf(pid, folder) && Date.now() < deadline) await delay(50);
  return !isProcessOf(pid, folder);
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function once<T>(act: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= act());
}
