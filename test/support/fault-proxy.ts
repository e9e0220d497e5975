/** Stands between collector and indexer, and spoils what it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a batch. `pass`: the indexer decides. A number: that status, and the indexer never sees it. `cut`: the
 * indexer takes it, but the connection breaks before its answer. `away`: the connection breaks, and the indexer never sees it.
 */
export type Fault = 'pass' | 'cut' | 'away' | number;

export type FaultProxy = {
  url: string;
  /** Decides about each batch from its body. Until told, all pass. */
  decide: (fault: (body: string) => Fault) => void;
  close: () => Promise<void>;
};

export async function startFaultProxy(indexerUrl: string): Promise<FaultProxy> {
  let faultOf: (body: string) => Fault = () => 'pass';
  const server = createServer((request, response) => {
    serve(request, response, { indexerUrl, faultOf }).catch(() => response.destroy());
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: fault => void (faultOf = fault),
    async close() {
      server.closeAllConnections();
      await new Promise(done => server.close(done));
    },
  };
}

type Rule = { indexerUrl: string; faultOf: (body: string) => Fault };

async function serve(request: IncomingMessage, response: ServerResponse, { indexerUrl, faultOf }: Rule) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const fault = faultOf(body);
  if (typeof fault === 'number') {
    response.writeHead(fault, JSON_TYPE).end('{"error":{"code":"fault","message":"a fault of the test"}}');
    return;
  }
  if (fault === 'away') {
    response.destroy();
    return;
  }
  const answer = await fetch(indexerUrl + (request.url ?? ''), { method: 'POST', headers: JSON_TYPE, body });
  const text = await answer.text();
  if (fault === 'cut') response.destroy();
  else response.writeHead(answer.status, JSON_TYPE).end(text);
}

const JSON_TYPE = { 'content-type': 'application/json' };
