import { describe, expect, it } from 'vitest';
import { parseJsonLine } from './json-line.ts';

describe('what surrounds and what is inside', () => {
  it.each([
    ['a compose service', 'web-1  | {"level":"warn","msg":"x"}', 'warn'],
    ['level and time', 'ERROR 2026-11-22T10:41:07.123Z {"msg":"x"}', 'error'],
    ['time and level in brackets', '[2026-11-22 10:41:07] [INFO]: {"msg":"x"}', 'info'],
    ['blanks', '  {"level":"debug","msg":"x"}  \r', 'debug'],
  ])('takes %s off', (_, text, level) => {
    expect(parseJsonLine(text)).toMatchObject({ message: 'x', level });
  });

  it.each([
    ['a sentence before it', 'sent {"msg":"x"}'],
    ['an array', '[{"msg":"x"}]'],
    ['a set in braces', '{a, b}'],
    ['an unfinished object', '{"msg":"x"'],
    ['nothing', ''],
  ])('leaves alone %s', (_, text) => {
    expect(parseJsonLine(text)).toBeNull();
  });

  it('keeps whole numbers that a double cannot hold, as text', () => {
    const parsed = parseJsonLine(
      '{"msg":"x","a":9007199254740993,"b":[-12345678901234567890],"c":1234567890123456,"d":0.1}',
    );
    expect(parsed?.app).toEqual({
      a: '9007199254740993',
      b: ['-12345678901234567890'],
      c: 1234567890123456,
      d: 0.1,
    });
  });

  it.each([
    '{"msg":"x","__proto__":{"admin":true},"a":{"__proto__":{"admin":true},"b":1}}',
    '{"msg":"x","\\u005f_proto__":{"admin":true},"a":{"b":1}}',
    '{"msg":"x","constructor":{"prototype":{"admin":true}},"a":{"b":1}}',
    '{"msg":"x","err":{"__proto__":{"admin":true}},"a":{"b":1}}',
  ])('lets no key reach a prototype: %s', text => {
    const app = parseJsonLine(text)?.app;
    expect(app).toMatchObject({ a: { b: 1 } });
    expect((app as { admin?: unknown }).admin).toBeUndefined();
    expect((app?.a as { admin?: unknown }).admin).toBeUndefined();
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('makes half characters whole', () => {
    expect(parseJsonLine('{"msg":"a\\ud800b","x":"\\udfff"}')).toMatchObject({
      message: 'a\ufffdb',
      app: { x: '\ufffd' },
    });
  });

  it('takes colours out of the message', () => {
    expect(parseJsonLine('{"msg":"\\u001b[31mred\\u001b[0m"}')?.message).toBe('red');
  });

  it('takes 20 levels and 500 keys, and no more', () => {
    const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    const wide = (keys: number): string =>
      JSON.stringify({ in: Object.fromEntries(Array.from({ length: keys - 1 }, (_, i) => [`k${i}`, i])) });
    expect(parseJsonLine(nested(20))).not.toBeNull();
    expect(parseJsonLine(nested(21))).toBeNull();
    expect(parseJsonLine('{"a":' + '['.repeat(50_000) + ']'.repeat(50_000) + '}')).toBeNull();
    expect(parseJsonLine(wide(500))).not.toBeNull();
    expect(parseJsonLine(wide(501))).toBeNull();
    expect(parseJsonLine(`{"msg":"${'x'.repeat(1_048_576)}"}`)).toBeNull();
  });
});
