/**
 * Random query trees and random records that often meet: both draw from the same small pools, so that about a third of
 * the trees match a given record. Trees are canonical (`indexer/query/query-tree.ts`): what `parseQuery` could have made.
 */
import fc from 'fast-check';
import { LEVELS, type LogRecord } from '#contract/log-record.ts';
import { createStreamKey, recordId } from '#indexer/parse/record-id.ts';
import type { QueryNode, Value } from '#indexer/query/query-tree.ts';

const WORDS = [
  ...[
    'error',
    'Error',
    'timeout',
    'connection',
    'refused',
    'health',
    'check',
    'GET',
    '/api/orders/42',
    '504',
    '42',
  ],
  ...[
    '10.0.0.1',
    'a_b',
    'a_b_c',
    '--',
    '==>',
    '(x)',
    '"quoted"',
    "it's",
    'back\\slash',
    'star*',
    'key=value',
    'and',
  ],
  ...[
    'Straße',
    'STRASSE',
    'ΟΔΟΣ',
    'οδος',
    'İstanbul',
    'é',
    'e\u0301',
    '日本',
    '𝒳',
    '😀',
    'x²',
    '\u0000',
    '\ufeff',
    ':',
  ],
];
const GAPS = [' ', ' ', ' ', '  ', '\n', '\t', '-', '_', '.', ': ', '', '/'];
const NAMES = ['web-1', 'web-2', 'Web-1', 'web', 'api', 'a*b', 'über', 'name with space', '[x]', '100%', '_'];
const APP_TEXTS = [
  'bob',
  'Bob',
  'bob smith',
  '',
  '42',
  '42.0',
  '042',
  '1e3',
  '250ms',
  '1.5s',
  '2MB',
  '/a/b?c',
  '\u{10000}',
  '\ue000',
];
const NUMBERS = [0, -1, 42, 404, 500, 504, 1.5, 250, 1000, 2_000_000];
const PATHS = ['/api/orders/42', '/api/orders/', '/health', '/a b', '/'];
const SECOND = '2026-11-22T10:41:0';

const text = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const number = fc.constantFrom(...NUMBERS);

/** Words of the pool with one of many things between them: sentences, paths, addresses, lines of a trace. */
export function aMessage(): fc.Arbitrary<string> {
  const piece = fc.tuple(text(...WORDS), text(...GAPS)).map(([word, gap]) => word + gap);
  const common = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''));
  return fc.oneof({ weight: 9, arbitrary: common }, { weight: 1, arbitrary: anyText() });
}

/** Any text of whole code points, ASCII or not. (`unit: 'binary'` of fast-check means the same and takes seconds to set up.) */
export function anyText(): fc.Arbitrary<string> {
  const codePoint = fc.oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }));
  return fc.array(codePoint, { maxLength: 30 }).map(points => String.fromCodePoint(...points));
}

/** Stamps within ten seconds, some equal, some differing only in nanoseconds. */
export function aStamp(): fc.Arbitrary<string> {
  const fraction = text('000000000', '000000001', '123000000', '123456789', '999999999');
  return fc.tuple(fc.nat(9), fraction).map(([second, rest]) => `${SECOND}${second}.${rest}Z`);
}

/** An application's own fields: nested, in arrays, with dots in keys, with every kind of JSON value. */
function anAppField(): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(text(...APP_TEXTS), number, fc.boolean(), fc.constant(null));
  return fc.oneof(
    { weight: 6, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(leaf, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.record({ name: leaf, 'a.b': leaf }, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.array(fc.record({ name: leaf }), { maxLength: 2 }) },
  );
}

const anApp = fc.record(
  {
    user: anAppField(),
    'user.name': anAppField(),
    duration: anAppField(),
    took_s: anAppField(),
    ok: fc.boolean(),
    a: fc.record({ b: fc.record({ c: anAppField() }), 'b.c': anAppField() }, { requiredKeys: [] }),
    'key with space': anAppField(),
    __proto__x: anAppField(),
  },
  { requiredKeys: [] },
);

/** A valid record; its id fits its stamp, and differs from other records' ids unless all that ids are made of is equal. */
export function aLogRecord(): fc.Arbitrary<LogRecord> {
  const optional = { requiredKeys: [] };
  const parts = fc.record(
    {
      '@timestamp': aStamp(),
      message: aMessage(),
      log: fc.record(
        {
          level: fc.constantFrom(...LEVELS),
          iostream: fc.constantFrom('stdout' as const, 'stderr' as const),
          logger: text(...NAMES),
          truncated: fc.constant(true as const),
          original_bytes: fc.constantFrom(10, 2_000_000),
        },
        { requiredKeys: ['iostream'] },
      ),
      container: fc.record({
        id: text('c'.repeat(64), 'd'.repeat(64)),
        name: text(...NAMES),
        image: fc.record(
          { name: text('redis', 'c:9000/a-b', 'Redis'), tag: text('7', 'latest') },
          { requiredKeys: ['name'] },
        ),
        labels: fc.record({ 'com.docker.compose.project': text('shop'), team: text('a', '42') }, optional),
      }),
      host: fc.record({ id: text('h1', 'h2'), name: text('alpha', 'beta') }),
      compose: fc.record({ project: text('shop', 'Shop'), service: text(...NAMES) }),
      error: fc.record(
        { type: text('Boom', 'Timeout'), message: aMessage(), stack_trace: aMessage() },
        optional,
      ),
      http: fc.record(
        {
          request: fc.record({ method: text('GET', 'POST') }, optional),
          response: fc.record({ status_code: fc.constantFrom(200, 404, 500, 504) }, optional),
        },
        optional,
      ),
      url: fc.record({ path: text(...PATHS), original: text(...PATHS) }, optional),
      trace: fc.record({ id: text('0af7', '0AF7') }),
      app: anApp,
      ordinal: fc.nat(0xffffff),
    },
    { requiredKeys: ['@timestamp', 'message', 'log', 'container', 'host', 'ordinal'] },
  );
  return parts.map(({ ordinal, ...record }) => {
    const key = createStreamKey(record.host.id, record.container.id, record.log.iostream);
    const id = recordId(key, record['@timestamp'], ordinal);
    return { ...record, event: { id, dataset: 'docker.logs' as const } };
  });
}

/** Any canonical tree, at most `depth` operators deep, of ordinary clauses and as many `other` ones. */
export function aQueryTree(depth = 4, other: fc.Arbitrary<QueryNode> = aClause()): fc.Arbitrary<QueryNode> {
  const { tree } = fc.letrec<{ tree: QueryNode }>(tie => {
    const nodes = fc.array(tie('tree'), { minLength: 2, maxLength: 3 });
    return {
      tree: fc.oneof(
        { maxDepth: depth, depthSize: 'small' },
        { weight: 3, arbitrary: aClause() },
        { weight: 3, arbitrary: other },
        { weight: 2, arbitrary: nodes.map(nodes => ({ type: 'and' as const, nodes })) },
        { weight: 2, arbitrary: nodes.map(nodes => ({ type: 'or' as const, nodes })) },
        { weight: 2, arbitrary: tie('tree').map(node => ({ type: 'not' as const, node })) },
      ),
    };
  });
  return tree;
}

function aClause(): fc.Arbitrary<QueryNode> {
  return fc.oneof(
    { weight: 6, arbitrary: aTextClause() },
    { weight: 10, arbitrary: aKeywordClause() },
    { weight: 5, arbitrary: aRange() },
    { weight: 3, arbitrary: text(...EXISTING).map(field => ({ type: 'exists' as const, field })) },
    { weight: 1, arbitrary: fc.constant({ type: 'all' as const }) },
  );
}

const EXISTING = [
  ...[
    'message',
    '@timestamp',
    'log.level',
    'log.logger',
    'http.request',
    'http.*',
    'error.stack_trace',
    'compose.service',
  ],
  ...[
    'app',
    'app.user',
    'app.user.name',
    'app.a.b.c',
    'app.a*c',
    'app.none',
    'container.labels.team',
    'url.*',
  ],
];
const TEXTS = ['message', 'message', 'message', 'error.message', 'error.stack_trace'];
/** Fields with the values that records have there. */
const KEYWORDS: readonly [string, readonly string[]][] = [
  ['container.name', NAMES],
  ['compose.service', NAMES],
  ['log.iostream', ['stdout', 'stderr']],
  ['container.image.name', ['redis', 'c:9000/a-b']],
  ['container.labels.com.docker.compose.project', ['shop']],
  ['container.labels.team', ['a', '42']],
  ['http.response.status_code', ['200', '404', '504', '504.0']],
  ['http.request.method', ['GET', 'get']],
  ['url.path', PATHS],
  ['error.type', ['Boom', 'boom']],
  ['app.user', APP_TEXTS],
  ['app.user.name', APP_TEXTS],
  ['app.user.a.b', APP_TEXTS],
  ['app.a.b.c', APP_TEXTS],
  ['app.key with space', APP_TEXTS],
  ['app.ok', ['true', 'false', 'True']],
  ['app.duration', NUMBERS.map(String)],
  ['app.*', [...APP_TEXTS, ...NUMBERS.map(String)]],
  ['*', [...WORDS, ...APP_TEXTS]],
  ['http.*', ['504', 'GET']],
];

function aTextClause(): fc.Arbitrary<QueryNode> {
  const asked = fc.oneof({ weight: 5, arbitrary: text(...WORDS) }, { weight: 2, arbitrary: aMessage() });
  return fc.tuple(text(...TEXTS), aValue(asked)).map(([field, value]) => ({ type: 'is', field, value }));
}

function aKeywordClause(): fc.Arbitrary<QueryNode> {
  const level = fc
    .constantFrom(...LEVELS)
    .map((text): QueryNode => ({ type: 'is', field: 'log.level', value: { kind: 'word', text } }));
  const other = fc
    .constantFrom(...KEYWORDS)
    .chain(([field, values]) =>
      aValue(text(...values)).map((value): QueryNode => ({ type: 'is', field, value })),
    );
  return fc.oneof({ weight: 1, arbitrary: level }, { weight: 4, arbitrary: other });
}

/** A word, a phrase, or a wildcard made by putting stars for some of the characters. */
export function aValue(content: fc.Arbitrary<string>): fc.Arbitrary<Value> {
  return fc.oneof(
    content.filter(text => text !== '').map((text): Value => ({ kind: 'word', text })),
    content.map((text): Value => ({ kind: 'phrase', text })),
    fc
      .tuple(content, fc.infiniteStream(fc.nat(7)))
      .map(
        ([text, dice]) =>
          Array.from(text)
            .map(char => (dice.next().value === 0 ? '*' : escape(char)))
            .join('') + '*',
      )
      .filter(pattern => /[^*]/.test(pattern))
      .map((pattern): Value => ({ kind: 'wildcard', pattern })),
  );
}

const escape = (char: string): string => (char === '*' || char === '\\' ? `\\${char}` : char);

function aRange(): fc.Arbitrary<QueryNode> {
  const operator = fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const);
  const bound = fc.oneof(
    fc.tuple(fc.constantFrom('http.response.status_code', 'log.original_bytes'), number.map(String)),
    fc.tuple(fc.constant('log.level'), fc.constantFrom(...LEVELS)),
    fc.tuple(fc.constant('@timestamp'), aStamp()),
    fc.tuple(fc.constantFrom('app.duration', 'app.took_s', 'app.user', 'app.*'), number.map(String)),
    fc.tuple(
      fc.constantFrom('app.user', 'container.name', 'app.a.b.c'),
      text('bob', 'web', 'B', '\u{10000}', '\ue000'),
    ),
  );
  return fc
    .tuple(operator, bound)
    .map(([operator, [field, value]]) => ({ type: 'range', field, operator, value }));
}
