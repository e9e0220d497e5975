import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRecord } from './parse-record.ts';

describe('known formats', () => {
  it.each([
    {
      format: 'combined access log',
      text: '10.0.0.3 - ann [22/Nov/2026:10:41:07 +0100] "GET /x?y=1 HTTP/1.1" 404 12 "https://shop.example/" "say \\"hi\\""',
      parsed: {
        level: 'warn',
        levelSource: 'status',
        created: '2026-11-22T10:41:07+01:00',
        http: { request: { method: 'GET' }, response: { status_code: 404, body: { bytes: 12 } } },
        url: { original: '/x?y=1', path: '/x' },
        source: { ip: '10.0.0.3' },
        app: { user: 'ann', referrer: 'https://shop.example/', user_agent: 'say \\"hi\\"' },
      },
    },
    {
      format: 'common access log behind a virtual host',
      text: 'shop.example:80 2001:db8::1 - - [22/Nov/2026:10:41:07 +0000] "POST / HTTP/2.0" 503 -',
      parsed: { level: 'error', source: { ip: '2001:db8::1' }, http: { response: { status_code: 503 } } },
    },
    {
      format: 'access log of what is not HTTP',
      text: '10.0.0.3 - - [22/Nov/2026:10:41:07 +0000] "\\x16\\x03\\x01" 400 157 "-" "-"',
      parsed: { level: 'warn', http: { response: { status_code: 400, body: { bytes: 157 } } } },
    },
    {
      format: 'werkzeug',
      text: 'INFO:werkzeug:127.0.0.1 - - [22/Nov/2026 10:41:07] "GET / HTTP/1.1" 200 -',
      parsed: { level: 'info', created: undefined, source: { ip: '127.0.0.1' } },
    },
    {
      format: 'uvicorn',
      text: 'INFO:     127.0.0.1:51234 - "GET /x HTTP/1.1" 500 Internal Server Error',
      parsed: { level: 'error', source: { ip: '127.0.0.1' }, url: { path: '/x' } },
    },
    {
      format: 'morgan',
      text: '\u001b[0mGET /x?y \u001b[32m200\u001b[0m 1.234 ms - 12\u001b[0m',
      parsed: {
        message: 'GET /x?y 200 1.234 ms - 12',
        level: 'info',
        http: { response: { body: { bytes: 12 } } },
      },
    },
    {
      format: 'gin',
      text: '[GIN] 2026/11/22 - 10:41:07 | 404 |     1.234ms |        10.0.0.3 | GET      "/x"',
      parsed: {
        level: 'warn',
        source: { ip: '10.0.0.3' },
        url: { path: '/x' },
        http: { request: { method: 'GET' } },
      },
    },
    {
      format: 'envoy',
      text: '[2026-11-22T10:41:07.123Z] "GET /x HTTP/1.1" 503 UF via_upstream - "-" 0 91 2 - "-" "curl/8"',
      parsed: {
        level: 'error',
        created: '2026-11-22T10:41:07.123Z',
        http: { response: { body: { bytes: 91 } } },
      },
    },
    {
      format: 'nginx error log',
      text: '2026/11/22 10:41:07 [crit] 7#8: *12 open() failed (2: No such file), client: 10.0.0.3, server: _, request: "GET /x HTTP/1.1", host: "a"',
      parsed: { level: 'fatal', process: { pid: 7 }, source: { ip: '10.0.0.3' }, url: { path: '/x' } },
    },
    {
      format: 'apache error log',
      text: '[Sun Nov 22 10:41:07.123456 2026] [proxy:error] [pid 7:tid 9] [client 10.0.0.3:41234] AH00126: Invalid URI',
      parsed: { level: 'error', logger: 'proxy', process: { pid: 7 }, source: { ip: '10.0.0.3' } },
    },
    {
      format: 'gunicorn',
      text: '[2026-11-22 10:41:07 +0000] [7] [INFO] Booting worker with pid: 9',
      parsed: { level: 'info', created: '2026-11-22T10:41:07+00:00', process: { pid: 7 } },
    },
    {
      format: 'uWSGI',
      text: '[pid: 7|app: 0|req: 1/1] 10.0.0.3 () {40 vars in 600 bytes} [Sun Nov 22 10:41:07 2026] GET /x => generated 12 bytes in 3 msecs (HTTP/1.1 200) 2 headers in 79 bytes (1 switches on core 0)',
      parsed: {
        level: 'info',
        process: { pid: 7 },
        url: { path: '/x' },
        http: { response: { body: { bytes: 12 } } },
      },
    },
    {
      format: 'postgres',
      text: '2026-11-22 10:41:07.123 UTC [27] app@shop FATAL:  password authentication failed for user "app"',
      parsed: { level: 'fatal', created: '2026-11-22T10:41:07.123Z', process: { pid: 27 } },
    },
    {
      format: 'postgres in peace',
      text: '2026-11-22 10:41:07.123 CET [27] LOG:  database system is ready to accept connections',
      parsed: { level: 'info', created: undefined },
    },
    {
      format: 'postgres statement of an error above',
      text: '2026-11-22 10:41:07.123 UTC [27] STATEMENT:  select ERROR from log',
      parsed: { level: 'info' },
    },
    {
      format: 'mysql',
      text: '2026-11-22T10:41:07.123456Z 0 [Warning] [MY-010068] [Server] CA certificate is self signed.',
      parsed: { level: 'warn', logger: 'Server', app: { thread: 0, code: 'MY-010068' } },
    },
    {
      format: 'mariadb',
      text: '2026-11-22 10:41:07 0 [Note] mariadbd: ready for connections.',
      parsed: { level: 'info', created: undefined, app: { thread: 0 } },
    },
    {
      format: 'redis',
      text: '1:M 22 Nov 2026 10:41:07.123 # WARNING Memory overcommit must be enabled!',
      parsed: { level: 'warn', process: { pid: 1 }, app: { role: 'M' } },
    },
    {
      format: 'klog',
      text: 'E1122 10:41:07.123456       1 server.go:123] "Failed" err="no info"',
      parsed: { level: 'error', process: { pid: 1 }, app: { caller: 'server.go:123' } },
    },
  ])('reads $format', ({ text, parsed }) => {
    expect(parseRecord(text)).toMatchObject({ message: text, ...parsed });
  });
});

describe('logfmt', () => {
  it.each([
    {
      text: 'time="2026-11-22T10:41:07Z" level=warning msg="slow \\"query\\"" took=12 id=007 big=9007199254740993 cached',
      parsed: {
        message: 'slow "query"',
        level: 'warn',
        levelSource: 'logfmt',
        created: '2026-11-22T10:41:07Z',
        app: { took: 12, id: '007', big: '9007199254740993', cached: true },
      },
    },
    {
      text: 'ts=2026-11-22T10:41:07.123Z caller=main.go:12 level=error err="no ledger" msg=failed empty= trace_id=abc',
      parsed: {
        message: 'failed',
        error: { message: 'no ledger' },
        trace: { id: 'abc' },
        app: { caller: 'main.go:12', empty: '' },
      },
    },
    { text: 'level=info method=GET path=/x status=502', parsed: { message: 'GET /x 502', level: 'info' } },
  ])('reads $text', ({ text, parsed }) => {
    expect(parseRecord(text)).toMatchObject({ ...parsed, original: text });
  });

  it.each([
    'set level=high and go on with the next one',
    'opened a=1 b=2',
    'level=info',
    'msg="unfinished a=1',
    'SELECT * FROM t WHERE time=3 AND a=4',
  ])('is not: %s', text => {
    expect(parseRecord(text).message).toBe(text);
    expect(parseRecord(text).app).toBeUndefined();
  });

  it('lets no key reach a prototype', () => {
    const parsed = parseRecord('level=info __proto__=x constructor=y msg=z');
    expect(Object.getPrototypeOf(parsed.app)).toBe(Object.prototype);
    expect(parsed.app).toEqual({ constructor: 'y' });
  });
});

describe('exceptions', () => {
  it.each([
    {
      of: 'java below a log line',
      text: '2026-11-22 10:41:07 WARN [main] a.B - cannot\njava.lang.IllegalStateException: no ledger\n\tat a.B.c(B.java:1)\nCaused by: x.Y: z\n\tat x.Y.z(Y.java:2)',
      level: 'warn',
      error: { type: 'java.lang.IllegalStateException', message: 'no ledger' },
    },
    {
      of: 'java, uncaught',
      text: 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space\n\tat a.B.c(B.java:1)',
      level: 'error',
      error: { type: 'java.lang.OutOfMemoryError', message: 'Java heap space' },
    },
    {
      of: 'python, chained: the last one',
      text: 'Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError: \'a\'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 5, in g\n    f()\nacme.errors.Declined: no money',
      level: 'error',
      error: { type: 'acme.errors.Declined', message: 'no money' },
    },
    {
      of: 'python below its log line',
      text: 'ERROR:root:could not\nTraceback (most recent call last):\n  File "a.py", line 3\nKeyboardInterrupt',
      level: 'error',
      error: { type: 'KeyboardInterrupt' },
    },
    {
      of: 'node',
      text: "TypeError: Cannot read properties of undefined (reading 'id')\n    at f (/app/x.js:1:1)",
      level: 'error',
      error: { type: 'TypeError', message: "Cannot read properties of undefined (reading 'id')" },
    },
    {
      of: 'node, uncaught',
      text: "/app/index.js:3\nthrow new Error('boom');\n^\n\nError: boom\n    at Object.<anonymous> (/app/index.js:3:7)\n\nNode.js v24.1.0",
      level: 'error',
      error: { type: 'Error', message: 'boom' },
    },
    {
      of: 'go',
      text: 'panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:9 +0x1d',
      level: 'fatal',
      error: { type: 'panic', message: 'runtime error: index out of range [5] with length 3' },
    },
    {
      of: 'go, served by net/http',
      text: '2026/11/22 10:41:07 http: panic serving 10.0.0.3:5: no ledger\ngoroutine 19 [running]:\nmain.f()',
      level: 'error',
      error: { type: 'panic', message: 'no ledger' },
    },
    {
      of: 'rust',
      text: "thread 'main' panicked at src/main.rs:4:10:\nno ledger\nnote: run with `RUST_BACKTRACE=1`",
      level: 'fatal',
      error: { type: 'panic', message: 'no ledger' },
    },
    {
      of: '.NET',
      text: 'Unhandled exception. System.InvalidOperationException: no ledger\n   at Program.Main() in /src/Program.cs:line 3',
      level: 'error',
      error: { type: 'System.InvalidOperationException', message: 'no ledger' },
    },
    {
      of: 'ruby',
      text: "app.rb:3:in 'Ledger#open': no ledger (Shop::LedgerError)\n\tfrom app.rb:7:in '<main>'",
      level: 'error',
      error: { type: 'Shop::LedgerError', message: 'no ledger' },
    },
    {
      of: 'php',
      text: 'PHP Fatal error:  Uncaught RuntimeException: no ledger in /app/x.php:3\nStack trace:\n#0 {main}\n  thrown in /app/x.php on line 3',
      level: 'error',
      error: { type: 'RuntimeException', message: 'no ledger' },
    },
  ])('of $of', ({ text, level, error }) => {
    const parsed = parseRecord(text);
    expect(parsed).toMatchObject({ message: text, level, error });
    expect(text).toContain(parsed.error?.stack_trace);
    expect(parsed.original).toBeUndefined();
  });

  it('of a single line', () => {
    expect(parseRecord('ValueError: bad')).toMatchObject({
      level: 'error',
      error: { type: 'ValueError', message: 'bad' },
    });
    expect(parseRecord('errors were found')).toEqual({ message: 'errors were found', level: undefined });
  });
});

describe('text', () => {
  it('keeps the text when the message is the application’s own', () => {
    const text = '{"level":"info","msg":"ready"}';
    expect(parseRecord(text)).toMatchObject({ message: 'ready', original: text });
  });

  it('is searchable without colours and kept with them', () => {
    const text = '\u001b[32mINFO\u001b[39m ready \u001b]8;;https://a.example\u0007link\u001b]8;;\u0007';
    expect(parseRecord(text)).toMatchObject({ message: 'INFO ready link', level: 'info', original: text });
  });

  it('is the message when JSON is broken, too deep or without one', () => {
    for (const text of ['{"level":"error"', '{"a":'.repeat(40) + '1' + '}'.repeat(40), '{"a":1}']) {
      expect(parseRecord(text)).toMatchObject({ message: text });
      expect(parseRecord(text).original).toBeUndefined();
    }
  });
});

describe('any text at all', () => {
  const fragments = [
    '{',
    '}',
    '"',
    '\\',
    '":',
    ',',
    '[',
    ']',
    '__proto__',
    'constructor',
    '\\u',
    '\\ud800',
    '\u001b[31m',
    '\n',
    '\n\tat ',
    ' - - [',
    '] "',
    'GET / HTTP/1.1',
    '" 200 12',
    'level=',
    'msg="',
    'ERROR',
    'Error: ',
    'Exception',
    'Traceback (most recent call last):',
    'panic: ',
    'goroutine 1 [',
    '2026-11-22 10:41:07',
    '9007199254740993',
    '\0',
    '\ud800',
    ' ',
    'a.b.c',
    ':',
    '|',
  ];
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.array(fc.constantFrom(...fragments), { maxLength: 30 }).map(parts => parts.join('')),
    fc.json(),
    fc
      .dictionary(
        fc.constantFrom(
          'level',
          'msg',
          'time',
          'err',
          'req',
          't',
          '__proto__',
          'constructor',
          'trace',
          'log',
          'pid',
          'status',
          'method',
        ),
        fc.jsonValue(),
      )
      .map(fields => JSON.stringify(fields)),
  );

  it('never throws, keeps the text, and leaves prototypes clean', () => {
    fc.assert(
      fc.property(anyText, text => {
        const parsed = parseRecord(text);
        expect(parsed.original ?? parsed.message).toBe(text);
        expect(parsed.original).not.toBe(parsed.message);
        expect(Object.keys(Object.prototype)).toEqual([]);
        if (parsed.app !== undefined) expect(Object.getPrototypeOf(parsed.app)).toBe(Object.prototype);
        expect(() => JSON.stringify(parsed)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['spaces', (n: number) => ' '.repeat(n)],
    ['quotes', (n: number) => '"'.repeat(n)],
    ['backslashes', (n: number) => `10.0.0.3 - - [22/Nov/2026:10:41:07 +0000] "${'\\'.repeat(n)}`],
    ['an unfinished request', (n: number) => `10.0.0.3 - - [22/Nov/2026:10:41:07 +0000] "${'a'.repeat(n)}`],
    ['pairs', (n: number) => 'level=a '.repeat(n / 8)],
    ['an unfinished quote', (n: number) => `level=info msg="${'\\"'.repeat(n / 2)}`],
    ['names of errors', (n: number) => 'Error'.repeat(n / 5)],
    ['lines of names of errors', (n: number) => 'aError\n'.repeat(n / 7)],
    ['headers without frames', (n: number) => 'a.bError: c\n '.repeat(n / 13)],
    ['escapes', (n: number) => '\u001b['.repeat(n / 2)],
    ['brackets', (n: number) => '['.repeat(n)],
    ['digits', (n: number) => '1'.repeat(n)],
    ['long numbers', (n: number) => `{"a":[${'1234567890123456789,'.repeat(n / 20)}1]}`],
    ['templates', (n: number) => JSON.stringify({ '@t': '', '@mt': '{@a'.repeat(n / 3) })],
    ['tracebacks', (n: number) => 'Traceback (most recent call last):\n'.repeat(n / 35)],
    ['ruby frames', (n: number) => `a:1:in ${': ('.repeat(n / 3)}\n`],
  ])('takes time in proportion to its length: %s', (_, textOf) => {
    // Sixteen times the length may take 16 times as long; an expression that is quadratic takes 256 times as long.
    expect(fastest(textOf(32_000))).toBeLessThan(80 * Math.max(fastest(textOf(2_000)), 0.05));
  });
});

/** Milliseconds of the best of five runs. */
function fastest(text: string): number {
  const runs = Array.from({ length: 5 }, () => {
    const start = performance.now();
    parseRecord(text);
    return performance.now() - start;
  });
  return Math.min(...runs);
}
