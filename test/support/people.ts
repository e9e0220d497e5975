/** Signing in, and tokens, as people and programs have them. */
import { join } from 'node:path';
import { createTokenBook } from '#indexer/auth/token-book.ts';
import { createSqliteStateStore } from '#indexer/state/sqlite-state-store.ts';
import type { Operator } from '#contract/token.ts';

export const PASSWORD = 'correct horse battery';

/** The cookie of a new session, as a browser sends it back. */
export async function signIn(url: string, password = PASSWORD): Promise<string> {
  const response = await trySignIn(url, password);
  if (response.status !== 204) throw new Error(`sign-in answered ${response.status}`);
  return cookieOf(response);
}

export const trySignIn = (url: string, password: string, cookie?: string): Promise<Response> =>
  fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify({ password }),
  });

export const cookieOf = (response: Response): string =>
  (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** Manages tokens on the data folder of an indexer that may run, as the terminal does. */
export async function onTokens<T>(
  data: string,
  work: (tokens: Omit<Operator, 'close'>) => Promise<T>,
): Promise<T> {
  const state = createSqliteStateStore({ file: join(data, 'state.db') });
  try {
    return await work(createTokenBook({ state, now: () => new Date() }));
  } finally {
    await state.close();
  }
}

export const makeToken = (
  data: string,
  host: string | null,
  lifetimeMs: number | null = null,
): Promise<string> =>
  onTokens(data, async tokens => (await tokens.createToken({ host, name: 'test', lifetimeMs })).token);
