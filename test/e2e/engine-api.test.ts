/** Lines read through the engine's API: what its follow misses is read late or told as missing, and the audit proves it. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { EventList, LogPage } from '#contract/query.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { noteFigure } from '../support/fault-figures.ts';
import { freePort, startProgram } from '../support/program.ts';
import { readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

const LONG = process.env['QUAYLOG_TEST_FAULTS'] === 'long';

let engine: TestEngine;
let stack: Stack;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost, env: { QUAYLOG_SOURCE: 'api' } });
});

afterAll(async () => {
  await stack?.stop();
  await engine?.stop();
});

const run = (name: string, flags: string[], command: string) =>
  engine.docker(['run', '-d', '--name', name, ...flags, 'quaylog-test/busybox', 'sh', '-c', command]);

const untilLast = (name: string, lines: number): Promise<LogRecord[]> =>
  eventually(
    async () => {
      const records = await readAllLogs(stack, `container:${name}`);
      return Number.parseInt(records.at(-1)?.message ?? '', 10) === lines && records;
    },
    { what: `line ${lines} of ${name}`, withinMs: LONG ? 300_000 : 60_000, everyMs: LONG ? 5_000 : 500 },
  );

async function quaylog(args: string[], url = stack.url) {
  const env = { QUAYLOG_INDEXER_URL: url, DOCKER_HOST: engine.dockerHost };
  const program = startProgram({ args, env });
  return { code: await program.exitCode(), out: program.stdout(), all: program.output() };
}

/** A number that is not there, and the stamps of the lines around it. */
type Loss = { after: number; from: string; to: string };

/** Fails when a number comes twice or goes back. */
function lossesOf(records: LogRecord[]): Loss[] {
  let [last, lastStamp] = [0, ''];
  return records.flatMap(({ message, '@timestamp': to }) => {
    const loss = { after: last, from: lastStamp || to, to };
    const step = Number.parseInt(message, 10) - last;
    expect(step).toBeGreaterThan(0);
    [last, lastStamp] = [last + step, to];
    return step > 1 ? [loss] : [];
  });
}

async function untold(name: string, losses: Loss[]): Promise<Loss[]> {
  const path = `/api/v1/events?container=${name}&action=log-gap&from=now-1h&limit=1000`;
  const gaps = (await stack.get<EventList>(path)).events.map(({ gap }) => gap);
  return losses.filter(loss => !gaps.some(gap => gap && gap.from <= loss.from && gap.to >= loss.to));
}

/** Prints numbered lines of 200 bytes, so many a burst with a rest of 50 ms between. */
const printBursts = (lines: number, burst: number): string =>
  `i=0; while [ $i -lt ${lines} ]; do awk -v a=$((i+1)) -v b=$((i+${burst})) ` +
  `'BEGIN { for (k = a; k <= b; k++) printf "%d %0190d\\n", k, 0 }'; i=$((i+${burst})); sleep 0.05; done`;

/**
 * Prints numbered lines of about 100 bytes at a rate that the clock gives. What it could not print in time it prints later, a tenth
 * of a second's worth at once at most.
 */
const printAtRate = (lines: number, rate: number): string =>
  `awk -v rate=${rate} -v lines=${lines} '
    function uptime(text) { getline text < "/proc/uptime"; close("/proc/uptime"); return text + 0 }
    BEGIN {
      pad = sprintf("%094d", 0)
      for (last = uptime(); n < lines; system("usleep 10000")) {
        now = uptime()
        due += (now - last) * rate
        if (due > rate / 10) due = rate / 10
        for (last = now; due >= 1 && n < lines; due--) print ++n " " pad
      }
    }'`;

/** Lines a second, by the engine's stamps. */
function rateOf(records: LogRecord[]): number {
  const [first, last] = [records[0], records.at(-1)];
  const seconds = (Date.parse(last?.['@timestamp'] ?? '') - Date.parse(first?.['@timestamp'] ?? '')) / 1_000;
  return (Number.parseInt(last?.message ?? '', 10) - Number.parseInt(first?.message ?? '', 10)) / seconds;
}

const RATES = LONG ? [5_000, 10_000, 20_000] : [];
const RATE_SECONDS = 15;

describe('a log that rotates', () => {
  it.each([
    {
      title: 'as fast as a shell can print, in files of 20 kB',
      size: '20k',
      files: 2,
      command: 'seq 1 30000',
      lines: 30_000,
    },
    {
      title: 'at thousands of lines a second',
      size: '1m',
      files: 2,
      command: printBursts(30_000, 500),
      lines: 30_000,
    },
    {
      title: 'in a single file that is emptied',
      size: '1m',
      files: 1,
      command: printBursts(20_000, 500),
      lines: 20_000,
    },
    ...(LONG
      ? [
          {
            title: 'for a while',
            size: '1m',
            files: 2,
            command: printBursts(300_000, 1_000),
            lines: 300_000,
          },
          { title: 'at full speed', size: '1m', files: 2, command: 'seq 1 500000', lines: 500_000 },
        ]
      : []),
    ...RATES.map(rate => ({
      title: `at ${rate.toLocaleString('en')} lines/s of 100 bytes`,
      size: '1m',
      files: 2,
      command: printAtRate(RATE_SECONDS * rate, rate),
      lines: RATE_SECONDS * rate,
    })),
  ])(
    '$title: every line is stored once, or lies in a gap that is told',
    async ({ title, size, files, command, lines }) => {
      const name = `rotating-${title.replaceAll(/\W/g, '-')}`;
      await run(name, ['--log-opt', `max-size=${size}`, '--log-opt', `max-file=${files}`], command);
      const records = await untilLast(name, lines);
      await eventually(async () => (await untold(name, lossesOf(records))).length === 0, {
        what: 'every loss told',
        withinMs: 20_000,
        everyMs: 500,
      });
      noteFigure({
        fault: `rotation ${size} × ${files} through the API, ${title}`,
        bar: 'lost 0 to 20,000 lines/s; beyond that every loss in a gap record; doubled 0',
        figure: `printed at ${Math.round(rateOf(records)).toLocaleString('en')} lines/s; ${records.length.toLocaleString('en')} of ${lines.toLocaleString('en')} lines stored, ${records.length === lines ? 'lost 0' : 'the rest told as missing'}; doubled 0`,
      });
    },
  );
});

describe('quaylog audit', () => {
  it('says that all is there, and exits with 0', async () => {
    await run('complete', [], 'seq 1 500; echo oops >&2');
    await eventually(async () => (await readAllLogs(stack, 'container:complete')).length === 501, {
      what: '501 lines',
    });
    const audit = await eventually(
      async () => {
        const one = await quaylog(['audit', 'complete', '--since', '1h', '--json']);
        return one.out.includes('"read":501') && one;
      },
      { what: 'lines old enough to be audited', withinMs: 40_000, everyMs: 1_000 },
    );
    expect(JSON.parse(audit.out)).toMatchObject({ read: 501, stored: 501, missingCount: 0, untold: 0 });
    expect(audit.code).toBe(0);
  });

  it('names what the store has not, and exits with 1', async () => {
    const { server, url } = await withhold(record => record.message === '250' || record.message === '300');
    try {
      const { code, out } = await quaylog(['audit', 'complete', '--since', '1h', '--url', url]);
      expect(out).toContain('501 records in the engine');
      expect(out).toContain('2 records are missing, and nobody was told');
      const [missing] = await readAllLogs(stack, 'container:complete and message:250');
      expect(out).toContain(`missing: ${missing?.['@timestamp']}, and no gap tells of it`);
      expect(code).toBe(1);
    } finally {
      server.close();
    }
  });

  it('says what it does not know', async () => {
    const { code, all } = await quaylog(['audit', 'nobody']);
    expect(all).toContain('the engine has no container nobody');
    expect(code).toBe(2);
  });
});

/** The indexer as it would answer without these records. */
async function withhold(isHidden: (record: LogRecord) => boolean): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void stack.get<LogPage>(request.url ?? '').then(answer => {
      const records = 'records' in answer ? { records: answer.records.filter(one => !isHidden(one)) } : {};
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...answer, ...records }));
    });
  });
  const port = await freePort();
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${port}` };
}
