/** A rule as the indexer works with it: with its secrets, and checked. What people see of it has neither. */
import { Compile } from 'typebox/compile';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { RuleInput, type AlertRule, type Notifier as NotifierTarget } from '#contract/rule.ts';
import { parseQuery } from '../query/parse-query.ts';
import { secretKey } from './notifier/webhook.ts';

export type Rule = Omit<AlertRule, 'notify'> & { notify: NotifierTarget[] };

const schema = Compile(RuleInput);

/** What came from outside as a rule without the fields that are ours. Throws `bad_rule` with a sentence that names the field. */
export function checkRule(input: unknown): RuleInput {
  if (!schema.Check(input)) {
    const [first] = schema.Errors(input);
    throw badField(fieldOf(first), complaint(first));
  }
  if (input.name.trim() === '') throw badField('name', 'must not be blank');
  checkMatch(input.match);
  input.notify.forEach((target, place) => checkTarget(target, `notify.${place}`));
  return input;
}

export const badField = (field: string, complaint: string): QuaylogError =>
  new QuaylogError('bad_rule', `\`${field}\` ${complaint}.`);

type SchemaError = ReturnType<typeof schema.Errors>[number] | undefined;

function fieldOf(error: SchemaError): string {
  const path = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const params = (error?.params ?? {}) as Record<string, unknown>;
  const names = params['requiredProperties'] ?? params['additionalProperties'];
  const name = Array.isArray(names) ? String(names[0]) : '';
  return [path, name].filter(part => part !== '').join('.') || 'rule';
}

function complaint(error: SchemaError): string {
  const params = (error?.params ?? {}) as Record<string, unknown>;
  if ('requiredProperties' in params) return 'is missing';
  if ('additionalProperties' in params || error?.keyword === 'boolean') return 'is not a field of a rule';
  const allowed = params['allowedValues'];
  if (Array.isArray(allowed)) return `must be one of ${allowed.join(', ')}`;
  return error?.message ?? 'is wrong';
}

function checkMatch({ action, class: classes, health, q }: RuleInput['match']): void {
  if (classes && action !== 'die') throw badField('match.class', 'goes only with the action die');
  if (health && action !== 'health_status') {
    throw badField('match.health', 'goes only with the action health_status');
  }
  try {
    parseQuery(q ?? '');
  } catch (cause) {
    throw new QuaylogError('bad_rule', `\`match.q\` is not a query: ${(cause as Error).message}`, {
      cause,
      ...(cause instanceof QuaylogError && cause.position !== undefined ? { position: cause.position } : {}),
    });
  }
}

function checkTarget({ type, url, secret }: NotifierTarget, field: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw badField(`${field}.url`, 'must be an http or https URL');
  }
  if (secret === undefined) return;
  if (type !== 'webhook') throw badField(`${field}.secret`, 'goes only with the type webhook');
  if (!secretKey(secret)) throw badField(`${field}.secret`, 'must be whsec_ and base64 of 24 to 64 bytes');
}

/** `https://host/path` without what may be secret: query and credentials, and with Slack the path, which is the key. */
export function shownUrl({ type, url }: NotifierTarget): string {
  const { protocol, host, pathname, search } = new URL(url);
  if (type === 'slack') return `${protocol}//${host}/…`;
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;
}

/** Host and path, for the log of deliveries. */
export const shownTarget = (target: NotifierTarget): string =>
  shownUrl(target)
    .replace(/^https?:\/\//, '')
    .replace(/\?…$/, '');

export const toAlertRule = (rule: Rule): AlertRule => ({
  id: rule.id,
  name: rule.name,
  enabled: rule.enabled,
  severity: rule.severity,
  match: rule.match,
  notify: rule.notify.map(target => ({
    type: target.type,
    url: shownUrl(target),
    signed: target.secret !== undefined,
  })),
  cooldownSeconds: rule.cooldownSeconds,
  origin: rule.origin,
  createdAt: rule.createdAt,
});
