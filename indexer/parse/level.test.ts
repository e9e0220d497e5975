import { describe, expect, it } from 'vitest';
import { levelOfNumber, levelOfStatus, levelOfText, levelOfWord } from './level.ts';

describe('level of plain text', () => {
  it.each([
    // a prefix, after any leading time
    ['ERROR could not open', 'error'],
    ['error: could not open', 'error'],
    ['Warning: careful', 'warn'],
    ['WARN  [main] c.a.Ledger - slow', 'warn'],
    ['info: Microsoft.Hosting.Lifetime[14]', 'info'],
    ['INFO[0001] started', 'info'],
    ['ERRO[0003] failed', 'error'],
    ['INFO:root:ready', 'info'],
    ['2026-11-22 10:41:07,123 INFO [main] a.B - saw an ERROR in the file', 'info'],
    ['2026-11-22T10:41:07.123Z  WARN 1 --- [main] c.a.App : slow', 'warn'],
    ['[2026-11-22 10:41:07] ERROR failed', 'error'],
    ['10:41:07.123 [main] DEBUG c.a.Ledger - x', 'debug'],
    ['22-Nov-2026 10:41:07.123 SEVERE [main] org.apache.Catalina x', 'error'],
    ['Nov 22 10:41:07 web-1 app[7]: warning: slow', 'warn'],
    ['10:41AM INF starting', 'info'],
    ['10:41AM ERR failed error="x"', 'error'],
    ['26/11/22 10:41:07 INFO executor.Executor: Running', 'info'],
    ['261122 104107 32 WARN dfs.DataNode: slow', 'warn'],
    // in brackets
    ['[error] it broke', 'error'],
    ['2026-11-22 10:41:07.123 [info] <0.5.0> started', 'info'],
    ['[main] [WARN ] slow', 'warn'],
    ['2026-11-22 10:41:07.123 | WARNING  | app:run:3 - slow', 'warn'],
    ['<warn> slow', 'warn'],
    ['[I 261122 10:41:07 web:2239] 200 GET / (10.0.0.3)', 'info'],
    // tagged
    ['[Sun Nov 22 10:41:07 2026] [core:error] AH00126', 'error'],
    ['[2026-11-22 10:41:07] production.CRITICAL: no ledger', 'fatal'],
    ['reading level=warn from it', 'warn'],
    ['- root:"severity": "error" -', 'error'],
    // elsewhere
    ['2026-11-22 10:41:07,123 - root - ERROR - boom', 'error'],
    ['E, [2026-11-22T10:41:07.123 #7] ERROR -- : boom', 'error'],
    ['PHP Warning:  Undefined variable', 'warn'],
    ['npm ERR! code ELIFECYCLE', 'error'],
    ['[2026-11-22 10:41:07,123: ERROR/MainProcess] Task failed', 'error'],
    ['Error connecting to db', 'error'],
    ['[2026-11-22 10:41:07 +0000] [7] [CRITICAL] WORKER TIMEOUT', 'fatal'],
    ['2026/11/22 10:41:07 [emerg] 7#7: bind() failed', 'fatal'],
  ])('%s → %s', (text, level) => {
    expect(levelOfText(text)).toBe(level);
  });

  it.each([
    'no error was found',
    'Info about containers',
    'debugging is fun, and so are errors',
    'informative: none of your business',
    'in one line [INFO] and [ERROR], which is it',
    'x'.repeat(500) + ' ERROR ',
    'the panicking warner',
    '10.0.0.3:5432 accepted',
    '',
  ])('none of: %s', text => {
    expect(levelOfText(text)).toBeUndefined();
  });
});

describe('levels of words and numbers', () => {
  it.each([
    ['Information', 'info'],
    ['WARNING', 'warn'],
    ['wArN', 'warn'],
    [' error ', 'error'],
    ['INFO+2', 'info'],
    ['ERROR-1', 'error'],
    ['dpanic', 'fatal'],
    ['Verbose', 'debug'],
    ['', undefined],
    ['constructor', undefined],
    ['gold', undefined],
  ])('word %j → %s', (word, level) => {
    expect(levelOfWord(word)).toBe(level);
  });

  it.each([
    [30, 'unknown', 'info'],
    [35, 'unknown', 'info'],
    [60, 'unknown', 'fatal'],
    [250, 'unknown', 'notice'],
    [400, 'unknown', 'error'],
    [550, 'unknown', 'fatal'],
    [5000, 'unknown', 'trace'],
    [30_000, 'unknown', 'warn'],
    [3, 'unknown', undefined],
    [3, 'syslog', 'error'],
    [3, 'dotnet', 'warn'],
    [50, 'python', 'fatal'],
    [17, 'otel', 'error'],
    [1e300, 'unknown', undefined],
    [-1, 'syslog', undefined],
    [2.5, 'syslog', undefined],
  ] as const)('number %d on scale %s → %s', (value, scale, level) => {
    expect(levelOfNumber(value, scale)).toBe(level);
  });

  it.each([
    [200, 'info'],
    [304, 'info'],
    [404, 'warn'],
    [500, 'error'],
  ])('status %d → %s', (status, level) => {
    expect(levelOfStatus(status)).toBe(level);
  });
});
