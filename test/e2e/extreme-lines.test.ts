/** Lines no one should print: each is one record, memory stays bounded, and the last one is kept. From both sources. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { rssBytesOf } from '../bench/process-cost.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

const MIB = 2 ** 20;
const GARBAGE_MB = isLongRun ? 100 : 5;
/** The collector's default: longer lines are cut here and say so. */
const MAX_LINE_BYTES = MIB;

/** What a container prints before it ends by itself; the last record is what it printed last. */
const PRINTS: Record<
  string,
  { flags?: string[]; script: string; last: (record: LogRecord) => void; count?: number }
> = {
  'a line of 16 MiB': {
    script: `head -c ${16 * MIB} /dev/zero | tr '\\0' 'x'; echo; echo after`,
    count: 2,
    last: record => expect(record.message).toBe('after'),
  },
  'no newline at the exit': {
    script: 'echo first; printf "the very last words"',
    count: 2,
    last: record => expect(record.message).toBe('the very last words'),
  },
  'a TTY with lines of 20 KB': {
    flags: ['-t'],
    script: `for i in 1 2 3; do head -c 20000 /dev/zero | tr '\\0' "$i"; echo; done; echo after`,
    count: 4,
    last: record => expect(record.message).toBe('after'),
  },
  'garbage without sense': {
    script: `head -c ${GARBAGE_MB * 1_000_000} /dev/urandom; echo; echo after`,
    last: record => expect(record.message).toBe('after'),
  },
};

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
});
afterAll(() => engine?.stop());

describe.each(['api', 'file'])('through %s', source => {
  let stack: Stack;
  let rssBefore = 0;
  beforeAll(async () => {
    stack = await startStack({ dockerHost: engine.dockerHost, env: { QUAYLOG_SOURCE: source } });
    await eventually(
      () => stack.get<{ hosts: unknown[] }>('/api/v1/hosts').then(({ hosts }) => hosts.length > 0),
      {
        what: 'the collector reports',
      },
    );
    rssBefore = rssBytesOf(stack.collector().pid);
  });
  afterAll(() => stack?.stop());

  it.each(Object.entries(PRINTS))(
    '%s',
    { timeout: 180_000 },
    async (what, { flags = [], script, last, count }) => {
      const name = `${source}-${what.replaceAll(/\W+/g, '-')}`;
      await engine.docker([
        'run',
        '-d',
        '--name',
        name,
        ...flags,
        'quaylog-test/busybox',
        'sh',
        '-c',
        script,
      ]);
      await engine.docker(['wait', name]);
      const records = await eventually(
        async () => {
          const all = await readAllLogs(stack, `container:"${name}"`);
          return (count === undefined ? all.at(-1)?.message === 'after' : all.length >= count) && all;
        },
        { what: `the records of ${name}`, withinMs: 120_000, everyMs: 300 },
      );
      if (count !== undefined) expect(records).toHaveLength(count);
      last(records.at(-1)!);
      for (const record of records)
        expect(Buffer.byteLength(record.event.original ?? record.message)).toBeLessThanOrEqual(
          MAX_LINE_BYTES * 1.01,
        );
    },
  );

  it('in bounded memory', () => {
    const grownMiB = (rssBytesOf(stack.collector().pid) - rssBefore) / MIB;
    noteFigure({
      fault: `16 MiB line, ${GARBAGE_MB} MB of garbage, no newline at exit, TTY with 20 KB lines (${source})`,
      bar: 'one record each, bounded memory, last line kept',
      figure: `one record each, last line kept, collector grew by ${Math.round(grownMiB)} MiB`,
    });
    expect(grownMiB).toBeLessThan(256);
  });
});
