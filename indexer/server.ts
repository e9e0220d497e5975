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
import type { Access, Caller } from './auth/access.ts';
import type { Auth } from './auth/auth.ts';
import { isOwnHost, isOwnOrigin, type OriginRule } from './auth/origin.ts';
import { DOCS_PREFIX } from './docs.ts';
import type { readTls } from './tls.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Who asks; on public routes nobody is asked. */
    caller: Caller;
  }
}

/** Batches have a limit of their own. */
const BODY_LIMIT_BYTES = 2 ** 20;
/** A request that is still coming after this never ends. */
const REQUEST_WITHIN_MS = 60_000;
const HSTS_SECONDS = 180 * 24 * 3_600;

/** A route as it was registered, and what it needs of its caller. */
export type RouteAccess = { method: string; url: string; access: Access };

export type ServerOptions = {
  log: FastifyBaseLogger;
  /** Null: plain http. */
  tls: ServerTls | null;
  /** Browsers are told never to come here by plain http again. */
  isHttpsForGood: boolean;
  originRule: OriginRule;
  admit: Auth['admit'];
};
type ServerTls = NonNullable<ReturnType<typeof readTls>>;

export type Server = { app: FastifyInstance; routes: readonly RouteAccess[] };

export async function createServer(options: ServerOptions): Promise<Server> {
  const app = createApp(options);
  const routes: RouteAccess[] = [];
  app.decorateRequest('caller');
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, body, retryAfterSeconds } = toBody(error, request);
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    void reply.status(status).send(body);
  });
  app.addHook('onRoute', route => {
    const access = route.config?.access ?? (route.url.startsWith(DOCS_PREFIX) ? 'read' : undefined);
    if (access === undefined) throw new Error(`route ${route.url} declares no access`);
    route.config = { ...route.config, access };
    for (const method of [route.method].flat()) routes.push({ method, url: route.url, access });
  });
  await app.register(helmet, headersOf(options));
  // A form of another site can send text, but not JSON.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async request => {
    checkOrigin(request, options.originRule);
    request.caller = await options.admit(request.raw, accessOf(request));
  });
  return { app, routes };
}

function createApp({ log, tls }: ServerOptions): FastifyInstance {
  const options = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_WITHIN_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 256 },
    // Answers are stringified whole: a schema-driven serialiser would drop what an older schema does not name.
    schemaController: {
      compilersFactory: { buildSerializer: () => () => (data: unknown) => JSON.stringify(data) },
    },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } } as const,
  };
  // Routes are the same on both; only the socket below differs, which no route looks at by type.
  return tls === null ? fastify(options) : fastify({ ...options, https: tls });
}

/** Files of the dashboard are no routes (static.ts), and public: the sign-in is among them. */
function accessOf(request: FastifyRequest): Access {
  if (request.is404) return 'public';
  const { access } = request.routeOptions.config;
  if (access === undefined) throw new Error(`route ${request.url} declares no access`);
  return access;
}

function checkOrigin({ method, headers }: FastifyRequest, rule: OriginRule): void {
  const isSafe = method === 'GET' || method === 'HEAD';
  if (!isOwnHost(headers, rule)) {
    throw new QuaylogError(
      'forbidden',
      'Without a password this is answered under names of this machine only.',
      {
        hint: 'Use 127.0.0.1 or localhost; for another name set QUAYLOG_PUBLIC_URL, or a password.',
      },
    );
  }
  if (!isSafe && !isOwnOrigin(headers, rule)) {
    throw new QuaylogError('forbidden', 'This origin may not change anything here.');
  }
}

const headersOf = ({ isHttpsForGood }: ServerOptions) => ({
  ...HEADERS,
  strictTransportSecurity: isHttpsForGood && { maxAge: HSTS_SECONDS, includeSubDomains: false },
});

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
  referrerPolicy: { policy: 'no-referrer' as const },
};

type Answer = { status: number; body: ErrorBody; retryAfterSeconds?: number | undefined };

function toBody(error: FastifyError, request: FastifyRequest): Answer {
  if (error instanceof QuaylogError) {
    const { status, retryAfterSeconds } = error;
    // To be busy is no failure: it is how a queue says so. What has a code has a sentence: a stack would bury it.
    if (status >= 500 && error.code !== 'busy')
      request.log.warn({ code: error.code, reason: error.sentence }, 'request failed');
    return { status, body: error.toBody(), retryAfterSeconds };
  }
  if (error.validation) {
    return { status: 400, body: new QuaylogError('bad_parameter', validationSentence(error)).toBody() };
  }
  if (error.statusCode === 413) {
    return {
      status: 413,
      body: new QuaylogError('batch_too_large', 'The request body is too large.').toBody(),
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
