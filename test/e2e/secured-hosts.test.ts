/**
 * Two hosts send to one indexer the way operators run it across machines: https, client certificates, tokens, packed batches.
 * The first is a real engine with a real collector; the second speaks the wire itself.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostList, IngestBatch } from '#contract/batch.ts';
import type { LogPage } from '#contract/query.ts';
import { createAuthority, type Signed } from '../support/certificates.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { makeToken, onTokens, PASSWORD } from '../support/people.ts';
import { freePort, startProgram, untilCollecting, type Program } from '../support/program.ts';
import { aBatch, aLine, aStamp, aWireContainer } from '../support/wire.ts';

let dir: string;
let engine: TestEngine;
let indexer: Program;
let collector: Program;
let port: number;
const tokens: Record<string, string> = {};
const signed: Record<string, Signed> = {};
const path = (...names: string[]) => join(dir, ...names);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'quaylog-secured-'));
  port = await freePort();
  const authority = createAuthority(path('authority'), 'collectors of the test');
  signed['server'] = createAuthority(path('site'), 'site of the test').sign(path('server'));
  for (const host of ['host-a', 'host-b']) {
    signed[host] = authority.sign(path(host), [`DNS:${host}`]);
    tokens[host] = await makeToken(path('data'), host);
  }
  tokens['reader'] = await makeToken(path('data'), null);
  signed['stranger'] = createAuthority(path('elsewhere'), 'nobody').sign(path('stranger'), ['DNS:host-b']);
  indexer = startProgram({
    args: ['indexer'],
    env: {
      QUAYLOG_LISTEN: `0.0.0.0:${port}`,
      QUAYLOG_DATA: path('data'),
      QUAYLOG_PASSWORD: PASSWORD,
      QUAYLOG_TLS_CERT: path('server', 'cert.pem'),
      QUAYLOG_TLS_KEY: path('server', 'key.pem'),
      QUAYLOG_TLS_CLIENT_CA: path('authority', 'ca.pem'),
    },
  });
  await eventually(async () => (await ask('GET', '/healthz')).status === 200, {
    what: 'the indexer listens',
  });
  engine = await startTestEngine();
  await importBusybox(engine);
  collector = startCollector();
});
afterAll(async () => {
  await collector?.kill('SIGTERM');
  await indexer?.kill('SIGTERM');
  await engine?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const startCollector = () =>
  startProgram({
    args: ['collector'],
    env: {
      DOCKER_HOST: engine.dockerHost,
      QUAYLOG_DATA: path('collector'),
      QUAYLOG_HOST_NAME: 'host-a',
      QUAYLOG_INDEXER_URL: `https://localhost:${port}`,
      QUAYLOG_INDEXER_CA: path('site', 'ca.pem'),
      QUAYLOG_CLIENT_CERT: path('host-a', 'cert.pem'),
      QUAYLOG_CLIENT_KEY: path('host-a', 'key.pem'),
      QUAYLOG_TOKEN: tokens['host-a'],
      QUAYLOG_COMPRESSION: 'zstd',
    },
  });

type Shown = {
  token?: string | undefined;
  as?: Signed | undefined;
  body?: Buffer;
  headers?: Record<string, string>;
};
type Answer = { status: number | undefined; body: unknown; headers: Record<string, unknown> };

/** One request on a connection of its own. */
function ask(method: string, url: string, { token, as, body, headers = {} }: Shown = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    const options = {
      method,
      host: '127.0.0.1',
      port,
      path: url,
      agent: false as const,
      ca: readFileSync(path('site', 'ca.pem')),
      ...(as ? { cert: as.cert, key: as.key } : {}),
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    };
    request(options, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : text;
        done({ status: response.statusCode, body: parsed, headers: response.headers });
      });
    })
      .once('error', fail)
      .end(body);
  });
}

const read = async <T>(url: string) => (await ask('GET', url, { token: tokens['reader'] })).body as T;
const send = (batch: IngestBatch, shown: Shown) =>
  ask('POST', '/api/v1/ingest', {
    ...shown,
    body: zstdCompressSync(JSON.stringify(batch)),
    headers: { 'content-type': 'application/json', 'content-encoding': 'zstd' },
  });
const batchOf = (name: string) =>
  aBatch({
    host: { ...aBatch().host, id: `ENGINE:${name}`, name },
    containers: [aWireContainer('remote')],
    lines: [aLine(0, aStamp(Date.now()), 'from afar')],
  });

it('lines of both hosts arrive, each under its own name', async () => {
  await engine.docker(['run', '-d', '--name', 'near', 'quaylog-test/busybox', 'echo', 'from here']);
  const sent = await send(batchOf('host-b'), { token: tokens['host-b'], as: signed['host-b'] });
  expect(sent).toMatchObject({ status: 200, body: { stored: 1 } });
  const near = await eventually(
    async () => (await read<LogPage>('/api/v1/logs?q=container:near')).records[0],
    { what: 'the line of the real container is stored', withinMs: 60_000 },
  );
  expect(near).toMatchObject({ message: 'from here', host: { name: 'host-a' } });
  const { hosts } = await read<HostList>('/api/v1/hosts');
  expect(hosts.map(({ name, connected }) => [name, connected])).toEqual([
    ['host-a', true],
    ['host-b', true],
  ]);
});

describe('a batch is not taken', () => {
  it.each<[string, string, string | undefined, string | undefined, number, RegExp]>([
    ['without a certificate', 'host-b', 'host-b', undefined, 401, /client certificate: none was shown/],
    ['with one of another authority', 'host-b', 'host-b', 'stranger', 401, /was not accepted/],
    ['with the certificate of another host', 'host-b', 'host-b', 'host-a', 403, /host-a.*host-b/],
    ['with the token of another host', 'host-b', 'host-a', 'host-b', 403, /host-a.*host-b/],
    ['without a token', 'host-b', undefined, 'host-b', 401, /Neither a session nor a token/],
    ['with a token that reads', 'host-b', 'reader', 'host-b', 403, /token of a collector/],
  ])('%s', async (...[, host, token, certificate, status, message]) => {
    const shown = { token: tokens[token ?? ''], as: signed[certificate ?? ''] };
    const answer = await send(batchOf(host), shown);
    expect(answer).toMatchObject({
      status,
      body: { error: { message: expect.stringMatching(message) as string } },
    });
  });
});

it('people need no certificate; their cookie is for https alone, and browsers are told to stay', async () => {
  const headers = { 'content-type': 'application/json' };
  const body = Buffer.from(JSON.stringify({ password: PASSWORD }));
  const answer = await ask('POST', '/api/v1/session', { headers, body });
  expect(answer.status).toBe(204);
  expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-quaylog=.*Secure/);
  expect(answer.headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
});

it('TLS older than 1.2 is not spoken', async () => {
  const outcome = await new Promise<string>(done => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      rejectUnauthorized: false,
    });
    socket.once('secureConnect', () => done('connected'));
    socket.once('error', (error: Error) => done(error.message));
  });
  expect(outcome).toMatch(/protocol version|alert/i);
});

it('a collector whose token is revoked loses nothing: with the next token it goes on where it was', async () => {
  await onTokens(path('data'), book => book.revokeToken(tokens['host-a'] ?? ''));
  await engine.docker(['run', '-d', '--name', 'later', 'quaylog-test/busybox', 'echo', 'kept meanwhile']);
  await eventually(() => /was revoked at/.test(collector.output()), { what: 'the collector says why' });
  expect((await read<LogPage>('/api/v1/logs?q=container:later')).records).toEqual([]);
  await collector.kill('SIGTERM');
  tokens['host-a'] = await makeToken(path('data'), 'host-a');
  collector = startCollector();
  const page = await eventually(
    async () => {
      const found = await read<LogPage>('/api/v1/logs?q=container:later+or+container:near');
      return found.records.length >= 2 ? found : null;
    },
    { what: 'the line that waited is stored', withinMs: 60_000 },
  );
  expect(page.records.map(({ message }) => message)).toEqual(['kept meanwhile', 'from here']);
});

it('quaylog up with a password: its own collector needs no token to be made', async () => {
  const own = await freePort();
  const up = startProgram({
    args: ['up'],
    env: {
      DOCKER_HOST: engine.dockerHost,
      QUAYLOG_DATA: path('up'),
      QUAYLOG_LISTEN: `127.0.0.1:${own}`,
      QUAYLOG_PASSWORD: PASSWORD,
    },
  });
  await untilCollecting(`http://127.0.0.1:${own}`, up);
  expect((await fetch(`http://127.0.0.1:${own}/api/v1/hosts`)).status).toBe(401);
  await up.kill('SIGTERM');
});

describe('the terminal', () => {
  const run = async (env: Record<string, string>) => {
    const program = startProgram({
      args: ['logs', 'container:remote', '--url', `https://localhost:${port}`],
      env: { NODE_EXTRA_CA_CERTS: path('site', 'ca.pem'), ...env },
    });
    const code = await program.exitCode();
    return { code, output: program.output() };
  };

  it('shows a token that reads', async () => {
    const { code, output } = await run({ QUAYLOG_TOKEN: tokens['reader'] ?? '' });
    expect([code, output]).toEqual([0, expect.stringContaining('from afar')]);
  });

  it('without one is told how to get it', async () => {
    const { code, output } = await run({});
    expect([code, output]).toEqual([2, expect.stringContaining('quaylog token create --read')]);
  });
});
