import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Container } from '#contract/container.ts';
import { openServer } from '../server.fixture.ts';
import { registerInventoryRoutes } from './inventory.routes.ts';

const aContainer = (name: string, project?: string): Container => ({
  id: name.repeat(12),
  name,
  image: 'x',
  state: 'running',
  health: 'none',
  exitCode: null,
  oomKilled: false,
  restartCount: 0,
  restartPolicy: 'no',
  createdAt: '2026-11-22T10:00:00Z',
  startedAt: null,
  finishedAt: null,
  memoryLimitBytes: null,
  labels: { '<b>': '"' },
  compose: project === undefined ? null : { project, service: name },
  tty: false,
  logDriver: 'json-file',
  collected: true,
  collectedReason: '',
  observedAt: '2026-11-22T10:00:00Z',
  host: 'quay',
  hostId: 'h',
  sample: null,
  sampledAt: null,
  lastDeath: null,
});
const containers = [aContainer('b'), aContainer('a'), aContainer('z', 'shop')];

let app: FastifyInstance;
beforeEach(async () => {
  app = await openServer();
  registerInventoryRoutes(app, {
    inventory: {
      containers: () => [...containers],
      container: asked => containers.find(({ name }) => name === asked),
      hosts: () => [],
    },
  });
});
afterEach(() => app.close());

test.each([
  ['/api/v1/containers', 200, { containers: [{ name: 'z' }, { name: 'a' }, { name: 'b' }] }],
  ['/api/v1/containers/a', 200, { name: 'a', labels: { '<b>': '"' } }],
  ['/api/v1/containers/nobody', 404, { error: { code: 'not_found' } }],
  ['/api/v1/containers?state=running', 400, { error: { code: 'bad_parameter' } }],
  ['/api/v1/hosts', 200, { hosts: [] }],
])('%s', async (url, status, body) => {
  const response = await app.inject({ method: 'GET', url });
  expect({ status: response.statusCode, body: response.json<unknown>() }).toMatchObject({ status, body });
});
