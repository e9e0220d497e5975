/** Stands between the indexer and Elasticsearch, and spoils what it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { gunzipSync } from 'node:zlib';

/**
 * What happens to a bulk request. `push back`: only the documents that `isTaken` picks reach the server, the others are answered
 * 429. `cut`: the server takes all, and its answer is lost. `away`: the connection breaks before. A number: that status, and the
 * server never sees it. Bodies beyond `maxBytes` are always answered 413.
 */
export type BulkFault = 'pass' | 'push back' | 'cut' | 'away' | number;

export type ElasticsearchProxy = {
  url: string;
  /** Decides about each bulk request. Until told, all pass. */
  decide: (fault: () => BulkFault) => void;
  /** Every request, also those that are no bulk, is answered so; null: no longer. */
  answerAll: (status: number | null) => void;
  counts: { packed: number; pushedBack: number; cut: number; tooLarge: number };
  close: () => Promise<void>;
};

type Options = { isTaken: () => boolean; maxBytes: number };

export async function startElasticsearchProxy(target: string, options: Options): Promise<ElasticsearchProxy> {
  let faultOf: () => BulkFault = () => 'pass';
  let everywhere: number | null = null;
  const counts = { packed: 0, pushedBack: 0, cut: 0, tooLarge: 0 };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const isBulk = request.url?.startsWith('/_bulk') === true;
    const fault = everywhere ?? (isBulk ? faultOfBulk(request, body) : 'pass');
    if (typeof fault === 'number') answer(response, fault, '{"error":"a fault of the test"}');
    else if (fault === 'push back') await pushBack(request, response, body);
    else if (fault === 'pass') await forward(request, response, body);
    else {
      if (fault === 'cut') await ask(request, body);
      response.destroy();
    }
  }

  function faultOfBulk({ headers }: IncomingMessage, body: string): BulkFault {
    if (headers['content-encoding'] === 'gzip') counts.packed++;
    if (body.length > options.maxBytes) {
      counts.tooLarge++;
      return 413;
    }
    const fault = faultOf();
    if (fault === 'cut') counts.cut++;
    return fault;
  }

  async function pushBack(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const lines = body.trimEnd().split('\n');
    const writes = Array.from(
      { length: lines.length / 2 },
      (_, i) => `${lines[2 * i]}\n${lines[2 * i + 1]}\n`,
    );
    const taken = writes.map(options.isTaken);
    const passed = writes.filter((_, i) => taken[i]).join('');
    const { items } =
      passed === '' ? { items: [] } : (JSON.parse((await ask(request, passed)).text) as Answer);
    const all = taken.map(isTaken => (isTaken ? items.shift() : BUSY));
    counts.pushedBack += taken.filter(isTaken => !isTaken).length;
    answer(response, 200, JSON.stringify({ errors: true, items: all }));
  }

  async function forward(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const { status, text } = await ask(request, body);
    answer(response, status, request.method === 'HEAD' ? '' : text);
  }

  async function ask({ url, method = 'GET', headers }: IncomingMessage, body: string) {
    const type = { 'content-type': headers['content-type'] ?? 'application/json' };
    const reply = await fetch(target + (url ?? ''), {
      method,
      headers: type,
      body: body === '' ? null : body,
    });
    return { status: reply.status, text: await reply.text() };
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>(done => server.listen(0, '0.0.0.0', done));
  return {
    url: `http://${ownAddress()}:${(server.address() as AddressInfo).port}`,
    decide: fault => void (faultOf = fault),
    answerAll: status => void (everywhere = status),
    counts,
    async close() {
      server.closeAllConnections();
      await new Promise(done => server.close(done));
    },
  };
}

type Answer = { items: object[] };
const BUSY = {
  create: { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'a fault of the test' } },
};

/** Not of loopback if there is another: what goes there is packed. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap(each => each ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
}
