import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { checkIndexers } from './check-indexer.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const error = (code: string, message: string) => JSON.stringify({ error: { code, message } });

/** An indexer that answers `ingest` so, and says that it is ready. */
const indexer =
  (status: number, code: string, headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    const isReady = request.url === '/readyz';
    response.writeHead(isReady ? 200 : status, headers).end(isReady ? '{}' : error(code, `it is ${code}`));
  };

async function check(...urls: string[]): Promise<string[]> {
  const { config } = readConfig({ indexerUrl: urls.join(','), token: 'qlt_x' });
  return (await checkIndexers(config)).map(({ verdict, text }) => `${verdict} ${text}`);
}

describe('an indexer', () => {
  it('that calls an empty batch a bad one knows the token', async () => {
    const url = await serve(indexer(400, 'bad_batch'));
    expect(await check(url)).toEqual([
      `ok the indexer at ${url} answers and knows the token`,
      'ok its clock agrees with the one here',
    ]);
  });

  it.each([
    [401, 'unauthorized', 'trouble'],
    [403, 'forbidden', 'trouble'],
    [404, 'not_found', 'trouble'],
    [503, 'busy', 'risk'],
  ])('that answers %i %s', async (status, code, verdict) => {
    const [first] = await check(await serve(indexer(status, code)));
    expect(first).toContain(`${verdict} the indexer at http`);
    expect(first).toContain(`it is ${code}`);
  });

  it('that is not there is told apart from those that are', async () => {
    const url = await serve(indexer(400, 'bad_batch'));
    const found = await check('http://127.0.0.1:1', url);
    expect(found[0]).toContain('trouble no indexer at http://127.0.0.1:1');
    expect(found[1]).toContain(`ok the indexer at ${url}`);
  });

  it.each([
    [90_000, /^risk its clock is (?:89|90|91) s ahead of the one here$/],
    [-90_000, /^risk its clock is (?:89|90|91) s behind the one here$/],
  ])('whose clock is %i ms off', async (ms, said) => {
    const date = new Date(Date.now() + ms).toUTCString();
    expect((await check(await serve(indexer(400, 'bad_batch', { date }))))[1]).toMatch(said);
  });

  it.each([
    ['{"reason":"store: the disk is full"}', ': store: the disk is full'],
    ['{}', ''],
    ['null', ''],
    ['<html>', ''],
  ])('that is not ready, and says %s', async (answer, why) => {
    const url = await serve((request, response) => {
      const isReady = request.url === '/readyz';
      response.writeHead(isReady ? 503 : 400).end(isReady ? answer : error('bad_batch', 'x'));
    });
    expect((await check(url))[1]).toBe(`risk the indexer at ${url} is not ready${why}`);
  });
});
