import type { FastifyInstance } from 'fastify';
import type { HostStatus } from '#contract/batch.ts';

export type HealthDeps = {
  hosts: () => HostStatus[];
  /** Null while the store takes batches; else why not. */
  storeTrouble: () => string | null;
  /** What is not as it should be although batches are taken; null: nothing. */
  note: () => string | null;
  metrics: () => Promise<{ contentType: string; body: string }>;
};

export function registerHealthRoutes(app: FastifyInstance, deps: HealthDeps): void {
  const config = { access: 'public' as const };
  app.get('/healthz', { config, schema: { hide: true } }, () => ({ status: 'ok' }));
  app.get('/readyz', { config, schema: { hide: true } }, (_request, reply) => {
    const reason = notReady(deps);
    const note = deps.note();
    return reply.status(reason ? 503 : 200).send({
      ...(reason ? { status: 'not ready', reason } : { status: 'ready' }),
      ...(note !== null && { note }),
    });
  });
  const read = { access: 'read' as const };
  app.get('/metrics', { config: read, schema: { hide: true } }, async (_request, reply) => {
    const { contentType, body } = await deps.metrics();
    return reply.header('content-type', contentType).serializer(String).send(body);
  });
}

function notReady(deps: HealthDeps): string | null {
  const trouble = deps.storeTrouble();
  if (trouble) return `store: ${trouble}`;
  return deps.hosts().some(host => host.connected) ? null : 'no collector has reported in the last 15 s';
}
