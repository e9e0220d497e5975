import type { FastifyInstance } from 'fastify';
import type { HostStatus } from '#contract/batch.ts';

export type HealthDeps = {
  hosts: () => HostStatus[];
  /** Null while batches are taken and questions answered; else why not. */
  trouble: () => string | null;
  /** What of other indexers is not as it should be; null: nothing. */
  note: () => string | null;
  metrics: () => Promise<{ contentType: string; body: string }>;
};

export function registerHealthRoutes(app: FastifyInstance, deps: HealthDeps): void {
  const config = { access: 'public' as const };
  app.get('/healthz', { config, schema: { hide: true } }, () => ({ status: 'ok' }));
  // Whether requests may be sent here. That no collector does is told, but is no reason to keep them, or anybody, away.
  app.get('/readyz', { config, schema: { hide: true } }, (_request, reply) => {
    const reason = deps.trouble();
    const collecting = deps.hosts().some(host => host.connected);
    const notes = [collecting ? null : 'no collector has reported in the last 15 s', deps.note()];
    const note = notes.filter(text => text !== null).join('; ');
    return reply.status(reason === null ? 200 : 503).send({
      ...(reason === null ? { status: 'ready' } : { status: 'not ready', reason: `store: ${reason}` }),
      collecting,
      ...(note !== '' && { note }),
    });
  });
  const read = { access: 'read' as const };
  app.get('/metrics', { config: read, schema: { hide: true } }, async (_request, reply) => {
    const { contentType, body } = await deps.metrics();
    return reply.header('content-type', contentType).serializer(String).send(body);
  });
}
