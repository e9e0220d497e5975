import { expect, it } from 'vitest';
import { hasTokens, tokenize } from './tokens.ts';

it.each([
  ['', []],
  ['-- ==> .', []],
  ['GET /api/orders/42', ['get', 'api', 'orders', '42']],
  ['10.0.0.1', ['10', '0', '0', '1']],
  ['a_b-c', ['a', 'b', 'c']],
  ["it's", ['it', 's']],
  ['\u001b[31mred\u001b[0m', ['31mred', '0m']],
  ['a\u0000b', ['a', 'b']],
  ['Straße STRASSE', ['straße', 'strasse']],
  ['ΟΔΟΣ οδος', ['οδοσ', 'οδοσ']],
  ['İx', ['i', 'x']],
  ['日本語 x²', ['日本語', 'x²']],
  ['𝒳😀y', ['𝒳', 'y']],
  ['e\u0301a', ['e', 'a']],
])('the tokens of %j are %j', (text, tokens) => {
  expect(tokenize(text)).toEqual(tokens);
});

it.each([
  ['connection refused', 'connection refused', true],
  ['the connection, refused!', 'connection refused', true],
  ['reconnection refused', 'connection refused', false],
  ['connection was refused', 'connection refused', false],
  ['connection connection refused', 'connection refused', true],
  ['connections connection', 'connection', true],
  ['connections', 'connection', false],
  ['connection', 'connection refused', false],
  ['𝒳error', 'error', false],
  ['error𝒳', 'error', false],
  ['😀error😀', 'error', true],
])('in %j stands %j: %j', (text, phrase, expected) => {
  expect(hasTokens(text, tokenize(phrase))).toBe(expected);
});
