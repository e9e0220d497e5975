/** Who may do what: every route there is, asked by everyone there can be. A new route without an entry here fails. */
import pino from 'pino';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIndexerConfig } from '#indexer/config.ts';
import { createIndexer, type Indexer } from '#indexer/indexer.ts';
import { makeToken, onTokens, PASSWORD } from '../support/people.ts';

/** Every route, by what it needs. HEAD is wherever GET is. */
const ROUTES: Record<string, 'public' | 'read' | 'write' | 'ingest'> = {
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /api/v1/session': 'public',
  'POST /api/v1/session': 'public',
  'DELETE /api/v1/session': 'public',
  'GET /metrics': 'read',
  'GET /api/docs': 'read',
  'GET /api/docs/static/index.html': 'read',
  'GET /api/docs/static/swagger-initializer.js': 'read',
  'GET /api/docs/json': 'read',
  'GET /api/docs/yaml': 'read',
  'GET /api/docs/static/*': 'read',
  'GET /api/v1/logs': 'read',
  'GET /api/v1/logs/histogram': 'read',
  'GET /api/v1/logs/facets': 'read',
  'GET /api/v1/logs/fields': 'read',
  'GET /api/v1/logs/:id/context': 'read',
  'GET /api/v1/events': 'read',
  'GET /api/v1/events/:id/story': 'read',
  'GET /api/v1/stats': 'read',
  'GET /api/v1/timeline': 'read',
  'GET /api/v1/containers': 'read',
  'GET /api/v1/containers/:id': 'read',
  'GET /api/v1/hosts': 'read',
  'GET /api/v1/rules': 'read',
  'GET /api/v1/rules/:id': 'read',
  'GET /api/v1/alerts': 'read',
  'GET /api/v1/deliveries': 'read',
  'GET /api/v1/dead-letters': 'read',
  'POST /api/v1/rules': 'write',
  'PUT /api/v1/rules/:id': 'write',
  'DELETE /api/v1/rules/:id': 'write',
  'POST /api/v1/rules/:id/test': 'write',
  'POST /api/v1/deliveries/:id/replay': 'write',
  'POST /api/v1/dead-letters/replay': 'write',
  'POST /api/v1/ingest': 'ingest',
};
type Who = 'nobody' | 'person' | 'signedOut' | 'collector' | 'reader' | 'revoked' | 'expired' | 'garbage';
const EVERYONE: Who[] = [
  'nobody',
  'person',
  'signedOut',
  'collector',
  'reader',
  'revoked',
  'expired',
  'garbage',
];
/** The status of who may not; absent: may. */
const REFUSED: Record<'public' | 'read' | 'write' | 'ingest', Partial<Record<Who, number>>> = {
  public: {},
  read: { nobody: 401, signedOut: 401, revoked: 401, expired: 401, garbage: 401, collector: 403 },
  write: {
    nobody: 401,
    signedOut: 401,
    revoked: 401,
    expired: 401,
    garbage: 401,
    collector: 403,
    reader: 403,
  },
  ingest: { nobody: 401, signedOut: 401, revoked: 401, expired: 401, garbage: 401, person: 403, reader: 403 },
};

let indexer: Indexer;
let data: string;
const headers = new Map<Who, Record<string, string>>();
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'quaylog-access-'));
  const { config } = readIndexerConfig({ data, password: PASSWORD, listen: '127.0.0.1:0' });
  indexer = await createIndexer({ config, log: pino({ level: 'silent' }) });
  await meetEveryone();
});
afterAll(async () => {
  await indexer.close();
  rmSync(data, { recursive: true, force: true });
});

async function meetEveryone(): Promise<void> {
  const signIn = async () => {
    const answer = await indexer.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { password: PASSWORD },
    });
    return { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const signedOut = await signIn();
  await indexer.app.inject({ method: 'DELETE', url: '/api/v1/session', headers: signedOut });
  const revoked = await makeToken(data, 'gone');
  await onTokens(data, tokens => tokens.revokeToken(revoked.slice(0, 12)));
  headers.set('nobody', {});
  headers.set('person', await signIn());
  headers.set('signedOut', signedOut);
  headers.set('collector', bearer(await makeToken(data, 'testhost')));
  headers.set('reader', bearer(await makeToken(data, null)));
  headers.set('revoked', bearer(revoked));
  headers.set('expired', bearer(await makeToken(data, 'late', 0)));
  headers.set('garbage', bearer('qlc_00000000_nothing'));
}

/** `HEAD` is asked for with the `GET` it belongs to. */
const registered = () => indexer.routes.filter(({ method }) => method !== 'HEAD');
const ask = (method: string, url: string, who: Who) =>
  indexer.app.inject({
    method: method as 'GET',
    url: url.replace(':id', 'x').replace('*', 'swagger-ui.css'),
    headers: headers.get(who) ?? {},
    ...(method === 'GET' || method === 'DELETE' ? {} : { payload: {} }),
  });

it('every route is in the table with what it declares, and every entry is a route', () => {
  const declared = Object.fromEntries(
    registered().map(({ method, url, access }) => [`${method} ${url}`, access]),
  );
  expect(declared).toEqual(ROUTES);
});

it('what answers HEAD needs what its GET needs', () => {
  for (const { method, url, access } of indexer.routes) {
    if (method !== 'HEAD' || url === '/api/docs/') continue;
    expect({ url, access }).toEqual({ url, access: ROUTES[`GET ${url}`] });
  }
});

describe.each(Object.entries(ROUTES))('%s', (route, access) => {
  it.each(EVERYONE)('asked by %s', async who => {
    const [method = '', url = ''] = route.split(' ');
    if (who === 'person' && route === 'DELETE /api/v1/session') return;
    const answer = await ask(method, url, who);
    const refused = REFUSED[access][who];
    if (refused === undefined) {
      expect([401, 403, 500].includes(answer.statusCode) && !isWrongPassword(route, answer.statusCode)).toBe(
        false,
      );
    } else {
      expect(answer.statusCode).toBe(refused);
      expect(answer.json()).toMatchObject({
        error: { code: refused === 401 ? 'unauthorized' : 'forbidden' },
      });
    }
  });
});

const isWrongPassword = (route: string, status: number) => route === 'POST /api/v1/session' && status === 401;

it('the pages themselves, and what is no route, need nobody', async () => {
  for (const url of ['/', '/logs', '/nothing.js', '/api/v1/nothing'])
    expect([200, 404]).toContain((await ask('GET', url, 'nobody')).statusCode);
});

it('a docs page under its second address is not open either', async () => {
  expect((await ask('GET', '/api/docs/', 'nobody')).statusCode).toBe(401);
  expect((await ask('GET', '/api/docs/', 'person')).statusCode).toBe(200);
});

it.each([
  ['nobody', /Neither a session nor a token was shown/],
  ['revoked', /qlc_[0-9a-f]{8} was revoked at/],
  ['expired', /qlc_[0-9a-f]{8} expired at/],
  ['garbage', /unknown here/],
] as const)('the 401 of %s says which', async (who, message) => {
  const { error } = (await ask('POST', '/api/v1/ingest', who)).json<{ error: { message: string } }>();
  expect(error.message).toMatch(message);
});

it('an old session is worth nothing after a new sign-in', async () => {
  const signIn = (cookie: string) =>
    indexer.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { cookie },
      payload: { password: PASSWORD },
    });
  const first = String((await signIn('')).headers['set-cookie']).split(';')[0] ?? '';
  const second = String((await signIn(first)).headers['set-cookie']).split(';')[0] ?? '';
  expect(second).not.toBe(first);
  const hosts = async (cookie: string) =>
    (await indexer.app.inject({ url: '/api/v1/hosts', headers: { cookie } })).statusCode;
  expect([await hosts(first), await hosts(second)]).toEqual([401, 200]);
});
