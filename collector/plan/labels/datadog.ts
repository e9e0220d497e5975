/** Datadog's labels: `com.datadoghq.ad.logs` (JSON) and the unified tags. */
import type { Pattern } from '../../pattern/pattern.ts';
import type { LabelFamily, Mask, Wishes } from './label-family.ts';
import type { LabelReader } from './label-reader.ts';

const LOGS = 'com.datadoghq.ad.logs';

export const datadog: LabelFamily = {
  name: 'Datadog',
  read(labels) {
    const config = configOf(labels);
    return {
      ...(config === null ? {} : readRules(labels, config)),
      serviceName: labels.first('com.datadoghq.tags.service') ?? serviceOf(config),
      serviceVersion: labels.first('com.datadoghq.tags.version'),
    };
  },
};

type Config = Record<string, unknown>;

/** A list of configurations of which the first counts, as there is one log of a container. */
function configOf(labels: LabelReader): Config | null {
  const text = labels.text(LOGS);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'object' && first !== null) return first as Config;
  } catch {
    // Said below, as for any other value that is no list.
  }
  labels.complain(LOGS, 'is not a JSON list such as [{"source":"java","service":"cart"}]');
  return null;
}

const serviceOf = (config: Config | null): Wishes['serviceName'] =>
  typeof config?.service === 'string' && config.service !== ''
    ? { value: config.service, label: LOGS }
    : undefined;

type Rule = { type: string; pattern: Pattern; by: string };

function readRules(labels: LabelReader, config: Config): Wishes {
  const rules = rulesOf(labels, config);
  const ofType = (type: string): Pattern[] =>
    rules.filter(rule => rule.type === type).map(({ pattern }) => pattern);
  const [begin] = ofType('multi_line');
  const [include, exclude] = [ofType('include_at_match'), ofType('exclude_at_match')];
  const masks: Mask[] = rules.filter(rule => rule.type === 'mask_sequences');
  const label = LOGS;
  return {
    ...(begin === undefined
      ? {}
      : { joining: { value: { pattern: begin, negate: true, side: 'before' }, label } }),
    // Every rule of this kind has to match.
    ...(include.length === 0 ? {} : { include: { value: include.map(pattern => [pattern]), label } }),
    ...(exclude.length === 0 ? {} : { exclude: { value: exclude, label } }),
    ...(masks.length === 0 ? {} : { masks: { value: masks, label } }),
  };
}

const TYPES = ['multi_line', 'include_at_match', 'exclude_at_match', 'mask_sequences'];

function rulesOf(labels: LabelReader, config: Config): Rule[] {
  const given = config.log_processing_rules;
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    labels.complain(LOGS, 'has log_processing_rules that are not a list', null);
    return [];
  }
  return given.map((rule: unknown) => ruleOf(labels, rule)).filter(rule => rule !== null);
}

function ruleOf(labels: LabelReader, given: unknown): Rule | null {
  const { type, pattern, replace_placeholder: by } = (given ?? {}) as Partial<Record<string, unknown>>;
  if (typeof type !== 'string' || !TYPES.includes(type) || typeof pattern !== 'string') {
    labels.complain(LOGS, `has a rule without a pattern or whose type is none of ${TYPES.join(', ')}`, null);
    return null;
  }
  // The agent looks for the beginning of a record only where a line begins.
  const compiled = labels.pattern(LOGS, type === 'multi_line' ? `^(?:${pattern})` : pattern);
  return compiled && { type, pattern: compiled, by: placeholderOf(labels, by) };
}

function placeholderOf(labels: LabelReader, by: unknown): string {
  if (typeof by !== 'string') return '***';
  if (!/\$\{?\w/.test(by)) return by;
  labels.complain(LOGS, 'has a replace_placeholder that refers to a group; *** is put there instead', null);
  return '***';
}
