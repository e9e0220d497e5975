import { describe, expect, it } from 'vitest';
import { parseRecord } from './parse-record.ts';

describe('a container whose labels say how its lines are read', () => {
  const json = '{"level":40,"msg":"slow"}';
  const logfmt = 'level=warn msg="slow query" took=12';
  const access = '10.0.0.3 - - [22/Nov/2026:10:41:07 +0000] "GET /x HTTP/1.1" 502 12';
  const coloured = '\u001b[31mERROR\u001b[0m boom';
  it.each([
    ['auto', json, { message: 'slow', level: 'warn', levelSource: 'json', original: json }],
    ['json', json, { message: 'slow', level: 'warn', levelSource: 'json', original: json }],
    ['json', logfmt, { message: logfmt, level: 'warn', levelSource: 'text' }],
    ['json', access, { message: access }],
    ['json', 'a.b.SomeError: x\n\tat a.b(C.java:1)', { level: 'error', error: { type: 'a.b.SomeError' } }],
    ['logfmt', logfmt, { message: 'slow query', level: 'warn', levelSource: 'logfmt', app: { took: 12 } }],
    ['logfmt', json, { message: json }],
    ['logfmt', 'WARN x', { message: 'WARN x', level: 'warn' }],
    ['none', json, { message: json }],
    ['none', access, { message: access }],
    ['none', coloured, { message: coloured, level: 'error', levelSource: 'text' }],
    ['none', 'a.b.SomeError: x\n\tat a.b(C.java:1)', { message: 'a.b.SomeError: x\n\tat a.b(C.java:1)' }],
  ] as const)('as %s: %j', (mode, text, expected) => {
    const parsed = parseRecord(text, mode);
    expect(parsed).toMatchObject(expected);
    for (const field of ['app', 'http', 'error', 'level'] as const)
      if (!(field in expected)) expect(parsed[field]).toBeUndefined();
  });
});
