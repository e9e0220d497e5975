/** `GET /api/v1/dead-letters` and `POST /api/v1/dead-letters/replay`: what the server behind the store refused. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { DeadLetterList, DeadLetterReplay, DeadLetterReplayRequest } from '#contract/dead-letter.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '#contract/constants.ts';
import type { DeadLetterBox } from './log-store.ts';

const ListParams = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT })) },
  { additionalProperties: false },
);
const NoParams = Type.Object({}, { additionalProperties: false });
const tags = ['dead letters'];

/** `box` absent: a store that refuses nothing, so that there are none. */
export function registerDeadLetterRoutes(app: FastifyInstance, box: DeadLetterBox | undefined): void {
  app.get<{ Querystring: Static<typeof ListParams> }>(
    '/api/v1/dead-letters',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'What Elasticsearch refused to store, newest first, with the reason',
        querystring: ListParams,
        response: { 200: DeadLetterList },
      },
    },
    async ({ query }): Promise<DeadLetterList> =>
      (await box?.list(query.limit ?? DEFAULT_LIMIT)) ?? { total: 0, letters: [] },
  );

  app.post<{ Body: DeadLetterReplayRequest }>(
    '/api/v1/dead-letters/replay',
    {
      config: { access: 'write' },
      schema: {
        tags,
        summary: 'Store again what dead letters hold; what is stored is no dead letter any more',
        querystring: NoParams,
        body: DeadLetterReplayRequest,
        response: { 200: DeadLetterReplay },
      },
    },
    async ({ body }): Promise<DeadLetterReplay> => (await box?.replay(body.ids)) ?? { stored: 0, refused: 0 },
  );
}
