import { describe, expect, it } from 'vitest';
import { logRisks } from './log-risks.ts';

const risksOf = (logDriver: string, logOptions: Record<string, string> = {}) =>
  logRisks({ logDriver, logOptions })
    .slice(1)
    .map(({ verdict, text }) => `${verdict} ${text}`);

describe('the log driver of a container', () => {
  it('is named with its options', () => {
    expect(logRisks({ logDriver: 'json-file', logOptions: { 'max-size': '50m', 'max-file': '3' } })).toEqual([
      { verdict: 'ok', text: 'its log driver is json-file, max-size=50m, max-file=3' },
    ]);
  });

  it.each([
    ['json-file', {}, ['note its log is never rotated']],
    ['json-file', { 'max-size': '-1' }, ['note its log is never rotated']],
    ['json-file', { 'max-size': '1m', 'max-file': '2' }, ['risk the engine keeps 2 MB of its log']],
    ['json-file', { 'max-size': '20kb' }, ['risk the engine keeps 0.1 MB of its log']],
    ['json-file', { 'max-size': '1g' }, []],
    ['json-file', { 'max-size': 'odd' }, ['note its log is never rotated']],
    ['local', {}, []],
    ['local', { 'max-size': '1m', 'max-file': '1' }, ['risk the engine keeps 1 MB']],
    ['journald', {}, []],
    ['syslog', {}, ['note the engine reads lines of syslog back from a cache']],
    ['local', { mode: 'non-blocking' }, ['risk it logs in non-blocking mode']],
  ])('%s with %j', (driver, options, expected) => {
    const risks = risksOf(driver, options);
    expect(risks).toHaveLength(expected.length);
    expected.forEach((text, i) => expect(risks[i]).toContain(text));
  });
});
