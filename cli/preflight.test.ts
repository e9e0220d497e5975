import { createServer, type Server } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findEngineTrouble, findPortTrouble } from './preflight.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach(server => server.close()));

function listen(where: string | number): Promise<Server> {
  const server = createServer(socket => socket.destroy());
  servers.push(server);
  return new Promise(done => {
    if (typeof where === 'string') server.listen(where, () => done(server));
    else server.listen(where, '127.0.0.1', () => done(server));
  });
}

test('an engine that listens is no trouble', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'quaylog-')), 'docker.sock');
  await listen(path);
  expect(await findEngineTrouble(`unix://${path}`)).toBeNull();
});

test('no engine: names the socket tried and the demo', async () => {
  const trouble = await findEngineTrouble('unix:///nowhere/docker.sock');
  expect(trouble).toContain('/nowhere/docker.sock');
  expect(trouble).toContain('npm run demo');
});

test('an address of another kind is said to be one', async () =>
  expect(await findEngineTrouble('ssh://host')).toMatch(/neither.*quaylog collector/));

test('a port that is taken is named', async () => {
  const server = await listen(0);
  const { port } = server.address() as { port: number };
  expect(await findPortTrouble(`127.0.0.1:${port}`)).toContain(`127.0.0.1:${port} is taken`);
  server.close();
  expect(await findPortTrouble('127.0.0.1:0')).toBeNull();
});
