import type { FastifyInstance } from 'fastify';
import { Compile } from 'typebox/compile';
import { IngestBatch, type WireLine } from '#contract/batch.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { ingestBatch, type IngestDeps } from './ingest.ts';

const batchSchema = Compile(IngestBatch);

/** `POST /api/v1/ingest`: 200 with an IngestAck once durable; 400 names what is wrong; 503 means keep it and try again. */
export function registerIngestRoutes(
  app: FastifyInstance,
  deps: IngestDeps & { countRefused: () => void },
): void {
  app.post('/api/v1/ingest', { config: { access: 'ingest' }, schema: { hide: true } }, async request => {
    try {
      return await ingestBatch(checkBatch(request.body), deps);
    } catch (error) {
      deps.countRefused();
      throw error;
    }
  });
}

function checkBatch(body: unknown): IngestBatch {
  if (!batchSchema.Check(body)) {
    const [first] = batchSchema.Errors(body);
    throw new QuaylogError(
      'bad_batch',
      `The batch does not fit the wire: ${first?.instancePath ?? ''} ${first?.message ?? ''}`,
    );
  }
  const known = body.containers.length;
  const named = (item: { container: number }) => item.container < known;
  const lineNamed = (line: WireLine) => line[0] < known;
  if (!body.lines.every(lineNamed) || !body.events.every(named) || !body.samples.every(named)) {
    throw new QuaylogError(
      'bad_batch',
      'A line, event or sample refers to a container that the batch does not name.',
    );
  }
  return body;
}
