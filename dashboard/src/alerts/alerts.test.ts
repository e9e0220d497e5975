import { expect, test } from 'vitest';
import type { Alert, AlertRule, RuleMatch } from '#contract/rule.ts';
import { eachAlert, firingBundles } from './alert-bundles.ts';
import { checkDraft, emptyDraft, fieldOfError, toDraft, toInput, withoutField } from './rule-draft.ts';
import { attemptInWords, deliveryInWords, matchInWords, orderRules } from './rule-words.ts';

function aRule(over: Partial<AlertRule> = {}): AlertRule {
  return {
    id: 'r',
    name: 'rule',
    enabled: true,
    severity: 'error',
    match: { action: 'die', class: ['crash', 'start_failed'], q: 'project:shop' },
    notify: [{ type: 'webhook', url: 'https://hooks.example/ops', signed: true }],
    cooldownSeconds: 300,
    origin: 'api',
    createdAt: '2026-11-22T10:00:00Z',
    ...over,
  };
}

test.each<[RuleMatch, string]>([
  [{ action: 'oom' }, 'a container runs out of memory'],
  [{ action: 'die' }, 'a container dies, whatever the cause'],
  [{ action: 'die', class: ['crash'] }, 'a container dies: crashed'],
  [
    { action: 'die', class: ['crash', 'start_failed', 'oom'] },
    'a container dies: crashed, failed to start or out of memory',
  ],
  [{ action: 'health_status', health: 'unhealthy' }, 'a container becomes unhealthy'],
  [{ action: 'health_status' }, 'the health of a container changes'],
])('%j in words', (match, words) => {
  expect(matchInWords(match)).toBe(words);
});

test('a rule that is opened and saved unchanged stays the same, and its secret is not touched', () => {
  const rule = aRule();
  expect(toInput(toDraft(rule))).toEqual({
    name: rule.name,
    enabled: true,
    severity: 'error',
    match: rule.match,
    notify: [{ type: 'webhook', url: 'https://hooks.example/ops' }],
    cooldownSeconds: 300,
  });
});

test('empty targets and an empty filter are not sent; Slack is never signed', () => {
  const draft = { ...emptyDraft(), name: ' x ', q: '  ' };
  draft.notify = [
    { type: 'webhook', url: '  ', secret: 'whsec_a', hasSecret: false },
    { type: 'slack', url: 'https://hooks.slack.example/x', secret: 'whsec_a', hasSecret: false },
  ];
  const input = toInput(draft);
  expect(input.name).toBe('x');
  expect(input.match).not.toHaveProperty('q');
  expect(input.notify).toEqual([{ type: 'slack', url: 'https://hooks.slack.example/x' }]);
});

test('no cause chosen means every cause', () => {
  expect(toInput({ ...emptyDraft(), classes: [] }).match).toEqual({ action: 'die' });
});

test.each([
  [{ name: ' ' }, 'name'],
  [{ notify: [{ type: 'webhook' as const, url: 'ftp://x', secret: '', hasSecret: false }] }, 'notify'],
  [
    { notify: [{ type: 'webhook' as const, url: 'javascript:alert(1)', secret: '', hasSecret: false }] },
    'notify',
  ],
  [{ cooldownMinutes: 'soon' }, 'cooldownMinutes'],
  [{ cooldownMinutes: '2000' }, 'cooldownMinutes'],
])('a draft with %j is told so at %s', (over, field) => {
  expect(Object.keys(checkDraft({ ...emptyDraft(), name: 'ok', ...over }))).toEqual([field]);
});

test('a sound draft has nothing to say', () => {
  expect(checkDraft({ ...emptyDraft(), name: 'ok' })).toEqual({});
});

test.each([
  ['`match.q` is not a query: a name is missing.', 'q'],
  ['`notify.0.url` must be an http or https URL.', 'notify'],
  ['`cooldownSeconds` must be >= 0.', 'cooldownMinutes'],
  ['`name` is taken: there is a rule `url` already.', 'name'],
  ['There are 500 rules already, which is the most.', null],
])('the server says %j: it is shown at %s', (message, field) => {
  expect(fieldOfError(message)).toBe(field);
});

test.each([
  ['`notify.0.url` must be an http or https URL.', 'Must be an http or https URL.'],
  ['There are 500 rules already.', 'There are 500 rules already.'],
])('beside its field %j reads %j', (message, words) => {
  expect(withoutField(message)).toBe(words);
});

const attempt = (statusCode: number | null, outcome: string) => ({
  at: '',
  durationMs: 5,
  statusCode,
  outcome,
});

test.each([
  ['delivered' as const, 1, 'delivered'],
  ['delivered' as const, 3, 'delivered on attempt 3'],
  ['failed' as const, 1, 'failed after 1 attempt'],
  ['failed' as const, 9, 'failed after 9 attempts'],
  ['pending' as const, 0, 'waiting for its first attempt'],
  ['pending' as const, 2, 'attempt 3 to come'],
])('%s with %s attempts reads %j', (status, count, words) => {
  const attempts = Array.from({ length: count }, () => attempt(500, 'retry'));
  expect(deliveryInWords({ status, attempts }).text).toBe(words);
});

test.each([
  [attempt(200, 'ok'), '200'],
  [attempt(503, 'retry'), '503 retry'],
  [attempt(503, 'HTTP 503'), '503'],
  [attempt(null, 'connection refused'), 'connection refused'],
])('attempt %j reads %j', (one, words) => {
  expect(attemptInWords(one)).toBe(words);
});

test('own rules come first, built-in ones last', () => {
  const rules = [
    aRule({ name: 'b', origin: 'default' }),
    aRule({ name: 'a', origin: 'file' }),
    aRule({ name: 'z', origin: 'api' }),
  ];
  expect(orderRules(rules).map(rule => rule.name)).toEqual(['z', 'a', 'b']);
});

function anAlert(id: string, firedAt: string, over: Partial<Alert> = {}): Alert {
  return {
    id,
    ruleId: 'r',
    ruleName: 'Crash',
    severity: 'error',
    type: 'container.crash',
    firedAt,
    resolvedAt: null,
    eventId: 'e',
    summary: '',
    container: { id: 'c', name: 'web', image: 'i' },
    host: 'a',
    suppressed: false,
    ...over,
  };
}

test('a crash loop fires as one line with a number and its beginning', () => {
  const alerts = [
    anAlert('1', '2026-11-22T10:00:00Z'),
    anAlert('3', '2026-11-22T10:02:00Z'),
    anAlert('2', '2026-11-22T10:01:00Z', { container: { id: 'c2', name: 'web', image: 'i' } }),
    anAlert('other', '2026-11-22T10:01:30Z', { host: 'b' }),
    anAlert('over', '2026-11-22T10:03:00Z', { resolvedAt: '2026-11-22T10:04:00Z' }),
  ];
  expect(firingBundles(alerts).map(({ newest, count, since }) => [newest.id, count, since])).toEqual([
    ['3', 3, '2026-11-22T10:00:00Z'],
    ['other', 1, '2026-11-22T10:01:30Z'],
  ]);
  expect(eachAlert(alerts).map(({ newest }) => newest.id)).toEqual(['over', '3', 'other', '2', '1']);
});
