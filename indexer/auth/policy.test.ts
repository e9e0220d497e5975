import { describe, expect, test } from 'vitest';
import { isLoopbackHost, policyOf } from './policy.ts';

const settings = {
  host: '127.0.0.1',
  listen: '127.0.0.1:8600',
  auth: 'password',
  password: '',
  tlsCert: '',
  publicUrl: '',
};
const beyond = { ...settings, host: '0.0.0.0', listen: '0.0.0.0:8600' };
const password = 'long enough';

test.each([
  ['this machine, no password', settings, false, 'open'],
  ['this machine, a password', { ...settings, password }, false, 'closed'],
  ['everywhere, password and tokens', { ...beyond, password }, true, 'closed'],
  ['everywhere, explicitly open', { ...beyond, auth: 'none' }, false, 'open'],
])('%s', (...[, given, isAnyCollectorKnown, mode]) => {
  expect(policyOf(given, isAnyCollectorKnown).mode).toBe(mode);
});

describe('an address that others reach is not opened by accident', () => {
  test.each([
    [beyond, false, ['QUAYLOG_PASSWORD', 'quaylog password', 'quaylog token create --host NAME']],
    [beyond, true, ['QUAYLOG_PASSWORD']],
    [{ ...beyond, password }, false, ['quaylog token create --host NAME', 'QUAYLOG_COLLECTOR_TOKENS']],
    [{ ...beyond, host: '192.0.2.1' }, false, ['QUAYLOG_PASSWORD']],
    [{ ...beyond, host: '::' }, false, ['QUAYLOG_PASSWORD']],
    [{ ...beyond, host: 'quaylog.example' }, false, ['QUAYLOG_PASSWORD']],
  ])('%#', (given, isAnyCollectorKnown, named) => {
    const refuse = () => policyOf(given, isAnyCollectorKnown);
    for (const part of [...named, 'QUAYLOG_AUTH=none', 'QUAYLOG_LISTEN']) expect(refuse).toThrow(part);
    expect(refuse).toThrow(/^[^\n]*$/);
  });
});

test.each([
  ['plain http to others', { ...beyond, password }, /plain http/],
  ['open to others', { ...beyond, auth: 'none' }, /whoever reaches/],
  ['a short password', { ...settings, password: 'short' }, /fewer than 8/],
])('%s is warned of', (_name, given, warning) => {
  expect(policyOf(given, true).warnings).toEqual([expect.stringMatching(warning)]);
});

test.each([
  ['own certificate', { ...beyond, password, tlsCert: '/cert.pem' }],
  ['a proxy with one', { ...beyond, password, publicUrl: 'https://logs.example' }],
])('%s: nothing to warn of, cookies are for https', (_name, given) => {
  expect(policyOf(given, true)).toMatchObject({ isHttps: true, warnings: [] });
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['LOCALHOST', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['localhost.example', false],
  ['127.0.0.1.example', false],
  ['', false],
])('%s is this machine only: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});
