/** How the collector speaks to indexers: which one, over what, and what it says when that does not work. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  createIndexerClient,
  type IndexerClient,
  type IndexerClientOptions,
} from '#collector/delivery/indexer-client.ts';
import { createAuthority } from '../support/certificates.ts';

const dir = mkdtempSync(join(tmpdir(), 'quaylog-client-'));
const authority = createAuthority(join(dir, 'authority'), 'authority of the test');
const own = authority.sign(join(dir, 'own'));
const stranger = createAuthority(join(dir, 'stranger'), 'another authority').sign(join(dir, 'foreign'));
afterAll(() => rmSync(dir, { recursive: true }));

type Request = { headers: IncomingMessage['headers']; body: Buffer };
type Answer = { status: number; headers?: Record<string, string>; body?: unknown } | 'never';

const ACK = { batchId: 'b', stored: 1, duplicates: 0, watched: [], credit: 5 };
const open: { server: Server; client?: IndexerClient }[] = [];
afterEach(() => {
  for (const { server } of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server, answer: (count: number) => Answer) {
  const requests: Request[] = [];
  server.on('request', (request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push({ headers: request.headers, body: Buffer.concat(parts) });
      const given = answer(requests.length);
      if (given !== 'never')
        response.writeHead(given.status, given.headers).end(JSON.stringify(given.body ?? ACK));
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  open.push({ server });
  return { requests, port: (server.address() as AddressInfo).port };
}

const plain = async (answer: (count: number) => Answer = () => ({ status: 200 })) => {
  const { requests, port } = await listen(createHttpServer(), answer);
  return { requests, url: `http://127.0.0.1:${port}` };
};

const clientOf = (options: Partial<IndexerClientOptions> & { urls: string[] }) =>
  createIndexerClient({ token: '', compression: 'auto', tls: {}, ...options });
const post = (client: IndexerClient, text = '{"lines":[]}') =>
  client.post([Buffer.from(text.slice(0, 5)), Buffer.from(text.slice(5))]);

describe('a batch', () => {
  it('is sent with the token, and its ack comes back', async () => {
    const { requests, url } = await plain();
    const answer = await post(clientOf({ urls: [url], token: 'secret' }));
    expect(answer).toMatchObject({ status: 200, ack: ACK });
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret', 'content-length': '12' });
    expect(requests[0]?.body.toString()).toBe('{"lines":[]}');
  });

  it.each([
    ['auto', undefined],
    ['none', undefined],
    ['zstd', 'zstd'],
  ] as const)(
    'to an indexer on the same machine is with compression %s packed as %s',
    async (compression, packed) => {
      const { requests, url } = await plain();
      const text = JSON.stringify({ lines: Array.from({ length: 200 }, (_, i) => `line ${i}`) });
      await post(clientOf({ urls: [url], compression }), text);
      const [request] = requests;
      expect(request?.headers['content-encoding']).toBe(packed);
      const body = packed === undefined ? request!.body : zstdDecompressSync(request!.body);
      expect(body.toString()).toBe(text);
    },
  );
});

describe('of several indexers', () => {
  it('the next is used when one does not answer, and kept', async () => {
    const gone = await plain();
    open.at(-1)?.server.close();
    const there = await plain();
    const client = clientOf({ urls: [gone.url, there.url] });
    expect(await post(client)).toMatchObject({ status: null, indexer: gone.url, code: 'ECONNREFUSED' });
    expect(await post(client)).toMatchObject({ status: 200, indexer: there.url });
    expect(await post(client)).toMatchObject({ status: 200, indexer: there.url });
  });

  it('a busy one is not left: it is asked again when it says', async () => {
    const busy = await plain(count =>
      count === 1
        ? { status: 503, headers: { 'retry-after': '2' }, body: { error: { code: 'busy' } } }
        : { status: 200 },
    );
    const client = clientOf({ urls: [busy.url, (await plain()).url] });
    expect(await post(client)).toMatchObject({ status: 503, code: 'busy', retryAfterMs: 2_000 });
    expect(await post(client)).toMatchObject({ status: 200, indexer: busy.url });
  });
});

describe('an indexer', () => {
  it('that never answers is given up', async () => {
    const { url } = await plain(() => 'never');
    const answer = await post(clientOf({ urls: [url], answerWithinMs: 100 }));
    expect(answer).toMatchObject({ status: null, message: 'no answer within 0.1 s' });
  });

  it('that refuses the token says which code, and what to do', async () => {
    const error = { code: 'unauthorized', message: 'The token is not known.', hint: 'Create one.' };
    const { url } = await plain(() => ({ status: 401, body: { error } }));
    expect(await post(clientOf({ urls: [url] }))).toEqual({
      indexer: url,
      status: 401,
      code: 'unauthorized',
      message: 'The token is not known. Create one.',
    });
  });

  it('that is none is not believed', async () => {
    const { url } = await plain(() => ({ status: 200, body: '<html>' }));
    expect(await post(clientOf({ urls: [url] }))).toMatchObject({ status: 502 });
  });
});

describe('over TLS', () => {
  const secure = async (options: object) => {
    const server = createHttpsServer({ cert: own.cert, key: own.key, ...options });
    return `https://127.0.0.1:${(await listen(server, () => ({ status: 200 }))).port}`;
  };
  const pem = (text: string) => Buffer.from(text);

  it('a certificate of the named authority is accepted', async () => {
    const url = await secure({});
    expect(await post(clientOf({ urls: [url], tls: { ca: pem(own.ca) } }))).toMatchObject({ status: 200 });
  });

  it.each([
    ['no authority', {}],
    ['another authority', { ca: pem(stranger.ca) }],
  ])('a certificate that does not verify is refused with a remedy: %s', async (_, tls) => {
    const answer = await post(clientOf({ urls: [await secure({})], tls }));
    expect(answer.status).toBeNull();
    expect(answer.message).toMatch(
      /^its certificate does not verify \(.+\): set QUAYLOG_INDEXER_CA to the PEM file/,
    );
  });

  it('an own certificate is shown where one is asked for', async () => {
    const url = await secure({ ca: own.ca, requestCert: true, rejectUnauthorized: true });
    expect(await post(clientOf({ urls: [url], tls: { ca: pem(own.ca) } }))).toMatchObject({ status: null });
    const tls = { ca: pem(own.ca), cert: pem(own.cert), key: pem(own.key) };
    expect(await post(clientOf({ urls: [url], tls }))).toMatchObject({ status: 200 });
  });
});
