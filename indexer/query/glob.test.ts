import { describe, expect, it } from 'vitest';
import { createGlob, splitPattern, toValue } from './glob.ts';

describe('splitPattern', () => {
  it.each([
    ['*', ['', '']],
    ['a*b', ['a', 'b']],
    ['*a**', ['', 'a', '', '']],
    ['a\\*b*', ['a*b', '']],
    ['a\\\\*', ['a\\', '']],
    ['a\\', ['a']],
  ])('%s → %j', (pattern, pieces) => {
    expect(splitPattern(pattern)).toEqual(pieces);
  });

  it.each([[['a*b', '']], [['', 'a\\', '']], [['\\*', '*\\']]])('undoes toValue of %j', pieces => {
    const value = toValue(pieces);
    expect(value.kind === 'wildcard' && splitPattern(value.pattern)).toEqual(pieces);
  });
});

describe('createGlob', () => {
  it.each([
    ['*', '', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['*b*', 'abc', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['*aab*', 'aaab', true],
    ['a.c*', 'abc', false],
    ['[x]*', '[x]y', true],
  ])('%s fits %s: %j', (pattern, text, expected) => {
    expect(createGlob(splitPattern(pattern))(text)).toBe(expected);
  });

  it('takes a long text and many stars in its stride', () => {
    const fits = createGlob(splitPattern(`${'a*'.repeat(500)}b`));
    expect(fits('a'.repeat(100_000))).toBe(false);
  });
});
