/** Typed calls of the indexer's HTTP API. Every failure is an ApiError with a sentence for people. */
import type { HostList } from '#contract/batch.ts';
import type { Container, ContainerList } from '#contract/container.ts';
import type { DeadLetterList, DeadLetterReplay } from '#contract/dead-letter.ts';
import type { ErrorBody } from '#contract/errors.ts';
import type {
  Context,
  EventList,
  Facets,
  FieldList,
  Histogram,
  LogPage,
  LogsParams,
  SampleList,
  Story,
  Timeline,
} from '#contract/query.ts';
import type { AlertList, AlertRule, Delivery, DeliveryList, RuleInput, RuleList } from '#contract/rule.ts';

/** `status` is 0 when the indexer could not be reached at all. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string | undefined;
  /** Zero-based offset into the query, for `bad_query`. */
  readonly position: number | undefined;
  readonly requestId: string | undefined;
  /** How long to wait before asking again, where the answer said so. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, error: ErrorBody['error'], about: AboutError = {}) {
    const { requestId, retryAfterMs, cause } = about;
    super(error.message, { cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = error.code;
    this.hint = error.hint;
    this.position = error.position;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

type AboutError = {
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
};

/** Who may come in, and whether this browser may now. */
export type SessionStatus = { auth: 'password' | 'none'; signedIn: boolean };

type Params = Record<string, string | number | boolean | undefined>;
type Range = { from?: string | undefined; to?: string | undefined };
type Filter = Range & { q?: string | undefined };

/** All times are ISO or date math (`now-15m`). Reads take a signal, so that a newer question cancels an older one. */
export const api = {
  logs: (params: LogsParams, signal?: AbortSignal) => get<LogPage>('/logs', params, signal),
  histogram: (params: Filter & { buckets?: number }, signal?: AbortSignal) =>
    get<Histogram>('/logs/histogram', params, signal),
  facets: (params: Filter & { field: string; limit?: number }, signal?: AbortSignal) =>
    get<Facets>('/logs/facets', params, signal),
  fields: (signal?: AbortSignal) => get<FieldList>('/logs/fields', {}, signal),
  context: (id: string, params: { before?: number; after?: number }, signal?: AbortSignal) =>
    get<Context>(`/logs/${encodeURIComponent(id)}/context`, params, signal),
  containers: (signal?: AbortSignal) => get<ContainerList>('/containers', {}, signal),
  container: (id: string, signal?: AbortSignal) =>
    get<Container>(`/containers/${encodeURIComponent(id)}`, {}, signal),
  events: (
    params: Range & { container?: string; action?: string; q?: string; limit?: number },
    signal?: AbortSignal,
  ) => get<EventList>('/events', params, signal),
  story: (eventId: string, signal?: AbortSignal) =>
    get<Story>(`/events/${encodeURIComponent(eventId)}/story`, {}, signal),
  timeline: (params: Range & { container?: string }, signal?: AbortSignal) =>
    get<Timeline>('/timeline', params, signal),
  stats: (params: Range & { container?: string }, signal?: AbortSignal) =>
    get<SampleList>('/stats', params, signal),
  hosts: (signal?: AbortSignal) => get<HostList>('/hosts', {}, signal),
  rules: (signal?: AbortSignal) => get<RuleList>('/rules', {}, signal),
  createRule: (rule: RuleInput) => send<AlertRule>('POST', '/rules', rule),
  replaceRule: (id: string, rule: RuleInput) =>
    send<AlertRule>('PUT', `/rules/${encodeURIComponent(id)}`, rule),
  deleteRule: (id: string) => send<undefined>('DELETE', `/rules/${encodeURIComponent(id)}`),
  testRule: (id: string) => send<DeliveryList>('POST', `/rules/${encodeURIComponent(id)}/test`),
  replayDelivery: (id: string) => send<Delivery>('POST', `/deliveries/${encodeURIComponent(id)}/replay`),
  alerts: (params: Params, signal?: AbortSignal) => get<AlertList>('/alerts', params, signal),
  deliveries: (params: Params, signal?: AbortSignal) => get<DeliveryList>('/deliveries', params, signal),
  deadLetters: (params: Params, signal?: AbortSignal) => get<DeadLetterList>('/dead-letters', params, signal),
  replayDeadLetters: (ids?: string[]) =>
    send<DeadLetterReplay>('POST', '/dead-letters/replay', ids ? { ids } : {}),
  session: () => get<SessionStatus>(SESSION, {}, undefined),
  signIn: (password: string) => send<undefined>('POST', SESSION, { password }),
  signOut: () => send<undefined>('DELETE', SESSION),
};

const SESSION = '/session';
let whenUnauthorized = (): void => undefined;

/** Told when an answer says that nobody is signed in (any more); a wrong password is no such answer. */
export function onUnauthorized(listener: () => void): void {
  whenUnauthorized = listener;
}

function get<T>(path: string, params: Params, signal: AbortSignal | undefined): Promise<T> {
  return call<T>(`${path}${queryString(params)}`, signal ? { signal } : {});
}

function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const content =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return call<T>(path, { method, ...content });
}

/** `?a=1&b=2` without the parameters that are undefined or empty; nothing at all when none is left. */
export function queryString(params: Params): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`/api/v1${path}`, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new ApiError(0, UNREACHABLE, { cause });
  });
  if (response.ok) return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  const error = new ApiError(response.status, await errorOf(response), {
    requestId: response.headers.get('x-request-id') ?? undefined,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  });
  if (error.code === 'unauthorized' && path !== SESSION) whenUnauthorized();
  throw error;
}

/** Whole seconds, as the indexer sends them. */
function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) * 1_000 : undefined;
}

const UNREACHABLE = {
  code: 'unreachable',
  message: 'The indexer does not answer.',
  hint: 'It may be restarting; nothing is lost meanwhile: collectors keep the lines.',
};

/** A proxy in between may answer with its own page: then the status is all there is to say. */
async function errorOf(response: Response): Promise<ErrorBody['error']> {
  const body: unknown = await response.json().catch(() => null);
  return isErrorBody(body)
    ? body.error
    : { code: 'unexpected', message: `Unexpected answer: ${response.status} ${response.statusText}`.trim() };
}

const isErrorBody = (body: unknown): body is ErrorBody =>
  typeof (body as ErrorBody | null)?.error === 'object' &&
  typeof (body as ErrorBody).error.message === 'string';
