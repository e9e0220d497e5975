import { expect, it } from 'vitest';
import { isCompressed, keptBytes } from './kept-bytes.ts';

it.each<[string, Record<string, string>, number | null]>([
  ['json-file', {}, null],
  ['json-file', { 'max-file': '3' }, null],
  ['json-file', { 'max-size': '10m', 'max-file': '3' }, 20_000_000],
  ['json-file', { 'max-size': '20k' }, 20_000],
  ['json-file', { 'max-size': '1.5GB', 'max-file': '2' }, 1_500_000_000],
  ['json-file', { 'max-size': '-1' }, null],
  ['k8s-file', { 'max-size': '1m' }, 1_000_000],
  ['local', {}, 80_000_000],
  ['local', { 'max-size': '100k', 'max-file': '2' }, 100_000],
  ['journald', {}, null],
  ['syslog', {}, 80_000_000],
  ['', {}, 1_000_000],
])('of %s with %j certainly keeps %s bytes', (logDriver, logOptions, bytes) =>
  expect(keptBytes({ logDriver, logOptions })).toBe(bytes),
);

it.each<[string, Record<string, string>, boolean]>([
  ['json-file', {}, false],
  ['json-file', { compress: 'true' }, true],
  ['local', {}, true],
  ['local', { compress: 'false' }, false],
  ['gelf', {}, true],
])('%s with %j is compressed: %s', (logDriver, logOptions, is) =>
  expect(isCompressed({ logDriver, logOptions })).toBe(is),
);
