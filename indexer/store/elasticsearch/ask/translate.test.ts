import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../query/parse-query.ts';
import { planQuery } from './translate.ts';

const types = { flattened: true, matchOnlyText: true };
const plan = (text: string): ReturnType<typeof planQuery> =>
  planQuery(parseQuery(text, { now: new Date('2026-11-22T10:00:00Z') }), types);

describe('the server alone knows the answer', () => {
  test.each([
    ...['timeout', '"connection refused"', '10.0.0.1', 'a_b', 'conn*', '*timeout*', '日本', 'error:boom'],
    ...[
      'level:error',
      'level >= warn',
      'container:web-*',
      'host:*a*',
      'status:404',
      'status:5*',
      'status >= 500',
    ],
    ...[
      'user:bob',
      'user:bob*',
      'user:42',
      'ms >= 990',
      'took > 1.5s',
      'label.team:a',
      'user:*',
      'http.*:404',
      '*:bob',
    ],
    ...['@timestamp > now-5m', 'time:2026-11-22', 'ip:10.0.*', 'event.id:abc', 'not user:bob and (a or b)'],
  ])('%s', text => expect(plan(text).isExact).toBe(true));
});

describe('the matcher looks at what the server finds', () => {
  test.each([
    ...[
      '"--"',
      '/a/b*c/d',
      'user:*smith',
      'user:"042"',
      'user > web',
      'app.a*c:x',
      'app.* > 5',
      'event.id:0*',
    ],
    ...['event.original:"a b"'],
  ])('%s', text => expect(plan(text).isExact).toBe(false));
});

test('a question that is too large for the server is put to the matcher', () => {
  const words = Array.from({ length: 20 }, (_, i) => `*:w${i}`).join(' or ');
  const { isExact, maybe } = plan(words);
  expect(isExact).toBe(false);
  expect(maybe).toEqual({ match_all: {} });
});

test('only what the matcher needs is read', () => {
  expect(plan('user:*smith and "--"').reads).toEqual([
    '@timestamp',
    'log',
    'event.verbatim',
    'app',
    'message',
  ]);
  expect(plan('*:bob').reads).toEqual(['*']);
});

test('a document is not sure while a field that is asked for is cut', () => {
  expect(plan('url:x').unsure).toEqual({ terms: { 'quaylog.cut': ['url.original'] } });
  expect(plan('user:x').unsure).toEqual({ terms: { 'quaylog.cut': ['app.user', 'app'] } });
  expect(plan('timeout and conn*').unsure).toEqual({ match_none: {} });
  expect(plan('*timeout*').unsure).toEqual({ terms: { 'quaylog.cut_words': ['message'] } });
});
