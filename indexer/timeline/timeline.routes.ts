/** `GET /api/v1/timeline` and `GET /api/v1/events/:id/story`. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Container } from '#contract/container.ts';
import { Story, Timeline } from '#contract/query.ts';
import { stampOf } from '#contract/stamp.ts';
import { explainDeaths } from '../death/with-deaths.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { resolveRange } from '../query/date-math.ts';
import { buildTimeline } from './build-timeline.ts';
import { readStory, type StoryDeps } from './story.ts';

const MAX_EVENTS = 20_000;
/** As drawn: executions in a container and health probes are not. */
const ACTIONS = [
  'create',
  'start',
  'die',
  'oom',
  'kill',
  'stop',
  'restart',
  'pause',
  'unpause',
  'health_status',
  'rename',
  'destroy',
  'log-gap',
];

export type TimelineDeps = Pick<StoryDeps, 'store' | 'deliveriesOf'> & {
  inventory: Pick<Inventory, 'containers' | 'silences'>;
  now: () => Date;
};

const TimelineParams = Type.Object(
  {
    from: Type.Optional(Type.String({ maxLength: 100 })),
    to: Type.Optional(Type.String({ maxLength: 100 })),
    container: Type.Optional(Type.String({ maxLength: 256 })),
  },
  { additionalProperties: false },
);
const NoParams = Type.Object({}, { additionalProperties: false });
const IdParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-v]{32}$' }) });
const config = { access: 'read' as const };
const tags = ['events'];

export function registerTimelineRoutes(app: FastifyInstance, deps: TimelineDeps): void {
  app.get<{ Querystring: Static<typeof TimelineParams> }>(
    '/api/v1/timeline',
    {
      config,
      schema: {
        tags,
        summary: 'What every container was, and what happened to it',
        querystring: TimelineParams,
        response: { 200: Timeline },
      },
    },
    request => readTimeline(request.query, deps),
  );

  app.get<{ Params: Static<typeof IdParams> }>(
    '/api/v1/events/:id/story',
    {
      config,
      schema: {
        tags,
        summary: 'Why: cause, memory curve, lines before and after',
        params: IdParams,
        querystring: NoParams,
        response: { 200: Story },
      },
    },
    request => readStory(request.params.id, { ...deps, containers: deps.inventory.containers }),
  );
}

async function readTimeline(
  query: Static<typeof TimelineParams>,
  { store, inventory, now }: TimelineDeps,
): Promise<Timeline> {
  const range = resolveRange(query, now());
  const containers = wanted(inventory.containers(), query.container);
  const newestFirst = await store.findEvents({
    ...range,
    ...(query.container ? { containerIds: containers.map(({ id }) => id) } : {}),
    actions: ACTIONS,
    order: 'desc',
    limit: MAX_EVENTS,
  });
  const events = await explainDeaths(newestFirst.reverse(), store);
  return buildTimeline({
    containers,
    events,
    span: { ...range, now: stampOf(now().getTime()) },
    silences: [...inventory.silences(), ...unread(events, containers, range.from)],
  });
}

/** When more happened than is read at once, nothing is claimed about the time before. */
function unread(events: { '@timestamp': string }[], containers: Container[], from: string) {
  const oldest = events[0]?.['@timestamp'];
  if (events.length < MAX_EVENTS || oldest === undefined) return [];
  return [...new Set(containers.map(({ hostId }) => hostId))].map(hostId => ({ hostId, from, to: oldest }));
}

/** By id, the beginning of an id (12 characters or more), or name: every generation of a recreated container. */
function wanted(containers: Container[], asked = ''): Container[] {
  if (asked === '') return containers;
  return containers.filter(
    ({ id, name }) => name === asked || id === asked || (asked.length >= 12 && id.startsWith(asked)),
  );
}
