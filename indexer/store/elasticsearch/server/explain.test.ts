import { expect, test } from 'vitest';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { explain } from './explain.ts';

const answered = (statusCode: number, type: string, reason: string) =>
  Object.assign(new Error('ResponseError'), { statusCode, body: { error: { type, reason } } });
const named = (name: string, message: string) => Object.assign(new Error(message), { name });

test.each<[string, Error, RegExp]>([
  [
    'nobody listens',
    named('ConnectionError', 'connect ECONNREFUSED 127.0.0.1:9200'),
    /cannot be reached \(connect ECONNREFUSED.*QUAYLOG_ELASTICSEARCH_URL/,
  ],
  [
    'no such name',
    named('ConnectionError', 'getaddrinfo ENOTFOUND es'),
    /cannot be reached \(getaddrinfo ENOTFOUND es\)/,
  ],
  [
    'https to http',
    named('ConnectionError', 'SSL routines:wrong version number'),
    /does not speak https: write http:\/\//,
  ],
  [
    'http to https',
    named('ConnectionError', 'other side closed - Local: 1'),
    /when it speaks https, write https:\/\//,
  ],
  [
    'an unknown authority',
    named('ConnectionError', 'unable to verify the first certificate; try running Node.js with --a-flag'),
    /not trusted \(unable to verify the first certificate\): set QUAYLOG_ELASTICSEARCH_CA/,
  ],
  [
    'a certificate of its own',
    named('ConnectionError', 'self-signed certificate'),
    /not trusted.*QUAYLOG_ELASTICSEARCH_CA/,
  ],
  [
    'a certificate of another name',
    named(
      'ConnectionError',
      "Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: ",
    ),
    /is for another name \(Hostname.*cert's list\): write a name that it has in QUAYLOG_ELASTICSEARCH_URL/,
  ],
  [
    'a certificate that has expired',
    named('ConnectionError', 'certificate has expired'),
    /The certificate of .* has expired: renew it there/,
  ],
  [
    'a certificate of tomorrow',
    named('ConnectionError', 'certificate is not yet valid'),
    /is not valid yet: compare the clock/,
  ],
  [
    'http to a proxy that speaks https',
    Object.assign(new Error('x'), {
      statusCode: 400,
      body: '<h1>400</h1>The plain HTTP request was sent to HTTPS port',
    }),
    /speaks https: write https:/,
  ],
  ['no answer', named('TimeoutError', 'Request timed out'), /did not answer in time/],
  [
    'a wrong password',
    answered(401, 'security_exception', 'unable to authenticate'),
    /refuses who we say we are: correct QUAYLOG_ELASTICSEARCH_USER/,
  ],
  [
    'a missing privilege',
    answered(403, 'security_exception', 'action [x] is unauthorized'),
    /does not allow it \(security_exception: action \[x\].*privileges in deploy\/README\.md/,
  ],
  [
    'a read-only cluster',
    answered(403, 'cluster_block_exception', 'FORBIDDEN/6/cluster read-only (api)'),
    /lift the block/,
  ],
  [
    'something else that answers',
    Object.assign(new Error('x'), { statusCode: 404, body: '<html>\r\n<h1>404 Not Found</h1></html>' }),
    /is no Elasticsearch of version 8\.19 or later, nor OpenSearch 3 \(404 Not Found\)/,
  ],
  [
    'an overloaded server',
    answered(503, 'master_not_discovered_exception', 'no master'),
    /answered 503 \(master_not_discovered_exception: no master\)/,
  ],
])('%s: one sentence that says what to do', (_, error, sentence) => {
  const explained = explain(error, 'http://es:9200');
  expect(explained).toMatchObject({ code: 'store_failed', cause: error });
  expect(explained.message).toMatch(sentence);
  expect(explained.message).toContain('http://es:9200');
});

test('what is explained already stays as it is', () => {
  const error = new QuaylogError('store_full', 'full');
  expect(explain(error, 'http://es:9200')).toBe(error);
});
