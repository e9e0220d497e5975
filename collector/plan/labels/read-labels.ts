/** The labels of one container, of whatever family → what they ask for, from where, and what of it could not be understood. Pure. */
import { LABEL_FAMILIES } from './index.ts';
import type { Joining, Wish, Wishes } from './label-family.ts';
import { LabelReader } from './label-reader.ts';

/** `what`: what a label brings about, in words for people. */
export type AppliedLabel = { what: string; label: string; family: string };

export type AskedByLabels = { wishes: Wishes; applied: AppliedLabel[]; mistakes: string[] };

type Key = keyof Wishes;

export function readLabels(labels: Readonly<Record<string, string>>): AskedByLabels {
  const reader = new LabelReader(labels);
  const wishes: Partial<Record<Key, Wish<unknown>>> = {};
  const applied: AppliedLabel[] = [];
  for (const { name: family, read } of LABEL_FAMILIES) {
    for (const [key, wish] of Object.entries(read(reader)) as [Key, Wish<never> | undefined][]) {
      if (wish === undefined || wishes[key] !== undefined) continue;
      wishes[key] = wish;
      applied.push({ what: WORDS[key](wish.value), label: wish.label, family });
    }
  }
  return { wishes: wishes as Wishes, applied, mistakes: reader.mistakes };
}

type Value<K extends Key> = NonNullable<Wishes[K]>['value'];

const WORDS: { [K in Key]-?: (value: Value<K>) => string } = {
  enabled: isOn => (isOn ? 'collected' : 'not collected'),
  joining: value => (value === 'off' ? 'every line is a record' : joiningInWords(value)),
  parse: mode => PARSE_WORDS[mode],
  historyAgeMs: age =>
    age === null
      ? 'all of its log is read'
      : `its log is read from ${age / 1_000} s before it was first seen`,
  attach: isAllowed =>
    `what it prints is ${isAllowed ? '' : 'not '}taken as it comes if the engine keeps no log of it`,
  serviceName: name => `service.name is ${name}`,
  serviceVersion: version => `service.version is ${version}`,
  include: groups => `only records that match ${groups.map(sourcesOf).join(' and ')} go out`,
  exclude: patterns => `records that match ${sourcesOf(patterns)} are left out`,
  masks: masks =>
    `what matches ${sourcesOf(masks.map(({ pattern }) => pattern))} is masked before it leaves the host`,
};

const PARSE_WORDS: Record<Value<'parse'>, string> = {
  auto: 'lines are read as whatever they are',
  json: 'lines are read as JSON, or else as text',
  logfmt: 'lines are read as logfmt, or else as text',
  none: 'lines are kept as they are, without fields',
};

const sourcesOf = (patterns: { source: string }[]): string =>
  patterns.map(({ source }) => source).join(' or ');

function joiningInWords({ pattern, negate, side }: Joining): string {
  if (negate && side === 'before') return `a record begins where ${pattern.source} matches`;
  const lines = `a line that ${negate ? 'does not match' : 'matches'} ${pattern.source}`;
  return side === 'before' ? `${lines} goes on with the one before` : `${lines} goes on with the next`;
}
