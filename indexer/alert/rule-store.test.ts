import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSqliteStateStore } from '../state/sqlite-state-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { events } from '../death/event-script.fixture.ts';
import { createRuleStore, type RuleStore } from './rule-store.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OWN = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const now = () => new Date('2026-11-22T10:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'quaylog-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

const aRule = (over: object = {}) => ({
  name: 'Web dies',
  match: { action: 'die', class: ['crash'], q: 'container:web*' },
  notify: [{ type: 'webhook', url: 'https://hooks.example.com/a?token=1', secret: OWN }],
  ...over,
});

let state: StateStore;
let rules: RuleStore;
async function open(settings: Partial<Parameters<typeof createRuleStore>[0]['settings']> = {}) {
  const all = { rulesFile: '', webhookUrl: '', webhookSecret: '', ...settings };
  const store = createRuleStore({ state, settings: all, now });
  await store.load();
  return store;
}
beforeEach(async () => {
  state = createSqliteStateStore({ file: ':memory:' });
  rules = await open();
});

describe('default rules', () => {
  test('cover OOM and crash, and tell whom the setting names', async () => {
    const [oom, crash] = (
      await open({ webhookUrl: 'https://x.example/hook', webhookSecret: SECRET })
    ).active();
    expect(oom).toMatchObject({ match: { action: 'oom' }, notify: [{ type: 'webhook', secret: SECRET }] });
    expect(crash?.match.class).toEqual(['crash', 'start_failed', 'oom_suspected']);
  });

  test('know an address of Slack', async () => {
    const [oom] = (await open({ webhookUrl: 'https://hooks.slack.com/services/T/B/x' })).active();
    expect(oom?.notify[0]).toEqual({ type: 'slack', url: 'https://hooks.slack.com/services/T/B/x' });
  });

  test('cannot be changed by the API', async () => {
    await expect(rules.remove('default-oom')).rejects.toMatchObject({ code: 'read_only' });
    await expect(rules.replace('default-oom', aRule())).rejects.toMatchObject({ code: 'read_only' });
  });

  test.each([
    [{ webhookUrl: 'ftp://x/' }, /QUAYLOG_WEBHOOK_URL/],
    [{ webhookUrl: 'hook' }, /QUAYLOG_WEBHOOK_URL/],
    [{ webhookSecret: 'secret' }, /QUAYLOG_WEBHOOK_SECRET/],
    [{ webhookSecret: 'whsec_c2hvcnQ=' }, /QUAYLOG_WEBHOOK_SECRET/],
  ])('settings %o are refused by name', async (settings, message) => {
    await expect(open(settings)).rejects.toThrow(message);
  });
});

describe('rules of the API', () => {
  test('are kept, and read again after a restart', async () => {
    const { id } = await rules.create(aRule());
    expect((await open()).get(id)).toEqual(rules.get(id));
    await rules.remove(id);
    expect(() => rules.get(id)).toThrow('no rule');
    expect((await open()).list()).toHaveLength(2);
  });

  test('never show a secret', async () => {
    const slack = { type: 'slack', url: 'https://hooks.slack.com/services/T0/B0/key' };
    const { id, notify } = await rules.create(aRule({ notify: [...aRule().notify, slack] }));
    expect(notify).toEqual([
      { type: 'webhook', url: 'https://hooks.example.com/a?…', signed: true },
      { type: 'slack', url: 'https://hooks.slack.com/…', signed: false },
    ]);
    expect(JSON.stringify([rules.list(), rules.get(id)])).not.toMatch(/whsec|token|B0/);
  });

  test('keep address and secret when they come back as they were shown', async () => {
    const { id, notify } = await rules.create(aRule());
    const shown = notify.map(({ type, url }) => ({ type, url }));
    await rules.replace(id, aRule({ name: 'Renamed', notify: shown }));
    expect(rules.find(id)).toMatchObject({ name: 'Renamed', notify: aRule().notify });
  });

  test('are signed with the secret of the settings, as it is now, unless they have one', async () => {
    const first = await open({ webhookSecret: SECRET });
    const plain = { type: 'webhook', url: 'https://x.example/' };
    const { id } = await first.create(aRule({ notify: [plain, ...aRule().notify] }));
    expect(first.find(id)?.notify.map(({ secret }) => secret)).toEqual([SECRET, OWN]);
    expect((await open()).find(id)?.notify.map(({ secret }) => secret)).toEqual([undefined, OWN]);
  });

  test('match by a query over the container of the event', async () => {
    await rules.create(aRule());
    const matches = (name: string) => rules.active().at(-1)?.matchesQuery(events('die1@0', { name })[0]!);
    expect([matches('web-1'), matches('db-1')]).toEqual([true, false]);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', null, /^`rule`/],
    ['no name', { ...aRule(), name: undefined }, /^`name` /],
    ['a blank name', aRule({ name: '  ' }), /^`name` must not be blank/],
    ['a taken name', aRule({ name: 'CRASH' }), /^`name` is taken/],
    ['an unknown field', aRule({ colour: 'red' }), /^`colour` is not a field/],
    [
      'an unknown action',
      aRule({ match: { action: 'explode' } }),
      /^`match\.action` must be one of oom, die, health_status/,
    ],
    ['an unknown class', aRule({ match: { action: 'die', class: ['bad'] } }), /^`match\.class\.0`/],
    [
      'a class without die',
      aRule({ match: { action: 'oom', class: ['oom'] } }),
      /^`match\.class` goes only with/,
    ],
    [
      'health without health_status',
      aRule({ match: { action: 'die', health: 'healthy' } }),
      /^`match\.health` goes only/,
    ],
    ['a wrong query', aRule({ match: { action: 'die', q: 'a and (' } }), /^`match\.q` is not a query/],
    [
      'a wrong address',
      aRule({ notify: [{ type: 'webhook', url: 'file:///etc/passwd' }] }),
      /^`notify\.0\.url` must be/,
    ],
    [
      'a wrong secret',
      aRule({ notify: [{ type: 'webhook', url: 'https://x/', secret: 'x' }] }),
      /^`notify\.0\.secret` must be whsec_/,
    ],
    [
      'a secret for Slack',
      aRule({ notify: [{ type: 'slack', url: 'https://x/', secret: OWN }] }),
      /^`notify\.0\.secret` goes only/,
    ],
    ['a cooldown below zero', aRule({ cooldownSeconds: -1 }), /^`cooldownSeconds`/],
  ])('are refused with %s', async (_name, input, message) => {
    await expect(rules.create(input)).rejects.toMatchObject({
      code: 'bad_rule',
      message: expect.stringMatching(message) as string,
    });
    expect(rules.list()).toHaveLength(2);
  });
});

describe('rules of a file', () => {
  const write = (content: string) => {
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, content);
    return file;
  };
  const yaml = `rules:
  - name: Unhealthy shop
    match: { action: health_status, health: unhealthy, q: 'project:shop' }
    notify: [{ type: webhook, url: https://x.example/ }]
`;

  test('are read from YAML, and cannot be changed by the API', async () => {
    const rule = (await open({ rulesFile: write(yaml) })).list().at(-1);
    expect(rule).toMatchObject({ name: 'Unhealthy shop', origin: 'file', enabled: true });
  });

  test('are read from JSON', async () => {
    const store = await open({ rulesFile: write(JSON.stringify([aRule()])) });
    expect(store.list().at(-1)?.name).toBe('Web dies');
  });

  test.each([
    ['no YAML', 'rules: [', /rules\.yaml/],
    ['no list', 'rules: 7', /expected `rules:` and a list/],
    ['a wrong rule', `${yaml}  - name: x\n`, /rule 2: `match` is missing/],
    ['two of one name', yaml + yaml.slice(7), /`name` is taken/],
  ])('with %s stop the start with a sentence', async (_name, content, message) => {
    await expect(open({ rulesFile: write(content) })).rejects.toThrow(message);
  });

  test('that is not there stops the start', async () => {
    await expect(open({ rulesFile: join(folder, 'none.yaml') })).rejects.toThrow(/ENOENT/);
  });
});
