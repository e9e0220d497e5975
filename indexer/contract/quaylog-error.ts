/** Every error a client can see, apart from its schema: the threads of the store start without the schema library. */
import type { ErrorBody } from './errors.ts';

/** Code → status, whether the same call may work later, and what to do. */
const ERRORS = {
  bad_query: { status: 400, retry: false, hint: 'See the query language in docs/query.md.' },
  bad_parameter: { status: 400, retry: false, hint: 'Correct the named parameter.' },
  bad_cursor: {
    status: 400,
    retry: false,
    hint: 'Start again without `cursor`: it belongs to another query.',
  },
  bad_batch: { status: 400, retry: false, hint: 'Collector and indexer must be of the same version.' },
  batch_too_large: { status: 413, retry: false, hint: 'Send smaller batches.' },
  bad_rule: { status: 400, retry: false, hint: 'Correct the named field of the rule.' },
  forbidden: { status: 403, retry: false, hint: 'Open the dashboard under its own address.' },
  unauthorized: {
    status: 401,
    retry: false,
    hint: 'Sign in, or send a valid token as `Authorization: Bearer …`.',
  },
  wrong_host: {
    status: 403,
    retry: false,
    hint: 'Each token belongs to one host: create one for this host with `quaylog token create --host NAME`.',
  },
  too_many_requests: { status: 429, retry: true, hint: 'Wait as long as Retry-After says.' },
  busy: {
    status: 503,
    retry: true,
    hint: 'Wait as long as Retry-After says; the collector keeps the lines.',
  },
  not_found: { status: 404, retry: false, hint: 'It may have been removed by retention.' },
  read_only: { status: 409, retry: false, hint: 'It comes from a file or a setting: change it there.' },
  store_full: {
    status: 503,
    retry: true,
    hint: 'Free disk space; nothing acknowledged is lost and ingest resumes by itself.',
  },
  store_failed: {
    status: 503,
    retry: true,
    hint: 'See the indexer log; the collector keeps the lines and tries again.',
  },
  not_ready: { status: 503, retry: true, hint: 'Wait until /readyz answers 200.' },
  timeout: { status: 503, retry: true, hint: 'Narrow the time range or the query.' },
  internal: { status: 500, retry: true, hint: 'See the indexer log under this request id.' },
} as const;
export type ErrorCode = keyof typeof ERRORS;

/** The one error type that crosses our ports and the HTTP border. */
export class QuaylogError extends Error {
  readonly code: ErrorCode;
  readonly position: number | undefined;
  readonly hint: string | undefined;
  /** What `Retry-After` says. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; position?: number; hint?: string; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'QuaylogError';
    this.code = code;
    this.position = options.position;
    this.hint = options.hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get retry(): boolean {
    return ERRORS[this.code].retry;
  }

  /** What went wrong and, where that is known better than in general, what to do. */
  get sentence(): string {
    return this.hint === undefined ? this.message : `${this.message} ${this.hint}`;
  }

  toBody(): ErrorBody {
    return {
      error: {
        code: this.code,
        message: this.message,
        hint: this.hint ?? ERRORS[this.code].hint,
        ...(this.position === undefined ? {} : { position: this.position }),
      },
    };
  }
}
