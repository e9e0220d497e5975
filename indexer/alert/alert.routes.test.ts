import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AlertRule, RuleList } from '#contract/rule.ts';
import { openServer } from '../server.fixture.ts';
import type { LogStore } from '../store/log-store.ts';
import { createSqliteStateStore } from '../state/sqlite-state-store.ts';
import { registerAlertRoutes } from './alert.routes.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import { createRuleStore } from './rule-store.ts';

const log = pino({ level: 'silent' });
const now = () => new Date();
let app: FastifyInstance;
let alerting: Alerting;

beforeEach(async () => {
  const state = createSqliteStateStore({ file: ':memory:' });
  const settings = { rulesFile: '', webhookUrl: '', webhookSecret: '' };
  const rules = createRuleStore({ state, settings, now });
  await rules.load();
  alerting = createAlerting({
    state,
    // Nothing happens here, so nothing is looked up.
    store: {} as LogStore,
    rules,
    settings: { publicUrl: '', listen: '127.0.0.1:8600', webhookAllow: [] },
    now,
    log,
    onChange: () => undefined,
  });
  await alerting.start();
  app = await openServer();
  registerAlertRoutes(app, { rules, alerting });
});
afterEach(async () => {
  await app.close();
  await alerting.stop();
});

const rule = {
  name: 'Shop',
  match: { action: 'die' },
  notify: [{ type: 'webhook', url: 'http://10.0.0.1/hook?token=x' }],
};
async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) {
  const response = await app.inject({ method, url, ...(payload ? { payload } : {}) });
  return { status: response.statusCode, body: response.body === '' ? null : response.json<unknown>() };
}

test('a rule is added, read, replaced, tried and removed', async () => {
  const added = await call('POST', '/api/v1/rules', rule);
  expect(added).toMatchObject({ status: 201, body: { name: 'Shop', origin: 'api', enabled: true } });
  const path = `/api/v1/rules/${(added.body as AlertRule).id}`;
  expect(await call('GET', path)).toEqual({ ...added, status: 200 });
  expect(await call('PUT', path, { ...rule, enabled: false })).toMatchObject({ body: { enabled: false } });
  const tried = await call('POST', `${path}/test`);
  expect(tried).toMatchObject({
    status: 202,
    body: { deliveries: [{ target: '10.0.0.1/hook', ruleName: 'Shop' }] },
  });
  expect(await call('DELETE', path)).toEqual({ status: 204, body: null });
  expect(await call('GET', path)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
});

test.each<[string, Parameters<typeof call>, number, object]>([
  [
    'default rules',
    ['GET', '/api/v1/rules'],
    200,
    { rules: [{ id: 'default-oom' }, { id: 'default-crash' }] },
  ],
  [
    'a bad rule',
    ['POST', '/api/v1/rules', { ...rule, match: {} }],
    400,
    { error: { code: 'bad_rule', message: '`match.action` is missing.' } },
  ],
  ['no rule', ['POST', '/api/v1/rules'], 400, { error: { code: 'bad_rule' } }],
  [
    'a default rule to remove',
    ['DELETE', '/api/v1/rules/default-oom'],
    409,
    { error: { code: 'read_only' } },
  ],
  [
    'a rule to try that tells nobody',
    ['POST', '/api/v1/rules/default-oom/test'],
    400,
    { error: { code: 'bad_rule' } },
  ],
  [
    'a rule to try that is not there',
    ['POST', '/api/v1/rules/none/test'],
    404,
    { error: { code: 'not_found' } },
  ],
  ['no alerts', ['GET', '/api/v1/alerts?limit=5'], 200, { alerts: [] }],
  ['no deliveries', ['GET', '/api/v1/deliveries'], 200, { deliveries: [] }],
  ['too many alerts', ['GET', '/api/v1/alerts?limit=1001'], 400, { error: { code: 'bad_parameter' } }],
  ['an unknown parameter', ['GET', '/api/v1/alerts?order=asc'], 400, { error: { code: 'bad_parameter' } }],
  [
    'a delivery to replay that is not there',
    ['POST', '/api/v1/deliveries/none/replay'],
    404,
    { error: { code: 'not_found' } },
  ],
])('%s', async (...row) => {
  const [, args, status, body] = row;
  expect(await call(...args)).toMatchObject({ status, body });
});

test('a list never holds a secret', async () => {
  await call('POST', '/api/v1/rules', rule);
  const { body } = await call('GET', '/api/v1/rules');
  expect((body as RuleList).rules.at(-1)?.notify).toEqual([
    { type: 'webhook', url: 'http://10.0.0.1/hook?…', signed: false },
  ]);
});
