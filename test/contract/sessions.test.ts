/** Signing in as a browser does it: cookies, sockets that end with the session, guesses, foreign pages. */
import { get } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { cookieOf, makeToken, onTokens, PASSWORD, signIn, trySignIn } from '../support/people.ts';

let indexer: TestIndexer;
const sockets: Socket[] = [];
beforeAll(async () => {
  indexer = await startTestIndexer({ password: PASSWORD });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(() => indexer.stop());

const session = async (cookie?: string) =>
  (await indexer.ask('/api/v1/session', cookie === undefined ? {} : { headers: { cookie } })).body;

type Shown = Record<string, string>;

function connect(extraHeaders: Shown, namespace = '/live'): Socket {
  const socket = io(indexer.url + namespace, {
    transports: ['websocket'],
    extraHeaders,
    reconnection: false,
    forceNew: true,
  });
  sockets.push(socket);
  return socket;
}

/** `connected`, or why not. */
const outcome = (socket: Socket) =>
  new Promise<string>(done => {
    socket.once('connect', () => done('connected'));
    socket.once('connect_error', error => done(error.message));
  });

it('says whether one must sign in, and whether one has', async () => {
  expect(await session()).toEqual({ auth: 'password', signedIn: false });
  const cookie = await signIn(indexer.url);
  expect(await session(cookie)).toEqual({ auth: 'password', signedIn: true });
  const out = await indexer.ask('/api/v1/session', { method: 'DELETE', headers: { cookie } });
  expect(out.status).toBe(204);
  expect(await session(cookie)).toEqual({ auth: 'password', signedIn: false });
});

it('the cookie is out of reach of scripts and of other sites', async () => {
  const set = (await trySignIn(indexer.url, PASSWORD)).headers.get('set-cookie') ?? '';
  expect(set).toMatch(/^quaylog=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/);
});

it('behind https it is bound to it, and browsers are told to stay', async () => {
  const proxied = await startTestIndexer({ password: PASSWORD, publicUrl: 'https://logs.example' });
  try {
    const set = (await trySignIn(proxied.url, PASSWORD)).headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^__Host-quaylog=[\w-]{43}; Path=\/; .*HttpOnly; SameSite=Strict; Secure$/);
  } finally {
    await proxied.stop();
  }
});

it('a wrong password is 401, and no cookie', async () => {
  const answer = await trySignIn(indexer.url, 'wrong');
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
  expect(await answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
});

it.each([
  ['text/plain', JSON.stringify({ password: PASSWORD })],
  ['application/x-www-form-urlencoded', `password=${PASSWORD}`],
  ['multipart/form-data; boundary=x', '--x--'],
])('a sign-in as %s is not taken: a form of another site could send it', async (type, body) => {
  const headers = { 'content-type': type };
  const answer = await indexer.ask('/api/v1/session', { method: 'POST', headers, body });
  expect(answer.status).toBe(415);
});

it.each([
  {},
  { password: '' },
  { password: ['x'] },
  { password: 'x'.repeat(2_000) },
  { password: 'x', user: 'y' },
])('a sign-in of another shape is 400', async body => {
  const headers = { 'content-type': 'application/json' };
  const answer = await indexer.ask('/api/v1/session', {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(400);
});

describe('sockets', () => {
  it.each(['/live', '/'])('%s needs a session or a token that reads', async namespace => {
    const reader = await makeToken(indexer.data, null);
    const collector = await makeToken(indexer.data, 'web');
    const cookie = await signIn(indexer.url);
    expect(await outcome(connect({}, namespace))).toBe('unauthorized');
    expect(await outcome(connect({ cookie: 'quaylog=made-up' }, namespace))).toBe('unauthorized');
    expect(await outcome(connect({ authorization: `Bearer ${collector}` }, namespace))).toBe('unauthorized');
    expect(await outcome(connect({ cookie }, namespace))).toBe('connected');
    expect(await outcome(connect({ authorization: `Bearer ${reader}` }, namespace))).toBe('connected');
  });

  it('end with the session, and only those of that session', async () => {
    const [mine, other] = [await signIn(indexer.url), await signIn(indexer.url)];
    const [ending, staying] = [connect({ cookie: mine }), connect({ cookie: other })];
    expect([await outcome(ending), await outcome(staying)]).toEqual(['connected', 'connected']);
    await indexer.ask('/api/v1/session', { method: 'DELETE', headers: { cookie: mine } });
    await eventually(() => ending.disconnected, { what: 'the socket ends', withinMs: 1_000, everyMs: 10 });
    expect(staying.connected).toBe(true);
    expect(await outcome(connect({ cookie: mine }))).toBe('unauthorized');
  });

  it('end when the token is revoked by another program', async () => {
    const token = await makeToken(indexer.data, null);
    const socket = connect({ authorization: `Bearer ${token}` });
    expect(await outcome(socket)).toBe('connected');
    await onTokens(indexer.data, tokens => tokens.revokeToken(token));
    await eventually(() => socket.disconnected, { what: 'the socket ends', withinMs: 1_000, everyMs: 10 });
  });

  it.each(['null', 'http://evil.example', 'https://app.127.0.0.1', 'http://127.0.0.1', 'http://127.0.0.1:1'])(
    'are refused to a page of %s, signed in or not',
    async origin => {
      const cookie = await signIn(indexer.url);
      expect(await outcome(connect({ cookie, origin }))).not.toBe('connected');
      expect(await outcome(connect({ cookie, origin: indexer.url }))).toBe('connected');
    },
  );
});

describe('a new password', () => {
  it('ends every session; the same one none', async () => {
    const first = await startTestIndexer({ password: PASSWORD });
    const cookie = cookieOf(await trySignIn(first.url, PASSWORD));
    await first.close();
    const afterRestart = async (password: string): Promise<unknown> => {
      const again = await startTestIndexer({ password, data: first.data });
      const { body } = await again.ask('/api/v1/session', { headers: { cookie } });
      await again.close();
      return body;
    };
    expect(await afterRestart(PASSWORD)).toMatchObject({ signedIn: true });
    expect(await afterRestart('another password')).toMatchObject({ signedIn: false });
    expect(await afterRestart(PASSWORD)).toMatchObject({ signedIn: false });
    await first.stop();
  });
});

it('without a password there is nothing to sign in to, under names of this machine', async () => {
  const open = await startTestIndexer();
  try {
    expect((await open.ask('/api/v1/session')).body).toEqual({ auth: 'none', signedIn: true });
    expect((await trySignIn(open.url, 'anything')).status).toBe(204);
    const { port } = new URL(open.url);
    expect(await statusUnder(open.url, `localhost:${port}`)).toBe(200);
    expect(await statusUnder(open.url, `rebound.example:${port}`)).toBe(403);
  } finally {
    await open.stop();
  }
});

/** Asked under another name: what a page gets whose name was made to point at 127.0.0.1. */
const statusUnder = (url: string, host: string) =>
  new Promise<number | undefined>((done, fail) => {
    get(`${url}/api/v1/containers`, { headers: { host }, agent: false }, response => {
      response.resume();
      done(response.statusCode);
    }).once('error', fail);
  });

it('ten wrong guesses, one of them above, then even the right password must wait', async () => {
  // The last of this file: from this address nobody signs in any more.
  await signIn(indexer.url);
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) statuses.push((await trySignIn(indexer.url, `guess ${i}`)).status);
  expect(statuses).toEqual([...Array<number>(9).fill(401), 429, 429, 429]);
  const right = await trySignIn(indexer.url, PASSWORD);
  expect(right.status).toBe(429);
  const waitSeconds = Number(right.headers.get('retry-after'));
  expect(waitSeconds).toBeGreaterThan(0);
  expect(waitSeconds).toBeLessThanOrEqual(900);
});
