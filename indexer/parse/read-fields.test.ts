import { describe, expect, it } from 'vitest';
import { parseJsonLine } from './json-line.ts';

const AT = '2026-11-22T10:41:07.123Z';
const MS = Date.parse(AT);

describe('conventions of loggers', () => {
  it.each([
    {
      logger: 'pino',
      line: { level: 50, time: MS, pid: 7, hostname: 'web-1', reqId: 'r-1', msg: 'charge failed', took: 12 },
      parsed: {
        message: 'charge failed',
        level: 'error',
        created: AT,
        process: { pid: 7 },
        http: { request: { id: 'r-1' } },
        app: { hostname: 'web-1', took: 12 },
      },
    },
    {
      logger: 'pino with an error',
      line: {
        level: 60,
        time: MS,
        name: 'orders',
        err: {
          type: 'TypeError',
          message: 'no id',
          stack: 'TypeError: no id\n    at f (/a.js:1:1)',
          code: 7,
        },
        msg: 'no id',
      },
      parsed: {
        level: 'fatal',
        logger: 'orders',
        error: { type: 'TypeError', message: 'no id', stack_trace: 'TypeError: no id\n    at f (/a.js:1:1)' },
        app: { err: { code: 7 } },
      },
    },
    {
      logger: 'pino-http',
      line: {
        level: 30,
        time: MS,
        req: {
          id: 3,
          method: 'GET',
          url: '/orders?x=1',
          remoteAddress: '::ffff:10.0.0.3',
          headers: { a: 'b' },
        },
        res: { statusCode: 204 },
        msg: 'request completed',
      },
      parsed: {
        message: 'request completed',
        http: { request: { id: '3', method: 'GET' }, response: { status_code: 204 } },
        url: { original: '/orders?x=1', path: '/orders' },
        source: { ip: '::ffff:10.0.0.3' },
        app: { req: { headers: { a: 'b' } } },
      },
    },
    {
      logger: 'bunyan',
      line: { name: 'orders', hostname: 'web-1', pid: 7, level: 40, msg: 'slow', time: AT, v: 0 },
      parsed: {
        message: 'slow',
        level: 'warn',
        logger: 'orders',
        created: AT,
        app: { hostname: 'web-1', v: 0 },
      },
    },
    {
      logger: 'winston',
      line: { level: 'silly', message: 'tick', timestamp: AT },
      parsed: { message: 'tick', level: 'trace', created: AT },
    },
    {
      logger: 'zap',
      line: { level: 'dpanic', ts: MS / 1000, logger: 'ledger', caller: 'ledger/open.go:41', msg: 'opened' },
      parsed: { level: 'fatal', created: AT, logger: 'ledger', app: { caller: 'ledger/open.go:41' } },
    },
    {
      logger: 'logrus',
      line: { level: 'warning', time: '2026-11-22T10:41:07Z', msg: 'slow', error: 'timeout' },
      parsed: { level: 'warn', created: '2026-11-22T10:41:07Z', error: { message: 'timeout' } },
    },
    {
      logger: 'zerolog without a message',
      line: { level: 'error', error: 'timeout', time: Math.floor(MS / 1000) },
      parsed: { message: 'timeout', level: 'error', created: '2026-11-22T10:41:07.000Z' },
    },
    {
      logger: 'slog',
      line: { time: AT, level: 'INFO+2', source: { function: 'main.run', line: 4 }, msg: 'up' },
      parsed: { level: 'info', message: 'up', app: { source: { function: 'main.run', line: 4 } } },
    },
    {
      logger: 'python-json-logger',
      line: {
        levelname: 'CRITICAL',
        asctime: '2026-11-22 10:41:07,123',
        name: 'orders',
        message: 'no ledger',
        exc_info: 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: bad',
      },
      parsed: {
        level: 'fatal',
        logger: 'orders',
        created: undefined,
        error: {
          type: 'ValueError',
          message: 'bad',
          stack_trace: 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: bad',
        },
        app: { asctime: '2026-11-22 10:41:07,123' },
      },
    },
    {
      logger: 'python with level numbers',
      line: { levelno: 30, lineno: 12, message: 'careful' },
      parsed: { level: 'warn', app: { lineno: 12 } },
    },
    {
      logger: 'structlog',
      line: { event: 'ledger opened', level: 'info', timestamp: AT, logger: 'ledger', id: 7 },
      parsed: { message: 'ledger opened', logger: 'ledger', app: { id: 7 } },
    },
    {
      logger: 'Serilog CLEF',
      line: {
        '@t': AT,
        '@mt': 'Hello {User}, {@Items} and {Missing}',
        '@tr': '4bf92f3577b34da6a3ce929d0e0e4736',
        '@sp': '00f067aa0ba902b7',
        User: 'ann',
        Items: [1, 2],
        SourceContext: 'Shop.Greeter',
      },
      parsed: {
        message: 'Hello ann, [1,2] and {Missing}',
        level: 'info',
        logger: 'Shop.Greeter',
        trace: { id: '4bf92f3577b34da6a3ce929d0e0e4736' },
        span: { id: '00f067aa0ba902b7' },
        app: { User: 'ann', Items: [1, 2] },
      },
    },
    {
      logger: 'Serilog CLEF with an exception',
      line: { '@t': AT, '@m': 'failed', '@l': 'Fatal', '@x': 'System.IO.IOException: disk\n   at X.Y()' },
      parsed: {
        message: 'failed',
        level: 'fatal',
        error: { type: 'System.IO.IOException', message: 'disk' },
      },
    },
    {
      logger: 'logstash-logback',
      line: {
        '@timestamp': '2026-11-22T10:41:07.123+01:00',
        '@version': '1',
        message: 'cannot open',
        logger_name: 'com.acme.Ledger',
        thread_name: 'main',
        level: 'ERROR',
        level_value: 40000,
        stack_trace: 'java.lang.IllegalStateException: no ledger\n\tat a.B.c(B.java:1)\n',
      },
      parsed: {
        level: 'error',
        logger: 'com.acme.Ledger',
        created: '2026-11-22T10:41:07.123+01:00',
        error: { type: 'java.lang.IllegalStateException', message: 'no ledger' },
        app: { '@version': '1', thread_name: 'main', level_value: 40000 },
      },
    },
    {
      logger: 'Google Cloud',
      line: {
        severity: 'WARNING',
        message: 'slow',
        'logging.googleapis.com/trace': 'projects/shop/traces/06796866738c859f2f19b7cfb3214824',
        httpRequest: {
          requestMethod: 'GET',
          requestUrl: 'https://shop.example/a?b',
          status: 200,
          latency: '1s',
        },
      },
      parsed: {
        level: 'warn',
        trace: { id: '06796866738c859f2f19b7cfb3214824' },
        url: { original: 'https://shop.example/a?b', path: '/a' },
        http: { request: { method: 'GET' }, response: { status_code: 200 } },
        app: { httpRequest: { latency: '1s' } },
      },
    },
    {
      logger: 'ECS with dots',
      line: {
        '@timestamp': AT,
        'log.level': 'warn',
        message: 'slow',
        'ecs.version': '9.3.0',
        'trace.id': 'abc',
      },
      parsed: { level: 'warn', message: 'slow', trace: { id: 'abc' }, app: { 'ecs.version': '9.3.0' } },
    },
    {
      logger: 'ECS nested',
      line: {
        '@timestamp': AT,
        log: { level: 'warn', logger: 'ledger', origin: { file: { line: 3 } } },
        message: 'slow',
        trace: { id: 'abc' },
        http: { request: { method: 'GET' }, response: { status_code: 503, body: { bytes: 12 } } },
        url: { path: '/a' },
        error: { type: 'E', message: 'm', stack_trace: 'E: m\n\tat a.b(C.java:1)' },
      },
      parsed: {
        level: 'warn',
        logger: 'ledger',
        trace: { id: 'abc' },
        http: { request: { method: 'GET' }, response: { status_code: 503, body: { bytes: 12 } } },
        url: { original: '/a', path: '/a' },
        error: { type: 'E', message: 'm', stack_trace: 'E: m\n\tat a.b(C.java:1)' },
        app: { log: { origin: { file: { line: 3 } } } },
      },
    },
    {
      logger: 'MongoDB',
      line: {
        t: { $date: '2026-11-22T10:41:07.123+00:00' },
        s: 'E',
        c: 'NETWORK',
        id: 22943,
        ctx: 'listener',
        msg: 'refused',
        attr: { remote: '10.0.0.3:1' },
      },
      parsed: {
        level: 'error',
        logger: 'NETWORK',
        message: 'refused',
        app: { id: 22943, ctx: 'listener', attr: { remote: '10.0.0.3:1' } },
      },
    },
    {
      logger: 'GELF',
      line: { version: '1.1', host: 'web-1', short_message: 'refused', level: 3, _user: 'ann' },
      parsed: { message: 'refused', level: 'error', app: { version: '1.1', host: 'web-1', _user: 'ann' } },
    },
    {
      logger: 'monolog',
      line: {
        message: 'refused',
        level: 400,
        level_name: 'ERROR',
        channel: 'app',
        datetime: AT,
        context: {},
      },
      parsed: { level: 'error', logger: 'app', created: AT, app: { level: 400, context: {} } },
    },
    {
      logger: 'Datadog’s library',
      line: {
        level: 'info',
        message: 'x',
        dd: { trace_id: '5208512171318403364', span_id: '0', env: 'prod' },
      },
      parsed: { trace: { id: '5208512171318403364' }, app: { dd: { env: 'prod' }, 'dd.span_id': '0' } },
    },
    {
      logger: 'a W3C traceparent',
      line: { msg: 'x', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
      parsed: { trace: { id: '4bf92f3577b34da6a3ce929d0e0e4736' }, span: { id: '00f067aa0ba902b7' } },
    },
    {
      logger: 'Caddy’s access log',
      line: {
        level: 'error',
        ts: MS / 1000,
        logger: 'http.log.access',
        msg: 'handled request',
        request: { remote_ip: '10.0.0.3', method: 'GET', uri: '/a', host: 'shop.example' },
        status: 502,
        size: 12,
      },
      parsed: {
        message: 'handled request',
        level: 'error',
        source: { ip: '10.0.0.3' },
        http: { request: { method: 'GET' }, response: { status_code: 502, body: { bytes: 12 } } },
        app: { request: { host: 'shop.example' } },
      },
    },
    {
      logger: 'Traefik’s access log, where the status says more than its level',
      line: {
        ClientHost: '10.0.0.3',
        DownstreamStatus: 502,
        RequestMethod: 'GET',
        RequestPath: '/a',
        level: 'info',
        msg: '',
      },
      parsed: {
        message: 'GET /a 502',
        level: 'error',
        levelSource: 'status',
        app: { level: 'info', msg: '' },
      },
    },
    {
      logger: 'nginx’s own JSON format',
      line: {
        remote_addr: '10.0.0.3',
        request_method: 'GET',
        request_uri: '/a',
        status: '404',
        body_bytes_sent: '12',
      },
      parsed: {
        message: 'GET /a 404',
        level: 'warn',
        levelSource: 'status',
        http: { request: { method: 'GET' }, response: { status_code: 404, body: { bytes: 12 } } },
      },
    },
  ])('reads $logger', ({ line, parsed }) => {
    expect(parseJsonLine(JSON.stringify(line))).toMatchObject(parsed);
  });
});

describe('fields that only look like ours', () => {
  it.each([
    { why: 'a status without a request', line: { msg: 'x', status: 404 }, app: { status: 404 } },
    {
      why: 'a path without a request',
      line: { msg: 'x', path: '/data/a.csv', size: 3 },
      app: { path: '/data/a.csv', size: 3 },
    },
    { why: 'a method that is none of HTTP', line: { msg: 'x', method: 'card' }, app: { method: 'card' } },
    { why: 'a level that is none', line: { msg: 'x', level: 'gold' }, app: { level: 'gold' } },
    { why: 'a small number as level', line: { msg: 'x', level: 3 }, app: { level: 3 } },
    {
      why: 'a name that is no logger’s',
      line: { msg: 'x', level: 'info', name: 'ann' },
      app: { name: 'ann' },
    },
    { why: 's and c without MongoDB', line: { msg: 'x', s: 'E', c: 'd' }, app: { s: 'E', c: 'd' } },
    {
      why: 'a time without a zone',
      line: { msg: 'x', time: '2026-11-22T10:41:07' },
      app: { time: '2026-11-22T10:41:07' },
    },
    { why: 'a pid that is none', line: { msg: 'x', pid: -1 }, app: { pid: -1 } },
    {
      why: 'objects where values are expected',
      line: { msg: 'x', level: { a: 1 }, time: [1] },
      app: { level: { a: 1 }, time: [1] },
    },
    { why: 'nothing', line: { msg: 'x', err: null }, app: { err: null } },
  ])('stay under app: $why', ({ line, app }) => {
    const parsed = parseJsonLine(JSON.stringify(line));
    expect(parsed?.app).toEqual(app);
    expect(parsed?.http).toBeUndefined();
  });

  it('keeps both when two names say the same thing', () => {
    expect(parseJsonLine('{"msg":"b","message":"a","log":{"level":"warn"},"level":"info"}')).toMatchObject({
      message: 'a',
      level: 'warn',
      app: { msg: 'b', level: 'info' },
    });
  });
});
