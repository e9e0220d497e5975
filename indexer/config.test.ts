import { expect, test } from 'vitest';
import { readIndexerConfig } from './config.ts';

const messages = (flags: Record<string, string>) =>
  readIndexerConfig(flags).problems.map(({ message }) => message);

test.each([
  ['password', '$argon2id$v=19$m=19456', /^QUAYLOG_PASSWORD .*\$\$/],
  ['password', '$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', /^QUAYLOG_PASSWORD /],
  ['collectorTokens', 'hunter2', /^QUAYLOG_COLLECTOR_TOKENS is not host=token/],
  ['collectorTokens', 'web=hunter2', /fewer than 20/],
  ['publicUrl', 'logs.example', /^QUAYLOG_PUBLIC_URL=logs\.example is not/],
  ['publicUrl', 'ftp://logs.example', /is not an http/],
  ['auth', 'maybe', /^QUAYLOG_AUTH=maybe is not one of password, none/],
])('%s %s: one sentence, without what is secret', (name, value, complaint) => {
  expect(messages({ [name]: value })).toEqual([expect.stringMatching(complaint)]);
  expect(messages({ [name]: value }).join()).not.toMatch(/hunter2|m=19456/);
});

test.each([
  ['elasticsearchUrl', 'es:9200', /^QUAYLOG_ELASTICSEARCH_URL=es:9200 is not an http/],
  ['elasticsearchUrl', 'http://a:hunter2@es:9200', /^QUAYLOG_ELASTICSEARCH_URL holds a user/],
  ['elasticsearchUrl', 'https//a:hunter2@es:9200', /^QUAYLOG_ELASTICSEARCH_URL holds a user/],
  ['elasticsearchUrl', 'a:hunter2@es:9200', /^QUAYLOG_ELASTICSEARCH_URL holds a user/],
  ['elasticsearchUrl', '', /^QUAYLOG_ELASTICSEARCH_URL is empty/],
  ['elasticsearchPrefix', 'Logs/..', /^QUAYLOG_ELASTICSEARCH_PREFIX=Logs\/\.\. is not made of/],
])('%s %s: looked at when it is used', (name, value, complaint) => {
  expect(messages({ [name]: value })).toEqual([]);
  const used = messages({ [name]: value, store: 'elasticsearch' });
  expect(used).toEqual([expect.stringMatching(complaint)]);
  expect(used.join()).not.toContain('hunter2');
});

test.each([
  [{ redisUrl: 'http://:hunter2@redis' }, /^QUAYLOG_REDIS_URL is not a redis:\/\/ or rediss:\/\/ address/],
  [{ redisUrl: 'hunter2' }, /^QUAYLOG_REDIS_URL is not/],
  [{ redisUrl: 'redis://:50%hunter2@redis' }, /^QUAYLOG_REDIS_URL is not.*% is written %25/],
  [{ redisUrl: 'redis://:hunter2#@redis' }, /^QUAYLOG_REDIS_URL is not.*# %23/],
  [{ redisUrl: 'redis://redis/hunter2' }, /^QUAYLOG_REDIS_URL is not/],
  [{ redisUrl: 'redis://:hunter2@redis', redisCa: 'ca.pem' }, /^QUAYLOG_REDIS_CA is set, but .* not rediss/],
  [{ redisCa: 'ca.pem' }, /^QUAYLOG_REDIS_CA is set, but/],
  [
    { redisUrl: 'redis://:hunter2@redis', store: 'embedded' },
    /^QUAYLOG_REDIS_URL .*QUAYLOG_STORE=elasticsearch/,
  ],
])('%j: what is wrong with the way to other indexers, without the password', (flags, complaint) => {
  const used = messages({ store: 'elasticsearch', ...flags });
  expect(used).toEqual([expect.stringMatching(complaint)]);
  expect(used.join()).not.toContain('hunter2');
});

test('a password and no sign-in contradict each other', () => {
  expect(messages({ auth: 'none', password: 'long enough' })).toEqual([
    expect.stringMatching(/QUAYLOG_AUTH=none and QUAYLOG_PASSWORD contradict/),
  ]);
});

test.each([
  { password: 'p' },
  { password: '$2 is what I have' },
  { publicUrl: 'https://logs.example/quaylog' },
  { collectorTokens: `web=${'t'.repeat(20)}` },
  { redisUrl: 'rediss://:p@redis:6380', redisCa: 'ca.pem', store: 'elasticsearch' },
  { redisUrl: 'redis://a:50%25@redis:6379/1', store: 'elasticsearch' },
  { redisUrl: 'redis://[::1]', store: 'elasticsearch' },
])('%j is fine', flags => {
  expect(messages(flags)).toEqual([]);
});
