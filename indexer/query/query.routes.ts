/** The read routes for logs. Parameters → range and tree → store → answer. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { ContextParams, FacetsParams, HistogramParams, LogsParams } from '#contract/query.ts';
import type { Context, FieldList, Histogram, LogPage } from '#contract/query.ts';
import type { LogStore } from '../store/log-store.ts';
import { readContext } from './context.ts';
import { resolveRange } from './date-math.ts';
import { canonicalField } from './fields.ts';
import { readFields } from './field-list.ts';
import { readPage } from './log-page.ts';
import { parseQuery } from './parse-query.ts';

const DEFAULT_BUCKETS = 90;
const DEFAULT_FACET_VALUES = 10;
const DEFAULT_CONTEXT = 50;

export type QueryDeps = { store: LogStore; now: () => Date };

const IdParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-v]{32}$' }) });
const RangeParams = Type.Pick(LogsParams, ['from', 'to']);
const config = { access: 'read' as const };

export function registerQueryRoutes(app: FastifyInstance, { store, now }: QueryDeps): void {
  const tags = ['logs'];

  app.get<{ Querystring: LogsParams }>(
    '/api/v1/logs',
    { config, schema: { tags, summary: 'Find records, newest first', querystring: LogsParams } },
    (request, reply): Promise<LogPage> =>
      readPage(request.query, { store, now: now() }, whileConnected(reply)),
  );

  app.get<{ Querystring: Static<typeof HistogramParams> }>(
    '/api/v1/logs/histogram',
    { config, schema: { tags, summary: 'Count records over time, by level', querystring: HistogramParams } },
    (request, reply): Promise<Histogram> => {
      const { q, buckets = DEFAULT_BUCKETS } = request.query;
      const selection = {
        ...resolveRange(request.query, now()),
        query: parseQuery(q ?? '', { now: now() }),
        buckets,
      };
      return store.histogram(selection, whileConnected(reply));
    },
  );

  app.get<{ Querystring: Static<typeof FacetsParams> }>(
    '/api/v1/logs/facets',
    { config, schema: { tags, summary: 'Most frequent values of a field', querystring: FacetsParams } },
    async (request, reply) => {
      const { q, field, limit = DEFAULT_FACET_VALUES } = request.query;
      const selection = { ...resolveRange(request.query, now()), query: parseQuery(q ?? '', { now: now() }) };
      const facets = await store.facets(
        { ...selection, field: canonicalField(field), limit },
        whileConnected(reply),
      );
      return { ...facets, field };
    },
  );

  app.get<{ Querystring: Static<typeof RangeParams> }>(
    '/api/v1/logs/fields',
    { config, schema: { tags, summary: 'Fields one can ask for', querystring: RangeParams } },
    (request): Promise<FieldList> => readFields(store, resolveRange(request.query, now())),
  );

  app.get<{ Params: Static<typeof IdParams>; Querystring: Static<typeof ContextParams> }>(
    '/api/v1/logs/:id/context',
    {
      config,
      schema: {
        tags,
        summary: 'Records around one, of the same container',
        params: IdParams,
        querystring: ContextParams,
      },
    },
    (request): Promise<Context> => {
      const { before = DEFAULT_CONTEXT, after = DEFAULT_CONTEXT } = request.query;
      return readContext(store, { id: request.params.id, before, after });
    },
  );
}

/** Aborted when the client goes away before the answer is out. */
function whileConnected(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
