import { describe, expect, test } from 'vitest';
import { isOwnHost, isOwnOrigin } from './origin.ts';

const rule = { publicUrl: '', isTls: false, isOpenLoopback: false };
const host = 'logs.example:8600';

const FOREIGN = [
  'null',
  '',
  'http://evil.example',
  'http://evil.example:8600',
  'http://logs.example',
  'http://logs.example:80',
  'http://logs.example:8601',
  'http://logs.example:86000',
  'http://app.logs.example:8600',
  'http://example:8600',
  'http://logs.example.evil.example:8600',
  'http://evil-logs.example:8600',
  'http://logs.example@evil.example:8600',
  'http://evil.example/logs.example:8600',
  'http://evil.example#logs.example:8600',
  'http://logsxexample:8600',
  'ftp://logs.example:8600',
  'file://logs.example:8600',
  'chrome-extension://logs.example:8600',
  'logs.example:8600',
  '//logs.example:8600',
  'javascript:alert(1)',
];

test.each(FOREIGN)('%j is not ours', origin => {
  expect(isOwnOrigin({ origin, host }, rule)).toBe(false);
});

test.each([
  [undefined, host],
  ['http://logs.example:8600', host],
  ['https://logs.example:8600', host],
  ['https://logs.example', 'logs.example'],
  ['https://logs.example', 'logs.example:443'],
  ['http://[::1]:8600', '[::1]:8600'],
])('%s under %s is', (origin, at) => {
  expect(isOwnOrigin({ origin, host: at }, rule)).toBe(true);
});

test('with our own TLS a page of plain http is foreign', () => {
  const tls = { ...rule, isTls: true };
  expect(isOwnOrigin({ origin: 'http://logs.example', host: 'logs.example' }, tls)).toBe(false);
  expect(isOwnOrigin({ origin: 'https://logs.example', host: 'logs.example' }, tls)).toBe(true);
});

test('behind a proxy the public address counts', () => {
  const proxied = { ...rule, publicUrl: 'https://logs.example/' };
  expect(isOwnOrigin({ origin: 'https://logs.example', host: '127.0.0.1:8600' }, proxied)).toBe(true);
  expect(isOwnOrigin({ origin: 'http://logs.example', host: '127.0.0.1:8600' }, proxied)).toBe(false);
});

describe('open to this machine: a name that was made to point here', () => {
  const open = { ...rule, isOpenLoopback: true };
  test.each([
    ['127.0.0.1:8600', true],
    ['localhost:8600', true],
    ['[::1]:8600', true],
    ['evil.example:8600', false],
    ['127.0.0.1.evil.example:8600', false],
    ['localhost.evil.example', false],
    ['not a host', false],
  ])('%s: %s', (name, expected) => {
    expect(isOwnHost({ host: name }, open)).toBe(expected);
    expect(isOwnHost({ host: name }, rule)).toBe(true);
  });
  test('is answered when it is the public one', () => {
    expect(isOwnHost({ host: 'logs.example' }, { ...open, publicUrl: 'https://logs.example' })).toBe(true);
  });
});
