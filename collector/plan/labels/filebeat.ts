/** Filebeat's hints, `co.elastic.logs/…`. */
import type { Pattern } from '../../pattern/pattern.ts';
import type { LabelFamily, Wishes } from './label-family.ts';
import type { LabelReader } from './label-reader.ts';

const PREFIX = 'co.elastic.logs/';
const RAW = `${PREFIX}raw`;
const hint = (name: string): string => PREFIX + name;

export const filebeat: LabelFamily = {
  name: 'Filebeat',
  read(labels) {
    complainOfNumbered(labels);
    const raw = readRaw(labels);
    return {
      enabled: labels.flag(hint('enabled')) ?? inverted(labels.flag(hint('disable'))),
      joining: raw?.joining ?? joiningOf(labels, name => [labels.raw(hint(name)), hint(name)]),
      parse: raw?.parse ?? parseOf(labels),
      include: raw?.include ?? grouped(patternsOf(labels, hint('include_lines'))),
      exclude: raw?.exclude ?? patternsOf(labels, hint('exclude_lines')),
    };
  },
};

const inverted = (wish: Wishes['enabled'] | undefined): Wishes['enabled'] | undefined =>
  wish && { value: !wish.value, label: wish.label };

const grouped = (wish: Wishes['exclude'] | undefined): Wishes['include'] | undefined =>
  wish && { value: [wish.value], label: wish.label };

/** Any of `json.keys_under_root`, `json.message_key` … says that lines are JSON. */
function parseOf({ labels }: LabelReader): Wishes['parse'] | undefined {
  const label = Object.keys(labels).find(key => key.startsWith(hint('json.')));
  return label === undefined ? undefined : { value: 'json', label };
}

/** Gives the text of `multiline.pattern` and its like, and the label it stands in. */
type Look = (name: string) => [text: string | null, label: string];

function joiningOf(labels: LabelReader, look: Look): Wishes['joining'] | undefined {
  const [source, label] = look('multiline.pattern');
  const pattern = labels.pattern(label, source);
  if (pattern === null) return undefined;
  const [negate, negateLabel] = look('multiline.negate');
  const [match, matchLabel] = look('multiline.match');
  if (negate !== null && !['true', 'false'].includes(negate))
    labels.complain(negateLabel, 'is neither true nor false', negate);
  if (match !== null && !['after', 'before'].includes(match))
    labels.complain(matchLabel, 'is neither after nor before', match);
  // `after` is said of the line itself: it is put after the one before it.
  return {
    value: { pattern, negate: negate === 'true', side: match === 'before' ? 'after' : 'before' },
    label,
  };
}

/** Several are separated by commas, or written as a list in JSON. */
function patternsOf(labels: LabelReader, label: string): Wishes['exclude'] | undefined {
  const text = labels.text(label);
  if (text === null) return undefined;
  return usable(
    label,
    (listOf(text) ?? text.split(',')).map(source => labels.pattern(label, source.trim())),
  );
}

function usable(label: string, patterns: (Pattern | null)[]): Wishes['exclude'] | undefined {
  const value = patterns.filter(pattern => pattern !== null);
  return value.length === 0 ? undefined : { value, label };
}

function listOf(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return isTexts(value) ? value : null;
  } catch {
    return null;
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(item => typeof item === 'string');

/** `co.elastic.logs/raw`: a whole input, or a list of which the first counts. */
function readRaw(labels: LabelReader): Wishes | undefined {
  const text = labels.text(RAW);
  if (text === null) return undefined;
  const input = inputOf(text);
  if (input === null) {
    labels.complain(RAW, 'is not the JSON of an input');
    return undefined;
  }
  const look: Look = name => [settingOf(input, name), RAW];
  const lines = (name: string): Wishes['exclude'] | undefined => {
    const value = input[name];
    return isTexts(value)
      ? usable(
          RAW,
          value.map(source => labels.pattern(RAW, source)),
        )
      : undefined;
  };
  const [joining, include, exclude] = [
    joiningOf(labels, look),
    grouped(lines('include_lines')),
    lines('exclude_lines'),
  ];
  return {
    ...(joining === undefined ? {} : { joining }),
    ...(Object.keys(input).some(key => /^json(\.|$)/.test(key))
      ? { parse: { value: 'json', label: RAW } }
      : {}),
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  };
}

type Input = Record<string, unknown>;

function inputOf(text: string): Input | null {
  try {
    const value: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return isObject(first) ? first : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Input =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `multiline.pattern`, written with a dot or as objects. */
function settingOf(input: Input, name: string): string | null {
  const [outer = '', inner = ''] = name.split('.');
  const nested = input[outer];
  const value = input[name] ?? (isObject(nested) ? nested[inner] : undefined);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : null;
}

function complainOfNumbered(labels: LabelReader): void {
  const label = Object.keys(labels.labels).find(key => /^co\.elastic\.logs\/\d+\./.test(key));
  if (label !== undefined)
    labels.complain(label, 'is of a numbered set, which is not read: use the label without the number');
}
