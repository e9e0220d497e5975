/** What the rule form edits: plain strings and switches, and the way to the wire and back. Checks here only spare a round trip. */
import type { DeathClass } from '#contract/container-event.ts';
import type { AlertRule, Notifier, RuleInput } from '#contract/rule.ts';

export type WhenKey = 'oom' | 'die' | 'unhealthy' | 'healthy';
export type NotifierDraft = { type: Notifier['type']; url: string; secret: string; hasSecret: boolean };
export type RuleDraft = {
  name: string;
  enabled: boolean;
  severity: AlertRule['severity'];
  when: WhenKey;
  /** Empty: whatever the cause. */
  classes: DeathClass[];
  q: string;
  notify: NotifierDraft[];
  cooldownMinutes: string;
};
export type DraftField = 'name' | 'q' | 'notify' | 'cooldownMinutes';
export type DraftErrors = Partial<Record<DraftField, string>>;

/** Death classes a rule is usually about first. */
export const RULE_CLASSES: readonly DeathClass[] = [
  'crash',
  'start_failed',
  'oom',
  'oom_suspected',
  'clean',
  'operator_stop',
  'operator_kill',
  'daemon_restart',
  'redeploy',
];
export const SEVERITIES: readonly AlertRule['severity'][] = ['critical', 'error', 'warning', 'info'];

export function emptyNotifier(): NotifierDraft {
  return { type: 'webhook', url: '', secret: '', hasSecret: false };
}

export function emptyDraft(): RuleDraft {
  return {
    name: '',
    enabled: true,
    severity: 'error',
    when: 'die',
    classes: ['crash', 'start_failed'],
    q: '',
    notify: [emptyNotifier()],
    cooldownMinutes: '0',
  };
}

export function toDraft(rule: AlertRule): RuleDraft {
  const { match } = rule;
  return {
    name: rule.name,
    enabled: rule.enabled,
    severity: rule.severity,
    when: match.action === 'health_status' ? (match.health ?? 'unhealthy') : match.action,
    classes: match.class ?? [],
    q: match.q ?? '',
    notify: rule.notify.map(({ type, url, signed }) => ({ type, url, secret: '', hasSecret: signed })),
    cooldownMinutes: String(rule.cooldownSeconds / 60),
  };
}

export function toInput(draft: RuleDraft): RuleInput {
  const q = draft.q.trim();
  return {
    name: draft.name.trim(),
    enabled: draft.enabled,
    severity: draft.severity,
    match: { ...toMatch(draft), ...(q === '' ? {} : { q }) },
    notify: draft.notify.filter(notifier => notifier.url.trim() !== '').map(toNotifier),
    cooldownSeconds: Math.round(Number(draft.cooldownMinutes) * 60),
  };
}

function toMatch(draft: RuleDraft): RuleInput['match'] {
  switch (draft.when) {
    case 'oom':
      return { action: 'oom' };
    case 'die':
      return draft.classes.length === 0 ? { action: 'die' } : { action: 'die', class: draft.classes };
    case 'unhealthy':
    case 'healthy':
      return { action: 'health_status', health: draft.when };
  }
}

function toNotifier(draft: NotifierDraft): Notifier {
  const isSigned = draft.type === 'webhook' && draft.secret !== '';
  return { type: draft.type, url: draft.url.trim(), ...(isSigned ? { secret: draft.secret } : {}) };
}

export function checkDraft(draft: RuleDraft): DraftErrors {
  const errors: DraftErrors = {};
  if (draft.name.trim() === '') errors.name = 'Give the rule a name: it heads every message it sends.';
  if (draft.notify.some(({ url }) => url.trim() !== '' && !isHttpUrl(url)))
    errors.notify = 'A target begins with https:// or http://.';
  const minutes = Number(draft.cooldownMinutes);
  if (draft.cooldownMinutes.trim() === '' || !(minutes >= 0 && minutes <= 1_440))
    errors.cooldownMinutes = 'Between 0 and 1,440 minutes.';
  return errors;
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text.trim());
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
}

/** The indexer begins with the field in backticks (`notify.0.url`): its message stands beside it. Null: of the whole rule. */
export function fieldOfError(message: string): DraftField | null {
  const path = /^`([\w.]+)`/.exec(message)?.[1] ?? '';
  if (path === 'name') return 'name';
  if (path === 'match.q') return 'q';
  if (path === 'cooldownSeconds') return 'cooldownMinutes';
  return path === 'notify' || path.startsWith('notify.') ? 'notify' : null;
}

/** The message as it reads beside its field: without the field's name, and with a capital. */
export function withoutField(message: string): string {
  const rest = message.replace(/^`[\w.]+` /, '');
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
