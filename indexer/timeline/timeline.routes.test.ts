import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Story, Timeline } from '#contract/query.ts';
import { events, T0 } from '../death/event-script.fixture.ts';
import { openServer } from '../server.fixture.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { registerTimelineRoutes } from './timeline.routes.ts';

const list = events('start@-60 kill15@-1 die0@0 stop@0.1');
let app: FastifyInstance;
beforeEach(async () => {
  const store = createMemoryStore();
  await store.append({ records: [], events: list, samples: [] });
  app = await openServer();
  registerTimelineRoutes(app, {
    store,
    inventory: { containers: () => [], silences: () => [] },
    now: () => new Date(T0),
    deliveriesOf: () => Promise.resolve([]),
  });
});
afterEach(() => app.close());

const get = async (url: string) => {
  const response = await app.inject({ method: 'GET', url });
  return { status: response.statusCode, body: response.json<unknown>() };
};

test('a timeline sees beyond its edges: the signals before it, the stop after it', async () => {
  const { body } = await get(`/api/v1/timeline?from=now-500ms&to=2026-11-22T10:41:09.001Z`);
  const [row] = (body as Timeline).rows;
  expect(row?.marks).toMatchObject([{ kind: 'die', exitCode: 0, class: 'operator_stop' }]);
});

test('each mark leads to its story', async () => {
  const { body } = await get(`/api/v1/events/${list[2]!.event.id}/story`);
  expect((body as Story).title).toBe('worker-1 was stopped');
});

test.each([
  ['/api/v1/timeline?from=yesterday', 400, 'bad_parameter'],
  ['/api/v1/timeline?zoom=2', 400, 'bad_parameter'],
  ['/api/v1/events/nobody/story', 400, 'bad_parameter'],
  [`/api/v1/events/${'0'.repeat(32)}/story`, 404, 'not_found'],
])('%s is %i', async (url, status, code) => {
  expect(await get(url)).toMatchObject({ status, body: { error: { code } } });
});
