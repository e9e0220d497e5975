import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createDockerEngine } from './docker-engine.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach(server => server.close()));

/** An engine that keeps its connections, and remembers them. */
async function keepingEngine() {
  const connections: Socket[] = [];
  const server = createServer((request, response) => {
    const isVersion = request.url?.endsWith('/version') === true;
    response.end(
      JSON.stringify(
        isVersion ? { Version: '29.0', ApiVersion: '1.52', MinAPIVersion: '1.44' } : [{ Id: 'a' }],
      ),
    );
  });
  server.on('connection', socket => connections.push(socket));
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { engine: createDockerEngine(`tcp://127.0.0.1:${port}`), connections };
}

const listed = [{ id: 'a', running: false }];

it('short questions come one after the other on the same connection', async () => {
  const { engine, connections } = await keepingEngine();
  for (let i = 0; i < 5; i++) expect(await engine.list()).toEqual(listed);
  expect(connections).toHaveLength(1);
});

it('of many at a time, some connections are kept', async () => {
  const { engine, connections } = await keepingEngine();
  await engine.list();
  await Promise.all(Array.from({ length: 20 }, () => engine.list()));
  const before = connections.length;
  await Promise.all(Array.from({ length: 4 }, () => engine.list()));
  expect(connections).toHaveLength(before);
});

it('a connection that the engine closed meanwhile costs nothing but another one', async () => {
  const { engine, connections } = await keepingEngine();
  for (let i = 0; i < 20; i++) {
    expect(await engine.list()).toEqual(listed);
    // Without waiting until the other side knows.
    connections.at(-1)?.destroy();
  }
  expect(connections.length).toBeGreaterThan(1);
});
