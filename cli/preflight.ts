/** What can be known to go wrong before anything is started. */
import { connect, createServer } from 'node:net';

const TIMEOUT_MS = 3_000;

/** Where an engine listens when its address has no port. */
const USUAL_PORTS: Record<string, number> = { 'tcp:': 2375, 'https:': 443 };

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such socket',
  EACCES: 'this user may not use the socket: join the group docker, or run it as root',
  ECONNREFUSED: 'nothing answers there',
};

/** Null when something listens on `DOCKER_HOST`, else one sentence: what was tried, why it failed, what to do. */
export function findEngineTrouble(dockerHost: string): Promise<string | null> {
  const address = parseDockerHost(dockerHost);
  if (address === null) {
    return Promise.resolve(
      `DOCKER_HOST=${dockerHost} is neither unix:///path nor tcp://host:port nor https://host:port. ` +
        'An engine that is reached by ssh has a collector of its own: run `quaylog collector` on its host.',
    );
  }
  return new Promise(done => {
    const socket = connect({ ...address, timeout: TIMEOUT_MS });
    const answer = (trouble: string | null): void => {
      socket.destroy();
      done(trouble);
    };
    socket.on('connect', () => answer(null));
    socket.on('timeout', () => answer(describe(dockerHost, 'it does not answer')));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      answer(describe(dockerHost, REASONS[error.code ?? ''] ?? error.message)),
    );
  });
}

/** Null when the address is free, or when it is none: the indexer then says what is wrong with it. */
export function findPortTrouble(listen: string): Promise<string | null> {
  const { hostname, port } = URL.parse(`http://${listen}`) ?? {};
  if (hostname === undefined) return Promise.resolve(null);
  const server = createServer();
  return new Promise(done => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      done(
        code === 'EADDRINUSE'
          ? `${listen} is taken by another program (perhaps Quaylog runs already). Choose another address with --listen.`
          : null,
      ),
    );
    server.listen(Number(port), hostname.replace(/^\[|\]$/g, ''), () => server.close(() => done(null)));
  });
}

function describe(dockerHost: string, reason: string): string {
  return (
    `no Docker engine at ${dockerHost} (${reason}). Start Docker, or set DOCKER_HOST to where it is; ` +
    '`npm run demo` shows Quaylog with an engine and containers of its own.'
  );
}

function parseDockerHost(dockerHost: string): { path: string } | { host: string; port: number } | null {
  const path = /^unix:\/\/(\/.+)$/.exec(dockerHost)?.[1];
  if (path !== undefined) return { path };
  const url = URL.parse(dockerHost);
  if (url === null || url.hostname === '' || !(url.protocol in USUAL_PORTS)) return null;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || USUAL_PORTS[url.protocol]) };
}
