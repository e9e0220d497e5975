import type { Line } from '../../engine/lines.ts';
import { describe, expect, it } from 'vitest';
import { planContainer } from '../container-plan.ts';
import { readLabels } from './read-labels.ts';

type Labels = Record<string, string>;
const LOGS = 'co.elastic.logs';
const datadog = (...rules: object[]): Labels => ({
  'com.datadoghq.ad.logs': JSON.stringify([{ source: 'java', log_processing_rules: rules }]),
});

/** What the lines become, as texts. Stamps are 1 ms apart. */
function treated(labels: Labels, texts: string[]): string[] {
  const { treatment } = planContainer(
    { id: 'c', name: 'c', image: { name: 'i' }, labels },
    { collectSelf: false, ownContainerId: null },
  );
  const joiner = treatment.createJoiner();
  const lines: Line[] = texts.map((text, i) => ({
    stamp: `2026-11-22T10:00:00.${String(i).padStart(3, '0')}000000Z`,
    ordinal: 0,
    stream: 1,
    text,
    bytes: text.length,
    flags: 0,
  }));
  const joined: Line[] = [];
  for (const line of lines) joiner.push(line, joined);
  joined.push(...joiner.flush());
  const sift = treatment.sift ?? (line => line);
  return joined
    .map(sift)
    .filter(line => line !== null)
    .map(({ text }) => text);
}

const wishesOf = (labels: Labels) =>
  Object.fromEntries(Object.entries(readLabels(labels).wishes).map(([key, { value }]) => [key, value]));

describe('labels that name things and switch', () => {
  it.each<[string, Labels, object]>([
    ['none', { tier: 'front', maintainer: 'x' }, {}],
    [
      'ours',
      { 'quaylog.service': ' cart ', 'quaylog.version': '2', 'quaylog.parse': 'JSON' },
      { serviceName: 'cart', serviceVersion: '2', parse: 'json' },
    ],
    ['history', { 'quaylog.history': '24h' }, { historyAgeMs: 86_400_000 }],
    ['all of history', { 'quaylog.history': 'all' }, { historyAgeMs: null }],
    ['no history', { 'quaylog.history': 'none' }, { historyAgeMs: 0 }],
    ['ours, empty', { 'quaylog.service': '', 'quaylog.multiline': ' ' }, {}],
    ['logspout', { 'logspout.exclude': 'true' }, { enabled: false }],
    ['logspout that excludes not', { 'logspout.exclude': 'false' }, {}],
    ['filebeat enabled', { [`${LOGS}/enabled`]: 'false' }, { enabled: false }],
    ['filebeat disable', { [`${LOGS}/disable`]: 'true' }, { enabled: false }],
    [
      'filebeat enabled before disable',
      { [`${LOGS}/enabled`]: 'true', [`${LOGS}/disable`]: 'true' },
      { enabled: true },
    ],
    ['filebeat json', { [`${LOGS}/json.keys_under_root`]: 'true' }, { parse: 'json' }],
    [
      'datadog tags',
      {
        'com.datadoghq.tags.service': 'cart',
        'com.datadoghq.tags.version': '7',
        'com.datadoghq.tags.env': 'prod',
      },
      { serviceName: 'cart', serviceVersion: '7' },
    ],
    [
      'datadog logs',
      { 'com.datadoghq.ad.logs': '[{"source":"java","service":"cart","auto_multi_line_detection":true}]' },
      { serviceName: 'cart' },
    ],
    ['datadog, not a list', { 'com.datadoghq.ad.logs': '{"service":"cart"}' }, { serviceName: 'cart' }],
    ['dozzle', { 'dev.dozzle.name': 'Cart', 'dev.dozzle.group': 'shop' }, { serviceName: 'Cart' }],
    [
      'coolify before compose',
      { 'coolify.serviceName': 'cart', 'com.docker.compose.service': 'x-1' },
      { serviceName: 'cart' },
    ],
    ['compose', { 'com.docker.compose.service': 'cart' }, { serviceName: 'cart' }],
    ['swarm', { 'com.docker.swarm.service.name': 'shop_cart' }, { serviceName: 'shop_cart' }],
    [
      'an image',
      { 'org.opencontainers.image.version': '1.2', 'org.label-schema.version': '1' },
      { serviceVersion: '1.2' },
    ],
    [
      'ours before all',
      {
        'quaylog.service': 'a',
        'com.datadoghq.tags.service': 'b',
        'dev.dozzle.name': 'c',
        'com.docker.compose.service': 'd',
      },
      { serviceName: 'a' },
    ],
    ['names of objects', { constructor: 'x', __proto__: 'y' }, {}],
  ])('%s', (...[, labels, wishes]) => {
    expect(wishesOf(labels)).toEqual(wishes);
    expect(readLabels(labels).mistakes).toEqual([]);
  });

  it('are remembered with whose they are', () => {
    expect(
      readLabels({ 'quaylog.parse': 'none', 'dev.dozzle.name': 'Cart', [`${LOGS}/json.message_key`]: 'log' })
        .applied,
    ).toEqual([
      { what: 'lines are kept as they are, without fields', label: 'quaylog.parse', family: 'Quaylog' },
      { what: 'service.name is Cart', label: 'dev.dozzle.name', family: 'Dozzle' },
    ]);
  });
});

describe('labels that join lines', () => {
  const dated = ['2026-11-22 a', 'b', 'c', '2026-11-23 d', 'e'];
  it.each<[string, Labels, string[], string[]]>([
    [
      'a record begins where ours matches',
      { 'quaylog.multiline': String.raw`^\d{4}-` },
      dated,
      ['2026-11-22 a\nb\nc', '2026-11-23 d\ne'],
    ],
    [
      'a blank at the end of a pattern counts',
      { 'quaylog.multiline': '^a ' },
      ['a 1', 'ab', 'a 2'],
      ['a 1\nab', 'a 2'],
    ],
    [
      'off',
      { 'quaylog.multiline': 'off' },
      ['java.lang.Error: x', '\tat a.b(C.java:1)'],
      ['java.lang.Error: x', '\tat a.b(C.java:1)'],
    ],
    [
      'none: stack traces',
      {},
      ['java.lang.Error: x', '\tat a.b(C.java:1)'],
      ['java.lang.Error: x\n\tat a.b(C.java:1)'],
    ],
    [
      'filebeat, negate after',
      {
        [`${LOGS}/multiline.pattern`]: String.raw`^\d{4}-`,
        [`${LOGS}/multiline.negate`]: 'true',
        [`${LOGS}/multiline.match`]: 'after',
      },
      dated,
      ['2026-11-22 a\nb\nc', '2026-11-23 d\ne'],
    ],
    [
      'filebeat, after',
      { [`${LOGS}/multiline.pattern`]: String.raw`^\s` },
      ['a', ' b', ' c', 'd'],
      ['a\n b\n c', 'd'],
    ],
    [
      'filebeat, before',
      { [`${LOGS}/multiline.pattern`]: String.raw`\\$`, [`${LOGS}/multiline.match`]: 'before' },
      ['a \\', 'b \\', 'c', 'd'],
      ['a \\\nb \\\nc', 'd'],
    ],
    [
      'filebeat, negate before',
      {
        [`${LOGS}/multiline.pattern`]: ';$',
        [`${LOGS}/multiline.negate`]: 'true',
        [`${LOGS}/multiline.match`]: 'before',
      },
      ['a', 'b;', 'c;'],
      ['a\nb;', 'c;'],
    ],
    [
      'filebeat raw',
      {
        [`${LOGS}/raw`]: '[{"type":"container","multiline":{"pattern":"^x","negate":true,"match":"after"}}]',
      },
      ['x1', 'y', 'x2'],
      ['x1\ny', 'x2'],
    ],
    [
      'filebeat raw with dots',
      { [`${LOGS}/raw`]: '{"multiline.pattern":"^x","multiline.negate":"true","multiline.match":"after"}' },
      ['x1', 'y', 'x2'],
      ['x1\ny', 'x2'],
    ],
    [
      'datadog, where the line begins',
      datadog({ type: 'multi_line', name: 'd', pattern: 'x|y' }),
      ['x', ' x', 'y'],
      ['x\n x', 'y'],
    ],
    [
      'ours before others',
      { 'quaylog.multiline': '^a', ...datadog({ type: 'multi_line', name: 'd', pattern: 'b' }) },
      ['a', 'b', 'a'],
      ['a\nb', 'a'],
    ],
  ])('%s', (...[, labels, lines, records]) => {
    expect(treated(labels, lines)).toEqual(records);
    expect(readLabels(labels).mistakes).toEqual([]);
  });
});

describe('labels that leave out and mask', () => {
  const lines = ['GET /health', 'GET /cart token=abc', 'DEBUG x'];
  it.each<[string, Labels, string[]]>([
    ['ours: exclude', { 'quaylog.exclude_lines': '/health|^DEBUG' }, ['GET /cart token=abc']],
    ['ours: include', { 'quaylog.include_lines': '^GET' }, ['GET /health', 'GET /cart token=abc']],
    ['ours: mask', { 'quaylog.mask': String.raw`token=\w+` }, ['GET /health', 'GET /cart ***', 'DEBUG x']],
    [
      'ours: all three',
      { 'quaylog.include_lines': '^GET', 'quaylog.exclude_lines': 'health', 'quaylog.mask': 'a[a-z]c' },
      ['GET /cart token=***'],
    ],
    ['filebeat, with commas', { [`${LOGS}/exclude_lines`]: '^DEBUG, health' }, ['GET /cart token=abc']],
    ['filebeat, as JSON', { [`${LOGS}/include_lines`]: '["^DEBUG","health"]' }, ['GET /health', 'DEBUG x']],
    [
      'filebeat raw',
      { [`${LOGS}/raw`]: '[{"exclude_lines":["^DEBUG"],"include_lines":["GET","x"]}]' },
      ['GET /health', 'GET /cart token=abc'],
    ],
    [
      'datadog exclude',
      datadog(
        { type: 'exclude_at_match', name: 'a', pattern: 'health' },
        { type: 'exclude_at_match', name: 'b', pattern: 'DEBUG' },
      ),
      ['GET /cart token=abc'],
    ],
    [
      'datadog include: all of them',
      datadog(
        { type: 'include_at_match', name: 'a', pattern: 'GET' },
        { type: 'include_at_match', name: 'b', pattern: 'cart' },
      ),
      ['GET /cart token=abc'],
    ],
    [
      'datadog mask',
      datadog({
        type: 'mask_sequences',
        name: 'a',
        pattern: String.raw`token=\w+`,
        replace_placeholder: 'token=[gone]',
      }),
      ['GET /health', 'GET /cart token=[gone]', 'DEBUG x'],
    ],
  ])('%s', (...[, labels, records]) => {
    expect(treated(labels, lines)).toEqual(records);
    expect(readLabels(labels).mistakes).toEqual([]);
  });
});

describe('labels that cannot be understood', () => {
  it.each<[Labels, string]>([
    [{ 'quaylog.enabled': 'maybe' }, 'quaylog.enabled=maybe is neither true nor false'],
    [{ 'quaylog.history': 'soon' }, 'quaylog.history=soon is neither all nor none nor a duration'],
    [{ 'quaylog.parse': 'xml' }, 'quaylog.parse=xml is none of auto, json, logfmt, none'],
    [
      { 'quaylog.multiline': '(' },
      'quaylog.multiline=( is not in the syntax of RE2 (missing closing ): `(`)',
    ],
    [
      { 'quaylog.mask': '(?=x)' },
      'quaylog.mask=(?=x) is not in the syntax of RE2 (invalid or unsupported Perl syntax: `(?=`)',
    ],
    [
      { 'quaylog.exclude_lines': 'x'.repeat(1_001) },
      `quaylog.exclude_lines=${'x'.repeat(80)}… is longer than 1000 characters`,
    ],
    [
      { 'quaylog.enable': 'false' },
      'quaylog.enable=false is no label of Quaylog; there are quaylog.enabled, quaylog.multiline,',
    ],
    [{ 'logspout.exclude': '?' }, 'logspout.exclude=? is neither true nor false'],
    [
      { [`${LOGS}/multiline.pattern`]: 'x', [`${LOGS}/multiline.match`]: 'around' },
      `${LOGS}/multiline.match=around is neither after nor before`,
    ],
    [
      { [`${LOGS}/multiline.pattern`]: '[' },
      `${LOGS}/multiline.pattern=[ is not in the syntax of RE2 (missing closing ]`,
    ],
    [{ [`${LOGS}/raw`]: '[]' }, `${LOGS}/raw=[] is not the JSON of an input`],
    [{ [`${LOGS}/1.multiline.pattern`]: 'x' }, `${LOGS}/1.multiline.pattern=x is of a numbered set`],
    [
      { 'com.datadoghq.ad.logs': 'source:java' },
      'com.datadoghq.ad.logs=source:java is not a JSON list such as',
    ],
    [{ 'com.datadoghq.ad.logs': '[]' }, 'com.datadoghq.ad.logs=[] is not a JSON list such as'],
    [
      { 'com.datadoghq.ad.logs': '[{"log_processing_rules":{}}]' },
      'com.datadoghq.ad.logs has log_processing_rules that are not a list',
    ],
    [datadog({ type: 'exclude' }), 'com.datadoghq.ad.logs has a rule without a pattern'],
    [
      datadog({ type: 'mask_sequences', pattern: '(x)', replace_placeholder: '$1' }),
      'has a replace_placeholder that refers to a group',
    ],
  ])('%j', (labels, mistake) => {
    const { mistakes, wishes } = readLabels(labels);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(mistake);
    expect(Object.keys(wishes).filter(key => !['joining', 'masks'].includes(key))).toEqual([]);
  });

  it('leave the rest as it is', () => {
    const { wishes, mistakes } = readLabels({ 'quaylog.multiline': '*', 'quaylog.service': 'cart' });
    expect(Object.keys(wishes)).toEqual(['serviceName']);
    expect(mistakes).toEqual([
      'quaylog.multiline=* is not in the syntax of RE2 (missing argument to repetition operator: `*`)',
    ]);
  });

  it('never ask for more patterns than a collector can run', () => {
    const rules = Array.from({ length: 30 }, () => ({ type: 'exclude_at_match', pattern: 'x' }));
    const { wishes, mistakes } = readLabels(datadog(...rules));
    expect(wishes.exclude?.value).toHaveLength(20);
    expect(mistakes[0]).toContain('one more than the 20 patterns');
  });
});
