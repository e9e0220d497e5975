import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Compile } from 'typebox/compile';
import { IngestBatch, type WireLine } from '#contract/batch.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { Auth } from '../auth/auth.ts';
import { inflate, MAX_BATCH_BYTES } from './inflate.ts';
import { ingestBatch, type IngestDeps } from './ingest.ts';
import type { Intake, Place } from './intake.ts';

const batchSchema = Compile(IngestBatch);

export type IngestRouteDeps = IngestDeps & {
  intake: Intake;
  /** Rejects unless the caller may send batches of this host. */
  bindHost: Auth['bindHost'];
  /** How many collectors report now. */
  collectors: () => number;
  countRefused: () => void;
};

/**
 * `POST /api/v1/ingest`, JSON, also packed with zstd or gzip: 200 with an IngestAck once durable; 400 and 413 name what is
 * wrong; 403: another host's; 503: keep it and come again.
 */
export function registerIngestRoutes(app: FastifyInstance, deps: IngestRouteDeps): void {
  const { intake } = deps;
  /** Of requests whose batch is still being read; afterwards the handler has it. */
  const places = new WeakMap<FastifyRequest, Place>();

  app.post(
    '/api/v1/ingest',
    {
      config: { access: 'ingest' },
      bodyLimit: MAX_BATCH_BYTES,
      schema: { hide: true },
      async preParsing(request, _reply, body) {
        const place = intake.enter();
        places.set(request, place);
        return Promise.resolve(inflate(body, request.headers['content-encoding'], place.grow));
      },
      async onError(request) {
        deps.countRefused();
        return Promise.resolve(places.get(request)?.leave());
      },
      async onRequestAbort(request) {
        return Promise.resolve(places.get(request)?.leave());
      },
    },
    async request => {
      const place = places.get(request);
      places.delete(request);
      try {
        const batch = checkBatch(request.body);
        await deps.bindHost(request.raw, request.caller, batch.host);
        const ack = await ingestBatch(batch, deps);
        return { ...ack, credit: intake.credit(deps.collectors()) };
      } finally {
        place?.leave();
      }
    },
  );
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
