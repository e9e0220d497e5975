/** The indexer's HTTP API as the terminal uses it. */
import type { ErrorBody } from '#contract/errors.ts';
import { CliError, EXIT } from './cli-error.ts';

export type Params = Record<string, string | number | undefined>;

export type ApiClient = {
  url: string;
  /** What every request shows: a token, or nothing. */
  headers: Record<string, string>;
  /** Rejects with a `CliError` that says what to do. */
  get: <T>(path: string, params?: Params) => Promise<T>;
};

const TIMEOUT_MS = 60_000;

export type ApiAddress = { url: string; token?: string | undefined };

export function createApiClient({ url, token }: ApiAddress): ApiClient {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    url,
    headers,
    async get<T>(path: string, params: Params = {}): Promise<T> {
      const target = targetUrl(url, path, params);
      const response = await fetch(target, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
        (cause: unknown) => {
          throw unreachable(url, cause as Error);
        },
      );
      const text = await response.text();
      if (!response.ok) throw refused(response.status, text, String(params['q'] ?? ''));
      return parseAnswer(text, url) as T;
    },
  };
}

/** What the indexer says is wrong, with a mark below the place in the query. */
export function describeProblem(error: ErrorBody['error'], query: string): string {
  const mark = error.position === undefined ? '' : `\n  ${query}\n  ${' '.repeat(error.position)}^`;
  return `${error.message}${mark}${error.hint === undefined ? '' : `\n${error.hint}`}`;
}

function targetUrl(base: string, path: string, params: Params): URL {
  const target = URL.parse(path, base);
  if (target === null) throw new CliError(`${base} is not a URL such as http://127.0.0.1:8600`, EXIT.usage);
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined) target.searchParams.set(key, String(value));
  }
  return target;
}

function unreachable(url: string, error: Error): CliError {
  const { code } = (error.cause ?? {}) as { code?: string };
  const reason = code ?? error.message;
  return new CliError(
    `no indexer answers at ${url} (${reason}): start one with \`npm start\`, or say where it is with --url`,
    EXIT.failed,
    error,
  );
}

/** What to do about a 401: the terminal has no sign-in of its own. */
export const NEEDS_TOKEN =
  'Make a token with `quaylog token create --read` on the machine of the indexer, and give it as QUAYLOG_TOKEN or --token.';

function refused(status: number, text: string, query: string): CliError {
  const exitCode = status >= 400 && status < 500 ? EXIT.usage : EXIT.failed;
  try {
    const { error } = JSON.parse(text) as ErrorBody;
    const told = status === 401 ? { ...error, hint: NEEDS_TOKEN } : error;
    return new CliError(describeProblem(told, query), exitCode);
  } catch {
    return new CliError(`the indexer answered with status ${status}`, exitCode);
  }
}

function parseAnswer(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(`what answers at ${url} is not an indexer of Quaylog`, EXIT.failed, cause);
  }
}
