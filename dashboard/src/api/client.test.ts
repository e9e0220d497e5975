import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ApiError } from './client.ts';
import { api, onUnauthorized, queryString } from './client.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }),
    ),
  );
const failure = () =>
  api.logs({}).then(
    () => expect.unreachable(),
    (error: unknown) => error as ApiError,
  );

afterEach(() => vi.unstubAllGlobals());

describe('queryString', () => {
  it.each([
    [{}, ''],
    [{ q: '', from: undefined }, ''],
    [{ q: 'a & b=c', limit: 5 }, '?q=a+%26+b%3Dc&limit=5'],
  ])('writes %j as %j', (params, text) => expect(queryString(params)).toBe(text));
});

describe('errors of the API', () => {
  it('carry code, sentence, hint, position and request id', async () => {
    answer(
      400,
      { error: { code: 'bad_query', message: 'no', hint: 'so', position: 3 } },
      { 'x-request-id': 'r1' },
    );
    expect(await failure()).toMatchObject({
      code: 'bad_query',
      status: 400,
      message: 'no',
      hint: 'so',
      position: 3,
      requestId: 'r1',
    });
  });

  it.each([
    ['a page of a proxy', 502, '<html>Bad gateway</html>'],
    ['JSON of another shape', 500, { oops: true }],
    ['null', 500, 'null'],
  ])('are still a sentence when the answer is %s', async (_name, status, body) => {
    answer(status, body);
    expect(await failure()).toMatchObject({ code: 'unexpected', status });
  });

  it('say so when nobody answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    expect(await failure()).toMatchObject({ code: 'unreachable', status: 0 });
  });

  it('leave a cancelled call a cancelled call', async () => {
    const signal = AbortSignal.abort();
    vi.stubGlobal('fetch', () => Promise.reject(signal.reason as Error));
    await expect(api.logs({}, signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('an answer that nobody is signed in', () => {
  const unauthorized = { error: { code: 'unauthorized', message: 'Sign in.' } };
  it.each<[string, () => Promise<unknown>, number]>([
    ['ends the session', () => api.hosts(), 1],
    ['to a wrong password does not', () => api.signIn('wrong'), 0],
  ])('%s', async (_name, call, told) => {
    let times = 0;
    onUnauthorized(() => (times += 1));
    answer(401, unauthorized);
    await expect(call()).rejects.toMatchObject({ status: 401 });
    expect(times).toBe(told);
  });
});

it.each([
  ['27', 27_000],
  ['soon', undefined],
])('Retry-After %s is %s ms', async (header, ms) => {
  answer(429, { error: { code: 'too_many_requests', message: 'Wait.' } }, { 'retry-after': header });
  expect((await failure()).retryAfterMs).toBe(ms);
});
