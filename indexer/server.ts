/** The fastify app before any route: errors, headers, limits, and the rule that a route without declared access does not exist. */
import helmet from '@fastify/helmet';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import type { ErrorBody } from '#contract/errors.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { DOCS_PREFIX } from './docs.ts';

/** What a route needs of its caller. Declared by every route as `config.access`; enforced with accounts in a later version. */
export type Access = 'public' | 'read' | 'write' | 'ingest';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
}

const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

export async function createServer(log: FastifyBaseLogger): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 256 },
    // Answers are stringified whole: a schema-driven serialiser would drop what an older schema does not name.
    schemaController: { compilersFactory: { buildSerializer: () => () => data => JSON.stringify(data) } },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const body = toBody(error, request);
    void reply.status(body.status).send(body.body);
  });
  app.addHook('onRoute', route => {
    const isDeclared = route.config?.access !== undefined || route.url.startsWith(DOCS_PREFIX);
    if (!isDeclared) throw new Error(`route ${route.url} declares no access`);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    done(
      isForeign(request)
        ? new QuaylogError('forbidden', 'This origin may not change anything here.')
        : undefined,
    );
  });
  await app.register(helmet, HEADERS);
  return app;
}

const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'", 'ws:', 'wss:'],
      fontSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' as const },
};

/** A browser on another site sends its own Origin with an unsafe verb; curl and collectors send none. */
function isForeign(request: FastifyRequest): boolean {
  const origin = request.headers.origin;
  if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return false;
  return !isSameOrigin(origin, request.headers.host);
}

export function isSameOrigin(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

function toBody(error: FastifyError, request: FastifyRequest): { status: number; body: ErrorBody } {
  if (error instanceof QuaylogError) {
    if (error.status >= 500) request.log.error({ err: error }, 'request failed');
    return { status: error.status, body: error.toBody() };
  }
  if (error.validation) {
    return { status: 400, body: new QuaylogError('bad_parameter', validationSentence(error)).toBody() };
  }
  if (error.statusCode === 413) {
    return {
      status: 413,
      body: new QuaylogError('batch_too_large', 'The request body is larger than 32 MiB.').toBody(),
    };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return { status: error.statusCode, body: { error: { code: 'bad_request', message: error.message } } };
  }
  request.log.error({ err: error }, 'request failed');
  return {
    status: 500,
    body: new QuaylogError('internal', `Something went wrong (request ${request.id}).`).toBody(),
  };
}

function validationSentence(error: FastifyError): string {
  const first = error.validation?.[0];
  if (!first) return error.message;
  const field = first.instancePath.replace(/^\//, '').replaceAll('/', '.');
  const extra = first.params['additionalProperty'];
  if (typeof extra === 'string') return `\`${extra}\` is not a parameter of this route.`;
  const allowed = first.params['allowedValues'];
  const choices = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return `${field === '' ? (error.validationContext ?? 'request') : `\`${field}\``} ${first.message ?? 'is wrong'}${choices}.`;
}
