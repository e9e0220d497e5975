import { describe, expect, it } from 'vitest';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { compareCodePoints, createMatcher, type QueryDocument } from './match-record.ts';
import { parseQuery } from './parse-query.ts';

const now = new Date('2026-11-22T10:45:00Z');

const record: LogRecord = {
  '@timestamp': '2026-11-22T10:41:07.123456789Z',
  message: 'POST /api/orders/42 failed: Connection refused by 10.0.0.1 -- max_retries reached',
  log: { level: 'error', iostream: 'stderr' },
  container: {
    id: '0123456789ab'.padEnd(64, 'c'),
    name: 'shop-web-1',
    image: { name: 'c:9000/shop/web', tag: '1.2' },
    labels: { 'com.docker.compose.project': 'shop', team: '42' },
  },
  host: { id: 'h1', name: 'alpha' },
  compose: { project: 'shop', service: 'web' },
  event: { id: '0'.repeat(32), dataset: 'docker.logs' },
  http: { request: { method: 'POST' }, response: { status_code: 504 } },
  url: { path: '/api/orders/42' },
  app: {
    user: { name: 'Bob', 'home.city': 'Köln' },
    'flat.key': 'x',
    tags: ['red', 'green', 7],
    items: [
      { sku: 'a1', n: 1 },
      { sku: 'b2', n: 20 },
    ],
    deep: { 'a.b': { c: 1 }, a: { 'b.c': 2 } },
    duration: 312.5,
    took: '1.5s',
    size: '2MB',
    count: '42',
    padded: '042',
    version: '10.1.3',
    ok: true,
    nothing: null,
    empty: '',
    none: [],
    bare: {},
    nested: { nothing: null },
    star: 'a*b',
    constructor: 'own',
  },
};

const event: ContainerEvent = {
  '@timestamp': '2026-11-22T10:41:08.000000000Z',
  event: {
    id: '1'.repeat(32),
    kind: 'event',
    category: ['process'],
    type: ['end', 'error'],
    dataset: 'docker.events',
    action: 'die',
    reconciled: true,
  },
  container: record.container,
  host: record.host,
  process: { exit_code: 137 },
  death: { class: 'oom', cause: 'Killed by the kernel: memory reached its limit.' },
};

const matches = (query: string, document: QueryDocument = record) =>
  createMatcher(parseQuery(query, { now }))(document);

/** What follows a `!` must not match, all else must. */
function queries(cases: Record<string, string[]>, document?: QueryDocument): void {
  describe.each(Object.entries(cases))('%s', (_, list) => {
    it.each(list)('%s', query => {
      const unwanted = query.startsWith('✗ ');
      expect(matches(unwanted ? query.slice(2) : query, document)).toBe(!unwanted);
    });
  });
}

queries({
  'words and phrases of the message': [
    'refused',
    'REFUSED',
    '✗ refuse',
    '"connection refused"',
    '"Connection  REFUSED."',
    '✗ "refused connection"',
    'refused connection',
    '✗ "connection by"',
    '10.0.0.1',
    '✗ 0.0.0.10',
    '"0.1 max retries"',
    'max_retries',
    'max',
    '--',
    '✗ ---',
    '": "',
    '""',
    '/api/orders/42',
    'api/orders',
    '✗ api/order',
    'message:refused',
    '✗ POST and missing',
    'missing or POST',
  ],
  'wildcards on the message': [
    'conn*',
    '*fused',
    '*onnec*',
    'c*n',
    '✗ onn*',
    '/api/orders/*',
    '/api/*/42',
    '✗ /api/*/43',
    '✗ /api/4*',
    '10.0.*.1',
    '✗ reached*x',
    'reached*',
    '✗ reached\\ *',
    'r*\\ by\\ 1*',
    'REF*',
  ],
  'the whole value of keywords, with their case': [
    'container:shop-web-1',
    '✗ container:shop-web',
    '✗ container:Shop-web-1',
    'container:shop-*',
    'container:*web*',
    '✗ container:web*',
    'image:c:9000/shop/web',
    'image:c:9000/shop/web:1.2',
    '✗ image:c:9000/shop/web:1.3',
    'path:/api/orders/*',
    'path:"/api/orders/42"',
    '✗ path:"/api/orders/*"',
    'container.labels.com.docker.compose.project:shop',
    'label.team:42',
    'id:0123456789ab',
    '✗ id:0123456789',
    'host:(alpha or beta)',
    'method:POST',
    '✗ method:post',
  ],
  'levels and streams': [
    'level:error',
    'level:ERR',
    'level:e*',
    '✗ level:warn',
    'level >= warn',
    'level <= error',
    'level < fatal',
    '✗ level > error',
    '✗ level:none',
    'stream:stderr',
    'stream:STDERR',
    '✗ stream:stdout',
  ],
  'fields of the application': [
    'user.name:Bob',
    '✗ user.name:bob',
    'app.user.name:Bob',
    '✗ user:Bob',
    'user.home.city:Köln',
    'flat.key:x',
    'tags:red',
    'tags:green',
    'tags:7',
    '✗ tags:blue',
    'tags:(red and green)',
    'not tags:blue',
    'items.sku:b2',
    '✗ items.sku:c3',
    '✗ items:a1',
    'deep.a.b.c:1',
    'deep.a.b.c:2',
    '✗ deep.a.b.c:3',
    'star:a\\*b',
    'star:"a*b"',
    'constructor:own',
    '✗ toString:*',
    '✗ __proto__:*',
    'empty:""',
    '✗ nothing:""',
  ],
  'numbers and booleans': [
    'status:504',
    'status:504.0',
    'status:"504"',
    'status:5*',
    '✗ status:50',
    'duration:312.5',
    'count:42',
    '✗ count:42.0',
    '✗ padded:42',
    'ok:true',
    '✗ ok:True',
    '✗ ok:1',
    'ok:t*',
  ],
  existence: [
    'user:*',
    'user.name:*',
    '_exists_:app.user',
    'app:*',
    '✗ user.nam:*',
    '✗ nothing:*',
    '✗ none:*',
    '✗ bare:*',
    '✗ nested:*',
    'empty:*',
    'ok:*',
    'message:*',
    'time:*',
    'http.request:*',
    'http.*:*',
    'us*r:*',
    'tags:*',
    'items:*',
    'not gone:*',
    'not gone:x',
    'not _exists_:gone',
  ],
  'ranges of numbers': [
    'status >= 500',
    'status:[500 TO 504]',
    '✗ status:[500 TO 504}',
    '✗ status > 504',
    'duration > 250ms',
    '✗ duration > 1s',
    'took > 1s',
    'took < 1600',
    'size:>1MB',
    '✗ size > 2MiB',
    'count > 41.5',
    'padded < 43',
    'items.n > 10',
    'items.n < 10',
    'tags > 6',
    '✗ version > 2',
    '✗ ok > 0',
    '✗ gone > 0',
    '✗ gone < 0',
    'not gone < 0',
    '✗ empty >= 0',
  ],
  'ranges of text': [
    'version > 10.1.',
    'version < 2.0.0',
    'container > shop',
    '✗ container > web',
    'user.name < a',
    '✗ duration > abc',
    'count < 4x',
  ],
  'ranges of time': [
    '@timestamp > now-5m',
    '✗ @timestamp > now-1m',
    '@timestamp:2026-11-22',
    '@timestamp:2026-11-22T10:41:07',
    '✗ @timestamp:2026-11-22T10:41:08',
    '@timestamp >= 2026-11-22T10:41:07.123456789Z',
    '✗ @timestamp > 2026-11-22T10:41:07.123456789Z',
    '✗ @timestamp > 2026-11-22',
    '@timestamp <= 2026-11-22',
  ],
  'wildcards in names': [
    'http.*:504',
    '✗ http.*:505',
    '*:refused',
    '*:shop',
    '✗ *:ordersx',
    'user.*:Bob',
    '✗ user.*:bob',
    '*.name:Bob',
    'http.* > 500',
    'items.* > 15',
    '✗ *:2026*',
    '✗ @*:2026*',
  ],
  logic: ['', '*', 'not missing', '✗ not refused', 'not (missing or gone)', '-missing +refused'],
});

queries(
  {
    'container events': [
      'action:die',
      'exit_code:137',
      'exit_code >= 128',
      'event.type:error',
      'event.type:(end and error)',
      'event.reconciled:true',
      'container:shop-* and host:alpha',
      'death.class:oom',
      'death.cause:"by the kernel"',
      '✗ message:*',
      '✗ kernel',
      'not level:*',
      'level:none',
      '✗ level >= trace',
      '✗ project:shop',
    ],
  },
  event,
);

it('finds nothing in hand-made trees that parseQuery refuses', () => {
  const range = { type: 'range', operator: '>=', value: '' } as const;
  for (const field of ['message', 'log.level', 'http.response.status_code', '*']) {
    expect(
      createMatcher({ ...range, field: field })({
        ...record,
        app: {},
        container: { ...record.container, labels: {} },
      }),
    ).toBe(field === '*');
  }
});

it.each([
  ['a', 'b'],
  ['', 'a'],
  ['a', 'aa'],
  ['Z', 'a'],
  ['z', 'é'],
  ['\ue000', '\u{10000}'],
  ['\uffff', '\u{10000}'],
  ['\u{10000}', '\u{10001}'],
])('%j comes before %j, as in UTF-8', (a, b) => {
  expect(compareCodePoints(a, b)).toBeLessThan(0);
  expect(compareCodePoints(b, a)).toBeGreaterThan(0);
  expect(compareCodePoints(a, a)).toBe(0);
  expect(Buffer.compare(Buffer.from(a), Buffer.from(b))).toBeLessThan(0);
});
