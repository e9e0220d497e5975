/** A real Redis on loopback, Debian's, that a test may kill and start again on the same port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { CLUSTER_PACKAGES, ensureDebianPackages } from '../../deploy/debian-packages.ts';
import { eventually } from './eventually.ts';
import { freePort } from './program.ts';

export type TestRedis = {
  /** With its password. */
  url: string;
  /** Ends it at once. */
  kill9: () => Promise<void>;
  /** Starts it again, after `kill9`; resolves when it listens. */
  restart: () => Promise<void>;
  /** It says nothing, and closes nothing, until `thaw`. */
  freeze: () => void;
  thaw: () => void;
  stop: () => Promise<void>;
};

const PASSWORD = 'a-password-of-the-tests';

export async function startRedis(): Promise<TestRedis> {
  ensureDebianPackages(CLUSTER_PACKAGES, 'a real Redis');
  const port = await freePort();
  let server = await start(port);
  return {
    url: `redis://:${PASSWORD}@127.0.0.1:${port}`,
    kill9: () => kill(server),
    async restart() {
      server = await start(port);
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    stop: () => kill(server),
  };
}

async function start(port: number): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--requirepass', PASSWORD];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  process.once('exit', () => server.kill('SIGKILL'));
  await eventually(() => listens(port), { what: 'Redis listens' });
  return server;
}

function listens(port: number): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise(done => server.once('exit', done));
  server.kill('SIGKILL');
  await ended;
}
