/** Rules that are not of the API: the default ones that the settings make, and those of a file. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { Notifier as NotifierTarget, RuleInput } from '#contract/rule.ts';
import type { Settings } from '#contract/settings.ts';
import { secretKey } from './notifier/webhook.ts';
import { checkRule, type Rule } from './rule.ts';

export type RuleSettings = Pick<Settings, 'rulesFile' | 'webhookUrl' | 'webhookSecret'>;

export function toRule(input: RuleInput, origin: Pick<Rule, 'id' | 'origin' | 'createdAt'>): Rule {
  return {
    enabled: true,
    severity: input.match.action === 'oom' ? 'critical' : 'error',
    cooldownSeconds: 0,
    ...input,
    ...origin,
  };
}

/** A webhook without a secret of its own is signed with that of the settings, as it is now. */
export function withCommonSecret(rule: Rule, { webhookSecret }: RuleSettings): Rule {
  if (webhookSecret === '') return rule;
  const sign = (target: NotifierTarget) =>
    target.type === 'webhook' ? { secret: webhookSecret, ...target } : target;
  return { ...rule, notify: rule.notify.map(sign) };
}

/** As a rule is saved: the secret of the settings stays in the settings. */
export function withoutCommonSecret(rule: Rule, { webhookSecret }: RuleSettings): Rule {
  const strip = ({ secret, ...target }: NotifierTarget): NotifierTarget =>
    secret === undefined || secret === webhookSecret ? target : { ...target, secret };
  return { ...rule, notify: rule.notify.map(strip) };
}

/** OOM and crash. Without a webhook they fire all the same, for the page of alerts; nobody is told. */
export function defaultRules(webhookUrl: string, createdAt: string): Rule[] {
  const origin = { origin: 'default' as const, createdAt };
  const notify = webhookUrl === '' ? [] : [defaultTarget(webhookUrl)];
  const oom: RuleInput = { name: 'Out of memory', match: { action: 'oom' }, notify };
  const crash: RuleInput = {
    name: 'Crash',
    match: { action: 'die', class: ['crash', 'start_failed', 'oom_suspected'] },
    notify,
  };
  return [toRule(oom, { ...origin, id: 'default-oom' }), toRule(crash, { ...origin, id: 'default-crash' })];
}

const defaultTarget = (url: string): NotifierTarget => ({
  type: new URL(url).hostname === 'hooks.slack.com' ? 'slack' : 'webhook',
  url,
});

export function checkRuleSettings({ webhookUrl, webhookSecret }: RuleSettings): void {
  if (webhookUrl !== '' && !/^https?:$/.test(URL.canParse(webhookUrl) ? new URL(webhookUrl).protocol : '')) {
    throw new QuaylogError('bad_rule', 'QUAYLOG_WEBHOOK_URL must be an http or https URL.');
  }
  if (webhookSecret !== '' && !secretKey(webhookSecret)) {
    throw new QuaylogError(
      'bad_rule',
      'QUAYLOG_WEBHOOK_SECRET must be whsec_ and base64 of 24 to 64 bytes: echo "whsec_$(openssl rand -base64 32)" makes one.',
    );
  }
}

/** `rules:` and a list, or the list alone; JSON is YAML. */
export async function readRulesFile(file: string): Promise<RuleInput[]> {
  if (file === '') return [];
  const content = await inFile(file, async () => parse(await readFile(file, 'utf8')) as unknown);
  const list = (content as { rules?: unknown } | null)?.rules ?? content;
  if (!Array.isArray(list)) {
    throw new QuaylogError('bad_rule', `QUAYLOG_RULES_FILE ${file}: expected \`rules:\` and a list.`);
  }
  return Promise.all(
    list.map((input, place) => inFile(`${file}, rule ${place + 1}`, () => checkRule(input))),
  );
}

export async function inFile<T>(where: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new QuaylogError('bad_rule', `QUAYLOG_RULES_FILE ${where}: ${(cause as Error).message}`, { cause });
  }
}

/** The same after each start, so that what has fired does not fire again. */
export const fileRuleId = (name: string): string =>
  `file-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
