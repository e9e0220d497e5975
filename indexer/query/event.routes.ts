/** The read routes for container events and samples. */
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import { DEFAULT_LIMIT } from '#contract/constants.ts';
import { EventsParams, StatsParams, type EventList, type SampleList } from '#contract/query.ts';
import type { LogStore } from '../store/log-store.ts';
import { resolveRange } from './date-math.ts';

const SAMPLES_PER_CONTAINER = 1_000;

export type EventDeps = {
  store: LogStore;
  now: () => Date;
  containers: () => Container[];
  /** Fills in `death` on the `die` events, reading what lies around them. */
  explainDeaths: (events: ContainerEvent[]) => Promise<ContainerEvent[]>;
};

const config = { access: 'read' as const };

export function registerEventRoutes(app: FastifyInstance, deps: EventDeps): void {
  const tags = ['events'];

  app.get<{ Querystring: Static<typeof EventsParams> }>(
    '/api/v1/events',
    { config, schema: { tags, summary: 'Container events, newest first', querystring: EventsParams } },
    async (request): Promise<EventList> => {
      const { container, action, limit = DEFAULT_LIMIT } = request.query;
      const events = await deps.store.findEvents({
        ...resolveRange(request.query, deps.now()),
        ...containerFilter(container, deps.containers()),
        ...(action === undefined ? {} : { actions: action.split(',').map(one => one.trim()) }),
        order: 'desc',
        limit,
      });
      return { events: await deps.explainDeaths(events) };
    },
  );

  app.get<{ Querystring: Static<typeof StatsParams> }>(
    '/api/v1/stats',
    { config, schema: { tags, summary: 'Resource samples, oldest first', querystring: StatsParams } },
    async (request): Promise<SampleList> => ({
      samples: await deps.store.findSamples({
        ...resolveRange(request.query, deps.now()),
        ...containerFilter(request.query.container, deps.containers()),
        perContainer: SAMPLES_PER_CONTAINER,
      }),
    }),
  );
}

/** An id, the beginning of an id (12 characters or more), or a name: every generation of a recreated container. */
function containerFilter(asked: string | undefined, known: Container[]): { containerIds?: string[] } {
  if (asked === undefined || asked === '') return {};
  const isAsked = ({ id, name }: Container) =>
    name === asked || id === asked || (asked.length >= 12 && id.startsWith(asked));
  const ids = known.filter(isAsked).map(container => container.id);
  return { containerIds: ids.length > 0 ? ids : [asked] };
}
