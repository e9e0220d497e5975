import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDockerEngine } from './docker-engine.ts';
import { ENGINE_PATHS, enginePath, type EnginePath } from './engine-path.ts';

const id = 'a'.repeat(64);
const signal = new AbortController().signal;
const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach(server => server.close()));

/** An engine of the given versions that answers everything and remembers what it was asked. */
async function fakeEngine(
  answers: Record<string, unknown> = {},
  status = 200,
  prepare: (response: ServerResponse) => void = () => undefined,
) {
  const asked: { method: string; path: string }[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://engine');
    asked.push({ method: request.method ?? '', path: request.url ?? '' });
    const name = pathname.replace(/^\/v[\d.]+/, '');
    response.statusCode = name in answers || name === '/version' || name === '/info' ? 200 : status;
    response.setHeader('connection', 'close');
    if (name !== '/version' && name !== '/info') prepare(response);
    const fallback =
      name === '/version' ? { Version: '29.0', ApiVersion: '1.52', MinAPIVersion: '1.44' } : {};
    response.end(JSON.stringify(answers[name] ?? fallback));
  });
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { engine: createDockerEngine(`tcp://127.0.0.1:${port}`), asked };
}

describe('the docker engine', () => {
  it('is only ever asked with GET, on the listed paths', async () => {
    const { engine, asked } = await fakeEngine({
      '/containers/json': [],
      [`/containers/${id}/json`]: { Id: id },
      [`/containers/${id}/logs`]: '',
      [`/containers/${id}/stats`]: {},
      '/events': {},
    });
    await engine.list();
    await engine.inspect(id);
    await engine.readStats(id);
    await engine.readLogs(id, { since: null, follow: true, signal, onBytes: () => undefined });
    const output = { output: 'stdout' as const, signal, onOpen: () => undefined, onBytes: () => undefined };
    await expect(engine.readOutput(id, output)).rejects.toMatchObject({ code: 'refused' });
    await engine.readEvents({ since: null, signal, onOpen: () => undefined, onEvent: () => undefined });
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET']));
    const listed = asked.map(
      ({ path }) =>
        path
          .replace(/^\/v1\.52/, '')
          .replace(id, '{id}')
          .split('?')[0],
    );
    expect(new Set(listed)).toEqual(new Set(ENGINE_PATHS));
  });

  it.each(['../../images/json', 'web', `${id}/archive`, `${id}?path=/etc`, ''])(
    'takes no id like %j',
    async bad => {
      const { engine, asked } = await fakeEngine();
      await expect(engine.inspect(bad)).rejects.toMatchObject({ code: 'not_found' });
      expect(asked.filter(({ path }) => path.includes('containers'))).toEqual([]);
    },
  );

  it('builds no path that is not listed', () => {
    const attach = (query: Record<string, string>) => () =>
      enginePath('/containers/{id}/attach/ws', { apiVersion: '1.41', id, query });
    expect(attach({ stream: '1' })).toThrow('stdin');
    expect(attach({ stream: '1', stdin: '1' })).toThrow('stdin');
    expect(() => enginePath('/containers/{id}/archive' as EnginePath, { apiVersion: '1.41', id })).toThrow();
  });

  it.each([
    [404, 'not_found'],
    [409, 'not_found'],
    [501, 'unreadable'],
    [500, 'refused'],
    [403, 'not_allowed'],
  ])('turns status %i into %s, with its own words', async (status, code) => {
    const { engine } = await fakeEngine({}, status);
    const read = { since: null, follow: false, signal, onBytes: () => undefined };
    await expect(engine.inspect(id)).rejects.toMatchObject({ name: 'EngineError', code });
    await expect(engine.readLogs(id, read)).rejects.toMatchObject({ name: 'EngineError', code });
  });

  it('names the socket that does not exist, and what to do', async () => {
    await expect(createDockerEngine('unix:///nowhere/docker.sock').describe()).rejects.toMatchObject({
      code: 'unreachable',
      retry: true,
      message: expect.stringMatching(/unix:\/\/\/nowhere\/docker\.sock.*DOCKER_HOST/) as string,
    });
  });

  it('names the path that a proxy must allow', async () => {
    const { engine } = await fakeEngine({}, 403);
    const read = { since: null, follow: true, signal, onBytes: () => undefined };
    await expect(engine.readLogs(id, read)).rejects.toThrow('must allow GET /containers/{id}/logs');
  });

  it('takes an answer that was cut off for none', async () => {
    const { engine } = await fakeEngine({ '/containers/json': [{ Id: id }] }, 200, response =>
      response.setHeader('content-length', 1_000),
    );
    await expect(engine.list()).rejects.toMatchObject({ code: 'broken_stream', retry: true });
  });

  it.each([
    ['1.24', '1.12', /1\.24 at most; 1\.41 is needed/],
    ['1.40', undefined, /1\.41 is needed/],
  ])('says which API is needed of an engine that ends at %s', async (ApiVersion, MinAPIVersion, message) => {
    const { engine } = await fakeEngine({ '/version': { ApiVersion, MinAPIVersion } });
    await expect(engine.describe()).rejects.toMatchObject({
      code: 'too_old',
      retry: false,
      message: expect.stringMatching(message) as string,
    });
  });

  it('says when something else answers', async () => {
    const { engine } = await fakeEngine({ '/version': { hello: 'world' } });
    await expect(engine.describe()).rejects.toThrow(/container engine/);
  });

  it('knows Podman again, which says another ID each time', async () => {
    const podman = () => ({
      '/version': { ApiVersion: '1.41', MinAPIVersion: '1.24', Components: [{ Name: 'Podman Engine' }] },
      '/info': { ID: crypto.randomUUID(), Name: 'pod-1', DockerRootDir: '/home/a/.local/share/containers' },
    });
    const ids = [await fakeEngine(podman()), await fakeEngine(podman())].map(
      async ({ engine }) => (await engine.describe()).id,
    );
    expect(new Set(await Promise.all(ids)).size).toBe(1);
  });
});
