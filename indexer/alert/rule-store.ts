/** Where rules come from: the default ones, a file, and the API. Only those of the API can be changed there. */
import { randomUUID } from 'node:crypto';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { AlertRule, Notifier as NotifierTarget, RuleInput } from '#contract/rule.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import { createMatcher } from '../query/match-record.ts';
import { parseQuery } from '../query/parse-query.ts';
import type { StateStore } from '../state/state-store.ts';
import {
  checkRuleSettings,
  defaultRules,
  inFile,
  readRulesFile,
  fileRuleId,
  toRule,
  withCommonSecret,
  withoutCommonSecret,
  type RuleSettings,
} from './rule-sources.ts';
import { badField, checkRule, shownUrl, toAlertRule, type Rule } from './rule.ts';

const MAX_RULES = 500;

export type ActiveRule = Rule & { matchesQuery: (event: ContainerEvent) => boolean };

export type RuleStore = {
  /** Reads the file and the saved rules. Throws `bad_rule` that says what to mend, with the setting's name. */
  load: () => Promise<void>;
  /** The enabled ones, with secrets: for firing, not for showing. */
  active: () => ActiveRule[];
  find: (id: string) => Rule | undefined;
  list: () => AlertRule[];
  /** Throws `not_found`. */
  get: (id: string) => AlertRule;
  /** These throw `bad_rule` for bad input, `not_found`, and `read_only` for a rule that is not of the API. */
  create: (input: unknown) => Promise<AlertRule>;
  replace: (id: string, input: unknown) => Promise<AlertRule>;
  remove: (id: string) => Promise<void>;
};

export function createRuleStore(deps: {
  state: StateStore;
  settings: RuleSettings;
  now: () => Date;
}): RuleStore {
  const { state, settings, now } = deps;
  const rules = new Map<string, ActiveRule>();

  const keep = (rule: Rule) => void rules.set(rule.id, activate(withCommonSecret(rule, settings)));
  // What people edit at other indexers. Those of files and settings are each indexer's own, and meant to be the same.
  state.watch<Rule>('rule', rows => {
    for (const { id, document } of rows)
      if (document) keep(document);
      else rules.delete(id);
  });
  /** What others edited is known when this resolves: whoever asks for a change may have seen it. */
  const catchUp = (): Promise<unknown> => state.get('rule', '');

  async function save(rule: Rule): Promise<AlertRule> {
    await state.put([{ kind: 'rule', id: rule.id, document: withoutCommonSecret(rule, settings) }]);
    keep(rule);
    return toAlertRule(known(rules, rule.id));
  }

  async function load(): Promise<void> {
    checkRuleSettings(settings);
    rules.clear();
    const createdAt = now().toISOString();
    for (const rule of defaultRules(settings.webhookUrl, createdAt)) keep(rule);
    for (const input of await readRulesFile(settings.rulesFile)) {
      await inFile(settings.rulesFile, () => refuseTwin(rules, input.name));
      keep(toRule(input, { id: fileRuleId(input.name), origin: 'file', createdAt }));
    }
    for (const { document } of await state.list<Rule>('rule')) keep(document);
  }

  return {
    load,
    active: () => [...rules.values()].filter(rule => rule.enabled),
    find: id => rules.get(id),
    list: () => [...rules.values()].map(toAlertRule),
    get: id => toAlertRule(known(rules, id)),

    async create(raw) {
      const input = checkRule(raw);
      await catchUp();
      refuseTwin(rules, input.name);
      if (rules.size >= MAX_RULES) throw tooManyRules();
      const createdAt = now().toISOString();
      return save(toRule(input, { id: `rule-${randomUUID()}`, origin: 'api', createdAt }));
    },

    async replace(id, raw) {
      await catchUp();
      const { origin, createdAt, notify } = writable(rules, id);
      const input = checkRule(withKnownTargets(raw, notify));
      refuseTwin(rules, input.name, id);
      return save(toRule(input, { id, origin, createdAt }));
    },

    async remove(id) {
      await catchUp();
      writable(rules, id);
      await state.put([{ kind: 'rule', id, document: null }]);
      rules.delete(id);
    },
  };
}

/** Names are how people tell rules apart in a notification, so there are no two of one name. */
function refuseTwin(rules: ReadonlyMap<string, Rule>, name: string, id?: string): void {
  const isTwin = (rule: Rule) => rule.id !== id && rule.name.toLowerCase() === name.toLowerCase();
  if ([...rules.values()].some(isTwin))
    throw badField('name', `is taken: there is a rule \`${name}\` already`);
}

const tooManyRules = (): QuaylogError =>
  new QuaylogError('bad_rule', `There are ${MAX_RULES} rules already, which is the most.`);

function known(rules: ReadonlyMap<string, Rule>, id: string): Rule {
  const rule = rules.get(id);
  if (!rule) throw new QuaylogError('not_found', 'There is no rule with this id.');
  return rule;
}

function writable(rules: ReadonlyMap<string, Rule>, id: string): Rule {
  const rule = known(rules, id);
  if (rule.origin === 'api') return rule;
  const where = rule.origin === 'file' ? 'QUAYLOG_RULES_FILE' : 'QUAYLOG_WEBHOOK_URL';
  throw new QuaylogError('read_only', `The rule \`${rule.name}\` comes from ${where}.`);
}

function activate(rule: Rule): ActiveRule {
  const matches = createMatcher(parseQuery(rule.match.q ?? ''));
  return { ...rule, matchesQuery: event => matches(event) };
}

/** Who edits a rule sends back the address as it was shown, without its secrets: then the address it stands for stays. */
function withKnownTargets(raw: unknown, known: readonly NotifierTarget[]): unknown {
  const notify = (raw as Partial<RuleInput> | null)?.notify;
  if (!Array.isArray(notify)) return raw;
  const restored = notify.map((sent: Partial<NotifierTarget> | null) => {
    const isSame = (target: NotifierTarget) =>
      target.type === sent?.type && [target.url, shownUrl(target)].includes(sent.url ?? '');
    const same = known.find(isSame);
    return same ? { ...same, ...sent, url: same.url } : sent;
  });
  return { ...(raw as RuleInput), notify: restored };
}
