import { describe, expect, it } from 'vitest';
import { parseQuery } from './parse-query.ts';
import { printQuery } from './print-query.ts';

const now = new Date('2026-11-22T10:41:07.500Z');

/** What a query means, as `printQuery` says it: canonical names, every `and` written, the fewest parentheses. */
function meaning(query: string): string {
  return printQuery(parseQuery(query, { now }));
}

function means(cases: readonly (readonly [string, string])[]): void {
  it.each(cases)('%s → %s', (query, expected) => {
    expect(meaning(query)).toBe(expected);
  });
}

describe('operators', () => {
  means([
    ['', ''],
    ['  \t\n ', ''],
    ['*', ''],
    ['*:*', ''],
    ['a and b or c', 'a and b or c'],
    ['a or b and c', 'a or b and c'],
    ['(a or b) and c', '(a or b) and c'],
    ['not a and b', 'not a and b'],
    ['not (a and b)', 'not (a and b)'],
    ['not not a', 'not not a'],
    ['A AND b Or NOT c', 'A and b or not c'],
    ['a && b || !c', 'a and b or not c'],
    ['a b c', 'a and b and c'],
    ['a b or c d', 'a and b or c and d'],
    ['-a +b !c', 'not a and b and not c'],
    ['-(a b)', 'not (a and b)'],
    ['-level:error -"a b"', 'not log.level:error and not "a b"'],
    ['a(b)', 'a and b'],
    ['((a))', 'a'],
    ['level:error container:web-*', 'log.level:error and container.name:web-*'],
    [
      'level:error and container:web-* and not "health check"',
      'log.level:error and container.name:web-* and not "health check"',
    ],
  ]);
});

describe('bare words', () => {
  means([
    ['timeout', 'timeout'],
    ['"connection refused"', '"connection refused"'],
    ['message:timeout', 'timeout'],
    ['conn*', 'conn*'],
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1:80', '10.0.0.1\\:80'],
    ['10:41:07', '10\\:41\\:07'],
    ['http://example.org/a?b=c', 'http\\://example.org/a?b=c'],
    ['std::vec::push', 'std\\:\\:vec\\:\\:push'],
    ['2001:db8::1', '2001\\:db8\\:\\:1'],
    ['status=504', 'status=504'],
    ['--verbose', '\\--verbose'],
    ['-', '\\-'],
    ['a - b', 'a and \\- and b'],
    ['[error]', '[error]'],
    ['dir\\file', 'dir\\\\file'],
    ['hello!', 'hello!'],
    ['andy notice', 'andy and notice'],
  ]);
});

describe('fields and values', () => {
  means([
    ['level : error', 'log.level:error'],
    ['image:nginx', 'container.image.name:nginx'],
    ['container.image.name:c:a-b.c:9000', 'container.image.name:c:a-b.c:9000'],
    ['c:a-b.c:9000', 'app.c:a-b.c:9000'],
    ['path:/api/orders/*', 'url.path:/api/orders/*'],
    ['user:"bob smith"', 'app.user:"bob smith"'],
    ['user:bob@example.org', 'app.user:bob@example.org'],
    ['app.user:bob', 'app.user:bob'],
    ['user.name:bob', 'app.user.name:bob'],
    ['source:x', 'app.source:x'],
    ['source.ip:10.0.0.1', 'source.ip:10.0.0.1'],
    ['http.*:404', 'http.*:404'],
    ['us*r:bob', 'app.us*r:bob'],
    ['*:bob', '*:bob'],
    ['"key with space":x', 'app.key\\ with\\ space:x'],
    ['a\\:b:c', 'app.a\\:b:c'],
    ['label.com.example.team:shop', 'container.labels.com.example.team:shop'],
    ['container.labels.com.docker.compose.project:shop', 'container.labels.com.docker.compose.project:shop'],
    ['balance:-5', 'app.balance:-5'],
    ['state:OR', 'app.state:\\OR'],
    ['url:http://example.org:80/', 'url.original:http://example.org:80/'],
  ]);
});

describe('lists', () => {
  means([
    ['level:(error or warn)', 'log.level:error or log.level:warn'],
    ['user:(a or b and not c)', 'app.user:a or app.user:b and not app.user:c'],
    ['user:(a -b)', 'app.user:a and not app.user:b'],
    ['user:("a b" or c:d)', 'app.user:"a b" or app.user:c:d'],
    ['not level:(debug or trace) x', 'not (log.level:debug or log.level:trace) and x'],
    [
      'status:(>= 500 and < 600 or 404)',
      'http.response.status_code >= 500 and http.response.status_code < 600 or http.response.status_code:404',
    ],
    ['user:((a or b) c)', '(app.user:a or app.user:b) and app.user:c'],
  ]);
});

describe('exists', () => {
  means([
    ['user:*', 'app.user:*'],
    ['user:**', 'app.user:*'],
    ['not _exists_:user', 'not app.user:*'],
    ['_exists_:level', 'log.level:*'],
    ['message:*', 'message:*'],
    ['user:[* TO *]', 'app.user:*'],
    ['level:none', 'not log.level:*'],
  ]);
});

describe('ranges', () => {
  means([
    ['status >= 500', 'http.response.status_code >= 500'],
    ['status>=500', 'http.response.status_code >= 500'],
    ['status:>=500', 'http.response.status_code >= 500'],
    ['status: < 500', 'http.response.status_code < 500'],
    ['status:[400 TO 499]', 'http.response.status_code >= 400 and http.response.status_code <= 499'],
    ['status:{400 to 499}', 'http.response.status_code > 400 and http.response.status_code < 499'],
    ['status:[400 TO 499}', 'http.response.status_code >= 400 and http.response.status_code < 499'],
    ['status:[400 TO *]', 'http.response.status_code >= 400'],
    ['n:[-5 TO 5] x', '(app.n >= -5 and app.n <= 5) and x'],
    ['n > -5', 'app.n > -5'],
    ['level >= WARNING', 'log.level >= warn'],
    ['name > "b c"', 'app.name > b\\ c'],
    ['version > 1.2.3', 'app.version > 1.2.3'],
  ]);
});

describe('units', () => {
  means([
    ['duration:>250ms', 'app.duration > 250'],
    ['duration > 1.1s', 'app.duration > 1100'],
    ['duration > 5m', 'app.duration > 300000'],
    ['duration_s > 250ms', 'app.duration_s > 0.25'],
    ['durationSeconds > 2m', 'app.durationSeconds > 120'],
    ['took_ns > 1us', 'app.took_ns > 1000'],
    ['rows > 5', 'app.rows > 5'],
    ['size:>1MB', 'app.size > 1000000'],
    ['size > 1mib', 'app.size > 1048576'],
    ['http.response.body.bytes > 2kB', 'http.response.body.bytes > 2000'],
    ['size > 1XB', 'app.size > 1XB'],
  ]);
});

describe('times', () => {
  means([
    ['@timestamp > now-15m', '@timestamp > 2026-11-22T10:26:07.500000000Z'],
    [
      'time:2026-11-22',
      '@timestamp >= 2026-11-22T00:00:00.000000000Z and @timestamp < 2026-11-23T00:00:00.000000000Z',
    ],
    ['time > 2026-11-22', '@timestamp >= 2026-11-23T00:00:00.000000000Z'],
    ['time <= 2026-11-22', '@timestamp < 2026-11-23T00:00:00.000000000Z'],
    [
      'time:[2026-11 TO now/d}',
      '@timestamp >= 2026-11-01T00:00:00.000000000Z and @timestamp < 2026-11-22T00:00:00.000000000Z',
    ],
    ['time < "2026-11-22 10:41:07.000000001+02:00"', '@timestamp < 2026-11-22T08:41:07.000000001Z'],
    ['time:*', '@timestamp:*'],
  ]);
});

describe('habits of Docker people', () => {
  means([
    ['image:redis:7', 'container.image.name:redis and container.image.tag:7'],
    ['image:c:9000/a-b', 'container.image.name:c:9000/a-b'],
    ['image:c:9000/a-b:1.2', 'container.image.name:c:9000/a-b and container.image.tag:1.2'],
    ['image:redis@sha256:0af7', 'container.image.name:redis@sha256:0af7'],
    ['image:*redis:*', 'container.image.name:*redis and container.image.tag:*'],
    ['id:0123456789ab', 'container.id:0123456789ab*'],
    ['level:WARNING', 'log.level:warn'],
    ['level:err', 'log.level:error'],
    ['level:Critical', 'log.level:fatal'],
    ['level:W*', 'log.level:w*'],
    ['stream:STDERR', 'log.iostream:stderr'],
    ['stream:err', 'log.iostream:stderr'],
    ['project:shop service:web', 'compose.project:shop and compose.service:web'],
  ]);
});

describe('escapes', () => {
  means([
    ['\\and', '\\and'],
    ['\\AND \\not', '\\AND and \\not'],
    ['a\\:b', 'a\\:b'],
    ['a\\*b', 'a\\*b'],
    ['a\\*b*', 'a\\*b*'],
    ['\\(x\\)', '\\(x\\)'],
    ['a\\ b', 'a\\ b'],
    ['user:a\\"b', 'app.user:a\\"b'],
    ['user:"a \\"b\\" \\\\ \\n"', 'app.user:"a \\"b\\" \\\\ \\\\n"'],
    ['user:\\*', 'app.user:\\*'],
    ['user:"*"', 'app.user:"*"'],
  ]);
});

it('keeps how a value was written', () => {
  expect(parseQuery('user:a')).toEqual({ type: 'is', field: 'app.user', value: { kind: 'word', text: 'a' } });
  expect(parseQuery('user:"a"')).toEqual({
    type: 'is',
    field: 'app.user',
    value: { kind: 'phrase', text: 'a' },
  });
  expect(parseQuery('user:a*')).toEqual({
    type: 'is',
    field: 'app.user',
    value: { kind: 'wildcard', pattern: 'a*' },
  });
});

it('reads a query of the greatest length and depth', () => {
  expect(parseQuery('a '.repeat(2_048))).toMatchObject({ type: 'and' });
  expect(meaning(`${'('.repeat(50)}a${')'.repeat(50)}`)).toBe('a');
});
