/** A real Redis on loopback, Debian's, that a test may kill and start again on the same port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CLUSTER_PACKAGES, ensureDebianPackages } from '../../deploy/debian-packages.ts';
import { eventually } from './eventually.ts';
import { freePort } from './program.ts';

export type TestRedis = {
  /** With its password. */
  url: string;
  /** The same over TLS, where it was started with a certificate. */
  tlsUrl: string;
  /** Ends it at once. */
  kill9: () => Promise<void>;
  /** Starts it again, after `kill9`, if wanted with another certificate; resolves when it listens. */
  restart: (certificate?: string) => Promise<void>;
  /** It says nothing, and closes nothing, until `thaw`. */
  freeze: () => void;
  thaw: () => void;
  stop: () => Promise<void>;
};

const PASSWORD = 'a-password-of-the-tests';

/** `certificate`: a folder with `cert.pem`, `key.pem` and `ca.pem`, for TLS on a port of its own. */
export async function startRedis(certificate?: string): Promise<TestRedis> {
  ensureDebianPackages(CLUSTER_PACKAGES, 'a real Redis');
  const ports = { plain: await freePort(), tls: await freePort() };
  let server = await start(ports, certificate);
  return {
    url: `redis://:${PASSWORD}@127.0.0.1:${ports.plain}`,
    tlsUrl: `rediss://:${PASSWORD}@127.0.0.1:${ports.tls}`,
    kill9: () => kill(server),
    async restart(another = certificate) {
      server = await start(ports, another);
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    stop: () => kill(server),
  };
}

type Ports = { plain: number; tls: number };

async function start({ plain: port, tls }: Ports, certificate?: string): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--requirepass', PASSWORD];
  if (certificate !== undefined) {
    const files = { cert: 'cert.pem', key: 'key.pem', 'ca-cert': 'ca.pem' };
    for (const [what, name] of Object.entries(files))
      args.push(`--tls-${what}-file`, join(certificate, name));
    args.push('--tls-port', String(tls), '--tls-auth-clients', 'no');
  }
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
