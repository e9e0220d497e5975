import { expect, it } from 'vitest';
import { isPlainlyDebug } from './plainly-debug.ts';

it.each([
  '{"level":"debug","msg":"x"}',
  '{"time":1,"level":20,"msg":"x"}',
  '{"severity": "TRACE"}',
  'level=debug msg="x"',
  'ts=1 lvl="trace" msg=x',
  'debug: x',
  '[debug] x',
  '2026-11-22T10:00:00.000Z DEBUG x',
  '2026-11-22 10:00:00,123 [main] DEBUG com.example - x',
  'DEBUG:app:x',
  'TRACE',
])('%s is for debugging', text => expect(isPlainlyDebug(text)).toBe(true));

it.each([
  '',
  'hello',
  '{"level":"info","msg":"debug"}',
  '{"level":200}',
  'level=info msg="debug"',
  'ERROR cannot start DEBUG server',
  'the DEBUGGER is here',
  'debugging is on',
  'traceparent: 00-1',
  'WARN level=debugger',
  `${'x'.repeat(3_000)} level=debug`,
])('%s is not plainly for debugging', text => expect(isPlainlyDebug(text)).toBe(false));

it('is fast on text made to be slow', () => {
  const texts = [' '.repeat(1_000_000), '1'.repeat(1_000_000), `{${'"level":'.repeat(100_000)}`];
  expect(texts.map(isPlainlyDebug)).toEqual([false, false, false]);
});
