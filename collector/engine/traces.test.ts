import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from './lines.ts';
import { createTraceJoiner, type TraceJoiner, type TraceJoinerOptions } from './traces.ts';

/** What comes out when this line goes in. */
function pushed(joiner: Pick<TraceJoiner, 'push'>, line: Line): Line[] {
  const out: Line[] = [];
  joiner.push(line, out);
  return out;
}

const MS = 1_000_000;
const START = Date.parse('2026-11-22T10:41:07Z');

function stampAt(nanoseconds: number): string {
  const second = new Date(START + Math.floor(nanoseconds / 1e9) * 1000).toISOString().slice(0, 19);
  return `${second}.${String(nanoseconds % 1e9).padStart(9, '0')}Z`;
}

/** Lines `gapNs` apart, ordinal by place so that each is told from the others. */
function linesOf(texts: string[], gapNs = 20_000): Line[] {
  return texts.map((text, i) => ({
    stamp: stampAt(i * gapNs),
    ordinal: i,
    stream: 2,
    text,
    bytes: Buffer.byteLength(text),
    flags: 0,
  }));
}

function join(lines: Line[], options?: TraceJoinerOptions): Line[] {
  const joiner = createTraceJoiner(options);
  return [...lines.flatMap(line => pushed(joiner, line)), ...joiner.flush()];
}

const joinTexts = (texts: string[]): string[] => join(linesOf(texts)).map(line => line.text);

const BEFORE = 'ready to serve';
const AFTER = 'GET /health 200';

const TRACES: Record<string, string> = {
  'java with causes': `java.lang.IllegalStateException: no ledger
\tat com.acme.ledger.Ledger.open(Ledger.java:41)
\tat com.acme.ledger.Main.main(Main.java:9)
\tSuppressed: java.io.IOException: also this
\t\tat com.acme.ledger.Ledger.close(Ledger.java:60)
Caused by: java.net.ConnectException: refused
\tat java.base/sun.nio.ch.Net.connect0(Native Method)
\t... 12 more`,
  'java below a log line': `2026-11-22 10:41:07,123 ERROR [main] c.a.l.Ledger - cannot open
java.lang.IllegalStateException: no ledger
\tat com.acme.ledger.Ledger.open(Ledger.java:41)`,
  'java uncaught': `Exception in thread "main" java.lang.OutOfMemoryError: Java heap space
\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)`,
  python: `Traceback (most recent call last):
  File "/app/main.py", line 12, in <module>
    serve()
  File "/app/main.py", line 8, in serve
    raise ValueError("no port")
ValueError: no port`,
  'python below logging.exception': `ERROR:orders:could not charge
Traceback (most recent call last):
  File "/app/orders.py", line 30, in charge
    gateway.charge(card)
    ~~~~~~~~~~~~~~^^^^^^
acme.errors.Declined`,
  'python chained': `Traceback (most recent call last):
  File "/app/main.py", line 3, in f
    {}["a"]
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 5, in <module>
    f()
RuntimeError: no a`,
  'python exception group': `  + Exception Group Traceback (most recent call last):
  |   File "/app/main.py", line 4, in <module>
  |     run()
  | ExceptionGroup: two of them (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: first
    +------------------------------------`,
  'python with a driver’s detail': `Traceback (most recent call last):
  File "/app/db.py", line 7, in save
    session.commit()
sqlalchemy.exc.IntegrityError: (psycopg.errors.UniqueViolation) duplicate key
DETAIL:  Key (id)=(7) already exists.

[SQL: INSERT INTO orders (id) VALUES (%(id)s)]
[parameters: {'id': 7}]
(Background on this error at: https://sqlalche.me/e/20/gkpj)`,
  node: `TypeError: Cannot read properties of undefined (reading 'id')
    at charge (/app/orders.js:10:15)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`,
  'node with properties and cause': `Error: connect ECONNREFUSED 10.0.0.9:5432
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16) {
  errno: -111,
  code: 'ECONNREFUSED',
  [cause]: Error: inner
      at inner (/app/x.js:1:1)
}`,
  'node uncaught': `/app/index.js:3
throw new Error('boom');
^

Error: boom
    at Object.<anonymous> (/app/index.js:3:7)

Node.js v24.1.0`,
  'node unhandled rejection': `node:internal/process/promises:394
      triggerUncaughtException(err, true /* fromPromise */);
      ^

RangeError: too far
    at walk (/app/walk.js:4:9)`,
  'go panic': `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47b1c2]

goroutine 1 [running]:
main.(*Ledger).Open(0x0)
\t/src/ledger.go:41 +0x1d
main.main()
\t/src/main.go:9 +0x85
exit status 2`,
  'go panic served by net/http': `2026/11/22 10:41:07 http: panic serving 10.0.0.3:41234: no ledger
goroutine 19 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1947 +0xb0
panic({0x6a3be0?, 0x7a1c50?})
\t/usr/local/go/src/runtime/panic.go:785 +0x124
created by net/http.(*Server).Serve in goroutine 1
\t/usr/local/go/src/net/http/server.go:3360 +0x485`,
  'go deadlock': `fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:
main.main()
\t/src/main.go:5 +0x2c`,
  rust: `thread 'main' panicked at src/main.rs:4:10:
called \`Option::unwrap()\` on a \`None\` value
stack backtrace:
   0: rust_begin_unwind
note: run with \`RUST_BACKTRACE=full\` for a verbose backtrace`,
  ruby: `app.rb:3:in 'Ledger#open': no ledger (RuntimeError)
\tfrom app.rb:7:in '<main>'`,
  php: `PHP Fatal error:  Uncaught RuntimeException: no ledger in /app/ledger.php:3
Stack trace:
#0 /app/index.php(7): open_ledger()
#1 {main}
  thrown in /app/ledger.php on line 3`,
  '.NET': `Unhandled exception. System.InvalidOperationException: no ledger
 ---> System.IO.IOException: disk
   at Ledger.Read() in /src/Ledger.cs:line 12
   --- End of inner exception stack trace ---
   at Program.<Main>$(String[] args) in /src/Program.cs:line 3`,
  'a line of .NET’s console logger': `info: Microsoft.Hosting.Lifetime[14]
      Now listening on: http://[::]:8080`,
};

describe('stack traces', () => {
  it.each(Object.entries(TRACES))('joins %s', (_, trace) => {
    expect(joinTexts([BEFORE, ...trace.split('\n'), AFTER])).toEqual([BEFORE, trace, AFTER]);
  });

  it.each(Object.entries(TRACES))('tells two of %s apart when they follow at once', (name, trace) => {
    // A go dump has no end of its own: the next panic may belong to it, and so does the exception below a cut node quote.
    if (/^go |^node uncaught/.test(name)) return;
    expect(joinTexts([...trace.split('\n'), ...trace.split('\n')])).toEqual([trace, trace]);
  });

  it('keeps stamp and ordinal of the first line, the sum of bytes and every flag', () => {
    const lines = linesOf(['Error: ä', '    at f (/app/x.js:1:1)']);
    lines[1]!.flags = 2;
    expect(join(lines)).toEqual([
      { ...lines[0]!, text: 'Error: ä\n    at f (/app/x.js:1:1)', bytes: 33, flags: 2 },
    ]);
  });
});

describe('lines that are no trace', () => {
  it.each([
    ['indented lines below an ordinary one', ['listening', '  on port 80', '  on port 443']],
    ['repeated errors', ['Error: refused', 'Error: refused', 'Error: refused']],
    [
      'log lines with time and level',
      ['10:41:07 ERROR a failed', '10:41:07 ERROR b failed', '10:41:07 INFO  c'],
    ],
    ['JSON between frames', ['Error: x', '{"level":"info","msg":"y"}', '    at f (/a.js:1:1)']],
    ['a record right after a traceback’s frames', ['Traceback (most recent call last):', 'INFO: go on']],
    ['blank lines', ['', 'Error: x', '', 'y']],
    ['a lonely path', ['/app/index.js:3', '2026-11-22 10:41:07 INFO ok']],
  ])('keeps %s apart', (_, texts) => {
    expect(joinTexts(texts)).toEqual(texts);
  });

  it('pass at once as the very objects that came', () => {
    const joiner = createTraceJoiner();
    for (const line of linesOf([BEFORE, '{"error":"yes"}', '  indented', '', AFTER])) {
      expect(pushed(joiner, line)).toEqual([line]);
      expect(pushed(joiner, line)[0]).toBe(line);
      expect(joiner.held).toBeNull();
    }
  });
});

describe('limits', () => {
  const frames = Array.from({ length: 9 }, (_, i) => `    at f${i} (/app/x.js:1:1)`);

  it('ends a trace when the engine’s stamps are 50 ms apart, however soon it is pushed', () => {
    expect(join(linesOf(['Error: x', frames[0]!], 49 * MS))).toHaveLength(1);
    expect(join(linesOf(['Error: x', frames[0]!], 50 * MS))).toHaveLength(2);
  });

  it('joins across the border of a second', () => {
    const [a, b] = linesOf(['Error: x', frames[0]!]);
    expect(
      join([
        { ...a!, stamp: stampAt(1e9 - 1) },
        { ...b!, stamp: stampAt(1e9 + 1) },
      ]),
    ).toHaveLength(1);
    expect(
      join([
        { ...a!, stamp: stampAt(1e9 - 1) },
        { ...b!, stamp: stampAt(2e9 - 1) },
      ]),
    ).toHaveLength(2);
  });

  it('lets the rest of a too long trace pass line by line', () => {
    const joined = join(linesOf(['Error: x', ...frames]), { maxLines: 4 }).map(line => line.text);
    expect(joined).toEqual([['Error: x', ...frames.slice(0, 3)].join('\n'), ...frames.slice(3)]);
  });

  it('does not join beyond the byte limit', () => {
    const lines = linesOf(['Error: x', ...frames]);
    for (const line of join(lines, { maxBytes: 64 })) expect(line.bytes).toBeLessThanOrEqual(64);
  });

  it('holds only while a trace may go on, and says from where', () => {
    const joiner = createTraceJoiner();
    const [header, frame, other] = linesOf(['Error: x', frames[0]!, AFTER]);
    expect(pushed(joiner, header!)).toEqual([]);
    expect(pushed(joiner, frame!)).toEqual([]);
    expect(joiner.held).toMatchObject({ stamp: header!.stamp, ordinal: header!.ordinal });
    expect(pushed(joiner, other!)).toHaveLength(2);
    expect(joiner.held).toBeNull();
  });
});

describe('invariants', () => {
  const pieces = [...new Set(Object.values(TRACES).flatMap(trace => trace.split('\n')))];
  const someText = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    { weight: 2, arbitrary: fc.constantFrom(BEFORE, AFTER, '', '{"a":1}', '10:41:07 WARN careful') },
    { weight: 1, arbitrary: fc.string() },
  );
  const someTrace = fc.oneof(
    fc.array(someText, { maxLength: 6 }),
    fc.constantFrom(...Object.values(TRACES)).map(trace => trace.split('\n')),
  );
  const someGap = fc.constantFrom(0, 1000, 30 * MS, 49 * MS, 51 * MS, 400 * MS, 1200 * MS);
  /** A stream with traces in it, and after each line whether the wall clock gave up waiting. */
  const someStream = fc
    .array(someTrace, { maxLength: 6 })
    .chain(traces => {
      const texts = traces.flat();
      const size = { minLength: texts.length, maxLength: texts.length };
      return fc.tuple(fc.constant(texts), fc.array(someGap, size), fc.array(fc.nat(5), size));
    })
    .map(([texts, gaps, flushes]) => {
      let at = 0;
      const lines = linesOf(texts).map((line, i) => ({ ...line, stamp: stampAt((at += gaps[i]!)) }));
      return { lines, flushAfter: flushes.map(n => n === 0) };
    });

  const numbersOf = (line: Line, count: number) => Array.from({ length: count }, (_, i) => line.ordinal + i);
  /** A group as the ordinals of its lines. */
  const groupsOf = (lines: Line[]) => lines.map(line => numbersOf(line, countLines(line)));
  const countLines = (line: Line) => line.text.split('\n').length;

  it('neither loses, doubles nor reorders a line', () => {
    fc.assert(
      fc.property(someStream, ({ lines, flushAfter }) => {
        fc.pre(lines.every(line => !line.text.includes('\n')));
        const joiner = createTraceJoiner();
        const out = lines.flatMap((line, i) => [
          ...pushed(joiner, line),
          ...(flushAfter[i] ? joiner.flush() : []),
        ]);
        out.push(...joiner.flush());
        expect(out.map(line => line.text).join('\n')).toBe(lines.map(line => line.text).join('\n'));
        expect(groupsOf(out).flat()).toEqual(lines.map(line => line.ordinal));
      }),
    );
  });

  it('replays from the start of any group into the same groups', () => {
    fc.assert(
      fc.property(someStream, ({ lines }) => {
        const all = join(lines);
        for (const [i, group] of all.entries()) {
          expect(join(lines.slice(lines.findIndex(l => l.ordinal === group.ordinal)))).toEqual(all.slice(i));
        }
      }),
    );
  });

  it('cuts nothing but the open group when a flush comes too early', () => {
    fc.assert(
      fc.property(someStream, ({ lines, flushAfter }) => {
        fc.pre(lines.every(line => !line.text.includes('\n')));
        const whole = groupsOf(join(lines));
        const joiner = createTraceJoiner();
        const out: Line[] = [];
        for (const [i, line] of lines.entries()) {
          out.push(...pushed(joiner, line));
          if (flushAfter[i]) out.push(...joiner.flush());
        }
        out.push(...joiner.flush());
        const expected = whole.flatMap(group => {
          const cut = group.findIndex(ordinal => flushAfter[ordinal]);
          return cut < 0 ? [group] : [group.slice(0, cut + 1), ...group.slice(cut + 1).map(n => [n])];
        });
        expect(groupsOf(out)).toEqual(expected);
      }),
    );
  });

  it('is where it says: what is out ends right before `held`', () => {
    fc.assert(
      fc.property(someStream, ({ lines }) => {
        fc.pre(lines.every(line => !line.text.includes('\n')));
        const joiner = createTraceJoiner();
        let out = 0;
        for (const [i, line] of lines.entries()) {
          for (const done of pushed(joiner, line)) out += countLines(done);
          expect(joiner.held?.ordinal ?? i + 1).toBe(out);
        }
      }),
    );
  });
});
