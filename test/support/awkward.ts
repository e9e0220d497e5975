/**
 * Records and questions that stores trip over: texts no tokenizer likes, values beyond what indexes hold, names that mean
 * something to a server. Beside arbitraries.ts, whose records are those of an ordinary day.
 */
import fc from 'fast-check';
import type { LogRecord } from '#contract/log-record.ts';
import type { QueryNode } from '#indexer/query/query-tree.ts';
import { aLogRecord, aMessage, aQueryTree, aValue } from './arbitraries.ts';

const LONG = 'x'.repeat(128);
/** Tokens at and beyond what indexes take whole, some alike for a long way. */
const LONG_TOKENS = [
  LONG,
  `${LONG}y`,
  `${LONG}z`,
  `${LONG}error`,
  `${LONG}${'ab'.repeat(200)}`,
  'é'.repeat(127) + '𝒳y',
];
const TEXTS = [
  ...LONG_TOKENS,
  ...[
    '10.0.0.1:80',
    '::1',
    'fe80::1%eth0',
    'a_b_c-d.e',
    '550e8400-e29b-41d4-a716-446655440000',
    'C:\\Temp\\*.log',
  ],
  ...['٤٢', '½', 'Ⅷ', '①', 'ﬁn', 'ǅ', 'ΣΑΣ', 'ς', 'İi', 'ı', 'ß', 'ẞ', 'ŉ', 'K', 'Å', 'ª'],
  ...[
    '日本語',
    '你好，世界',
    '한국어',
    'ไทย',
    'العربية',
    'עברית',
    'हिन्दी',
    '👨‍👩‍👧',
    '🇩🇪',
    'e\u0301',
    '\u200d',
    '\ufffd',
  ],
  ...[
    'a\u0000b',
    '\u0000',
    '\u001b[31mred\u001b[0m',
    'half \ud83d of',
    '\udc00',
    'tab\there',
    '\u2028',
    '\u00a0',
  ],
  ...['?', '*', '\\', 'a?c', 'a*c', '"', '%', '_', '$', '^(a+)+$', '<b>', '{"a":1}', '[1]', '&&', '~', '/'],
];
const VALUES = [
  ...TEXTS,
  ...['v'.repeat(1_024), 'v'.repeat(1_025), `${'v'.repeat(5_000)}end`, '😀'.repeat(600)],
  ...[
    '1e21',
    '1e+21',
    '-0',
    '0',
    '00',
    '1.0',
    '9007199254740993',
    '1e400',
    'Infinity',
    'NaN',
    '-1.5s',
    '3 GiB',
    '12µs',
  ],
  ...['true', 'null', '2026-11-22', '10.1.3'],
];
const NUMBERS = [1e21, 1e-7, 0.1, -1.5, 2 ** 53, 2 ** 53 + 2, Number.MAX_VALUE, 5e-324, 1.5e3, 12, -12];
const KEYS = [
  ...[
    '',
    '.',
    '..',
    'a.',
    '.a',
    'a..b',
    ' ',
    'a*c',
    'a?c',
    'a\\c',
    'a\u0000b',
    'half\ud83d',
    'k'.repeat(600),
  ],
  ...[
    'constructor',
    '__proto__',
    'toString',
    'app',
    'app.user',
    'message',
    '日本',
    'user',
    'names',
    '_id',
    '@x',
  ],
];
const STAMPS = [
  ...['1960-01-01T00:00:00.000000001Z', '1970-01-01T00:00:00.000000000Z', '2026-11-22T10:41:07.123456789Z'],
  ...['2262-04-11T23:47:16.854775807Z', '9999-12-31T23:59:59.999999999Z'],
];

const text = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const awkwardText = fc.oneof(
  text(...TEXTS),
  fc
    .array(fc.oneof(text(...TEXTS), aMessage()), { minLength: 2, maxLength: 4 })
    .map(parts => parts.join(' ')),
);
const leaf = fc.oneof(text(...VALUES), fc.constantFrom(...NUMBERS), fc.boolean(), fc.constant(null));
const app = fc
  .array(fc.tuple(text(...KEYS), fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), anObject())), {
    maxLength: 4,
  })
  .map(entries => Object.fromEntries(entries));

function anObject(): fc.Arbitrary<unknown> {
  const entry = fc.tuple(text(...KEYS), leaf);
  const shallow = fc.array(entry, { maxLength: 3 }).map(entries => Object.fromEntries(entries));
  const deep = fc.tuple(fc.constantFrom(3, 19, 39, 45), leaf).map(([depth, value]) => {
    let object: unknown = value;
    for (let i = 0; i < depth; i++) object = { n: object };
    return object;
  });
  return fc.oneof({ weight: 4, arbitrary: shallow }, { weight: 1, arbitrary: deep });
}

/** Five of six records are ordinary ones. */
export function anyLogRecord(): fc.Arbitrary<LogRecord> {
  const awkward = fc.record(
    {
      message: awkwardText,
      app,
      name: awkwardText,
      labels: fc.dictionary(text(...KEYS), awkwardText, { maxKeys: 3, noNullPrototype: true }),
      original: awkwardText,
      created: text(...STAMPS),
      stack: awkwardText,
      url: text(`/p?${'q'.repeat(2_000)}`, '/a b', '/*', '/?'),
      ip: text('10.0.0.1', '::1', 'fe80::1', 'unknown', '10.0.0.10'),
      bytes: fc.constantFrom(0, 2 ** 53 + 2, -1, 1.5),
      pid: fc.constantFrom(1, 42, 2 ** 31),
    },
    { requiredKeys: [] },
  );
  const mixed = fc.tuple(aLogRecord(), awkward).map(([record, parts]) => withParts(record, parts));
  return fc.oneof({ weight: 5, arbitrary: aLogRecord() }, { weight: 1, arbitrary: mixed });
}

type Parts = Partial<{
  message: string;
  app: Record<string, unknown>;
  name: string;
  labels: Record<string, string>;
  original: string;
  created: string;
  stack: string;
  url: string;
  ip: string;
  bytes: number;
  pid: number;
}>;

function withParts(record: LogRecord, parts: Parts): LogRecord {
  const { message, app, name, labels, original, created, stack, url, ip, bytes, pid } = parts;
  return {
    ...record,
    ...(message !== undefined && { message }),
    ...(app && { app: { ...record.app, ...app } }),
    log: { ...record.log, ...(bytes !== undefined && { original_bytes: bytes }) },
    container: { ...record.container, ...(name !== undefined && { name }), ...(labels && { labels }) },
    event: {
      ...record.event,
      ...(original !== undefined && { original }),
      ...(created !== undefined && { created }),
    },
    ...(stack !== undefined && { error: { ...record.error, stack_trace: stack } }),
    ...(url !== undefined && { url: { ...record.url, original: url } }),
    ...(ip !== undefined && { source: { ip } }),
    ...(pid !== undefined && { process: { pid } }),
  };
}

/** Any canonical tree, some of whose clauses ask for what only awkward records have. */
export function anyQueryTree(): fc.Arbitrary<QueryNode> {
  return aQueryTree(4, anAwkwardClause());
}

const WORDS_OF = ['message', 'message', 'error.stack_trace', 'event.original', '*', 'event.*'];
const VALUES_OF = [
  ...KEYS.filter(key => !key.includes('*')).map(key => `app.${key}`),
  ...[
    'app.user.constructor',
    'app.n.n.n',
    'app.*',
    'app.a*',
    '*',
    'container.labels.*',
    'container.labels.user',
  ],
  ...['container.name', 'url.original', 'source.ip', 'log.original_bytes', 'process.pid', 'url.*', 'http.*'],
];
const NAMES = [
  ...[
    'event.original',
    'event.created',
    'source.ip',
    'container.labels',
    'container',
    'log',
    'log.original_bytes',
  ],
  ...[
    'app.a',
    'app.n',
    'app.n.n',
    '*.user',
    'app.*.*',
    '*original*',
    'container.labels.*',
    'error',
    'process.*',
  ],
];

function anAwkwardClause(): fc.Arbitrary<QueryNode> {
  const is = (fields: string[], values: string[]): fc.Arbitrary<QueryNode> =>
    fc
      .tuple(text(...fields), aValue(text(...values)))
      .map(([field, value]): QueryNode => ({ type: 'is', field, value }));
  const exists = text(...NAMES, ...VALUES_OF).map((field): QueryNode => ({ type: 'exists', field }));
  const operator = fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const);
  const fields = VALUES_OF.filter(field => !field.startsWith('log.') && !field.startsWith('process.'));
  const bound = fc.oneof(
    fc.tuple(text('log.original_bytes', 'process.pid', ...fields), fc.constantFrom(...NUMBERS).map(String)),
    fc.tuple(text(...fields), text('v', '3GiB', '\ufffd', '10.1.3', '😀')),
    fc.tuple(text('@timestamp', 'event.created'), text(...STAMPS)),
  );
  const range = fc
    .tuple(operator, bound)
    .map(([operator, [field, value]]): QueryNode => ({ type: 'range', field, operator, value }));
  return fc.oneof(
    { weight: 3, arbitrary: is(WORDS_OF, TEXTS) },
    { weight: 4, arbitrary: is(VALUES_OF, VALUES) },
    { weight: 2, arbitrary: exists },
    { weight: 2, arbitrary: range },
  );
}
