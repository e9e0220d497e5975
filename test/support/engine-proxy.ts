/** Stands between collector and engine as operators' proxies do: it remembers what was asked, and does what it is told to. */
import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export type EngineProxyOptions = {
  /** Only what this allows is passed on, the rest answered with 403. Default: everything. */
  allow?: (request: { method: string; path: string }) => boolean;
  /** Answers on which nothing was said for so long are cut. Default: never. */
  idleMs?: number;
  /** PEM: speak TLS, and with `ca` only with whom it has signed. */
  tls?: { cert: string; key: string; ca?: string };
};

export type EngineProxy = {
  /** `tcp://` and the address. */
  dockerHost: string;
  /** Every request there was, `path` with its query. */
  asked: { method: string; path: string }[];
  /** How many answers were cut. */
  cuts: () => number;
  close: () => Promise<void>;
};

/** Answers in HTTP/1.1 and in chunks whatever it is asked in. `socket`: the engine's. */
export async function startEngineProxy(
  socket: string,
  options: EngineProxyOptions = {},
): Promise<EngineProxy> {
  const asked: EngineProxy['asked'] = [];
  let cuts = 0;
  const listener: RequestListener = (incoming, outgoing) => {
    const { method = '', url: path = '' } = incoming;
    asked.push({ method, path });
    if (options.allow?.({ method, path }) === false) {
      outgoing.writeHead(403, { 'content-type': 'text/html' }).end('<html><h1>403 Forbidden</h1></html>');
      return;
    }
    const upstream = request({ socketPath: socket, method, path, agent: false }, answer => {
      passOn(answer, outgoing, { idleMs: options.idleMs, onCut: () => (cuts += 1) });
    });
    upstream.on('error', () => outgoing.writeHead(502).end());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  };
  const { tls } = options;
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ ...tls, requestCert: tls.ca !== undefined }, listener);
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return {
    dockerHost: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    cuts: () => cuts,
    async close() {
      server.closeAllConnections();
      await new Promise(done => server.close(done));
    },
  };
}

type Passing = { idleMs: number | undefined; onCut: () => void };

function passOn(answer: IncomingMessage, outgoing: ServerResponse, { idleMs, onCut }: Passing): void {
  // Said outright, Node does so to a client of HTTP/1.0 too.
  outgoing.writeHead(answer.statusCode ?? 502, { 'transfer-encoding': 'chunked' });
  outgoing.flushHeaders();
  answer.pipe(outgoing);
  answer.on('error', () => outgoing.destroy());
  if (idleMs === undefined) return;
  const cut = () => {
    onCut();
    outgoing.destroy();
  };
  const timer = setTimeout(cut, idleMs);
  answer.on('data', () => timer.refresh());
  outgoing.on('close', () => clearTimeout(timer));
}
