import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createPattern, PatternError } from './pattern.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Patterns that mean the same to V8: no repeat of what may be empty, where the two differ on purpose. */
const patterns = fc.letrec<{ any: string; full: string }>(tie => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('full'),
    fc.constantFrom('^', '$', String.raw`\b`, ''),
    fc.tuple(tie('full'), fc.constantFrom('*', '?', '*?', '??', '{0,2}')).map(([a, by]) => `(?:${a})${by}`),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => a + b),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(${a}|${b})`),
  ),
  full: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'ab', '.', '[a-c]', '[^b]', String.raw`\d`, String.raw`\W`, 'é', '😀'),
    fc
      .tuple(tie('full'), fc.constantFrom('+', '+?', '{2}', '{1,3}', '{2,}?'))
      .map(([a, by]) => `(?:${a})${by}`),
    fc.tuple(tie('any'), tie('full'), tie('any')).map(parts => parts.join('')),
    fc.tuple(tie('full'), tie('full')).map(([a, b]) => `(?:${a}|${b})`),
  ),
}));
const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'ab', '1', ' ', '-', 'é', '😀', 'B'), {
  maxLength: 14,
});

describe('a pattern', () => {
  it('matches what V8 matches, where both know its syntax', () => {
    fc.assert(
      fc.property(patterns.any, texts, fc.boolean(), (source, parts, isFolded) => {
        const text = parts.join('');
        const pattern = createPattern(isFolded ? `(?i)${source}` : source);
        const v8 = (flags: string) => new RegExp(source, isFolded ? `${flags}i` : flags);
        expect(pattern.test(text)).toBe(v8('u').test(text));
        expect(pattern.replace(text, '#')).toBe(text.replace(v8('gu'), match => (match === '' ? '' : '#')));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    [String.raw`^\d{4}-\d\d`, '2026-11-22 x', true],
    [String.raw`^\d{4}-\d\d`, ' 2026-11-22 x', false],
    ['(?m)^b$', 'a\nb\nc', true],
    ['^b$', 'a\nb\nc', false],
    ['(?s)a.b', 'a\nb', true],
    ['a.b', 'a\nb', false],
    ['(?i:ERR)or', 'error', true],
    ['(?i:ERR)or', 'erroR', false],
    ['(?i)straße', 'STRAßE', true],
    [String.raw`\Qa.b\E+`, 'a.bbb', true],
    [String.raw`\Qa.b\E`, 'aab', false],
    ['(?P<level>WARN|ERROR)', 'ERROR', true],
    ['[[:upper:]]{3}', 'abCDE', true],
    ['[]x]', ']', true],
    ['[^[:space:]]', ' ', false],
    [String.raw`\pL+\x{20}\PN`, 'ñ .', true],
    ['a{,2}', 'a{,2}', true],
    ['(a*)*$', 'aaab', true],
    ['', '', true],
    [String.raw`\z`, 'x', true],
    ['a|', 'b', true],
  ])('%j in %j: %s', (source, text, matches) => {
    expect(createPattern(source).test(text)).toBe(matches);
  });

  it('replaces every match, the surest of those that begin first', () => {
    expect(createPattern('a|ab').replace('ab ab', '*')).toBe('*b *b');
    expect(createPattern('ab?').replace('ab a', '*')).toBe('* *');
    expect(
      createPattern(String.raw`\b\d{4}(?:-\d{4}){3}\b`).replace('card 1234-1234-1234-1234!', '***'),
    ).toBe('card ***!');
    expect(createPattern('x').replace('no', '*')).toBe('no');
    expect(createPattern('^a').replace('aaa', '*')).toBe('*aa');
  });

  it.each([
    ['(', 'missing closing )'],
    ['a)', 'unexpected )'],
    ['[a', 'missing closing ]'],
    ['*a', 'missing argument to repetition operator'],
    ['a{1001}', 'invalid repeat count'],
    ['(?=a)', '(?='],
    [String.raw`(a)\1`, String.raw`invalid escape sequence`],
    ['[z-a]', 'invalid character class range'],
    ['(ab|cd|ef){500}', 'is too large: repeat less'],
    ['a'.repeat(1_001), 'is longer than 1000 characters'],
  ])('that is wrong says so: %s', (source, reason) => {
    expect(() => createPattern(source)).toThrow(PatternError);
    expect(() => createPattern(source)).toThrow(reason);
  });

  it('of any text either works or says what is wrong, and never takes long', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('ab(|)*+?{2}[^-]\\.$dwQE:i<>P=!1,')) }),
        source => {
          try {
            createPattern(source).replace('aab\n2-:b', '');
          } catch (error) {
            expect((error as Error).constructor.name).toBe('PatternError');
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it.each(['^(a+)+$', '^(a|a)*$', '(a|aa)+$', '(.*a){20}$', '(x+x+)+y', '([a-z]+)*b$'])(
    'that stalls others does not stall here: %s',
    source => {
      const text = `${'a'.repeat(50_000)}!`;
      // V8 would take longer than any deadline.
      expect(createPattern(source).test(text)).toBe(false);
    },
  );

  it('hides what lies too far behind to be looked at', () => {
    const line = `secret=1 ${'a'.repeat(1_000_000)} secret=2`;
    const masked = createPattern(String.raw`secret=\d`).replace(line, '***');
    expect(masked).toMatch(/^\*\*\* a+\*\*\*$/);
    expect(createPattern('a$1').replace('no', '*')).toBe('no');
    expect(createPattern('a').replace('a', '$1')).toBe('$1');
  });
});
