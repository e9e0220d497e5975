/** `quaylog logs` and `quaylog events` as people use them: in a pipe, on a terminal, with a mistake in the query. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { startProgram, type Program } from '../support/program.ts';
import { countLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { runOnTerminal } from '../support/terminal.ts';

const FOLLOWED = 600;
/** A colour, the title of the window, the clipboard, and the cursor to the top. */
const ESCAPES = '\u001b[31mred\u001b[0m\u001b]0;owned\u0007\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u001b[H end';

let engine: TestEngine;
let stack: Stack;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost });
  const escapes = ESCAPES.replaceAll('\u001b', '\\033').replaceAll('\u0007', '\\007');
  await run('painter', `printf "${escapes}\\n"`);
  await run('worker', 'echo "level=error msg=\\"no ledger\\""; echo "level=info msg=fine"; exit 3');
  await eventually(async () => (await countLogs(stack, 'container:painter or container:worker')) === 3, {
    what: 'three lines',
  });
});

afterAll(async () => {
  await stack?.stop();
  await engine?.stop();
});

const run = (name: string, command: string) =>
  engine.docker(['run', '-d', '--name', name, 'quaylog-test/busybox', 'sh', '-c', command]);

const start = (args: string[]): Program =>
  startProgram({ args, env: { QUAYLOG_INDEXER_URL: stack?.url ?? '' } });

async function quaylog(...args: string[]) {
  const program = start(args);
  const code = await program.exitCode();
  const lines = (text: string) => text.split('\n').filter(line => line !== '');
  return { code, out: lines(program.stdout()), all: program.output() };
}

describe('quaylog logs', () => {
  it('prints what matches, as people read it', async () => {
    const { code, out } = await quaylog('logs', 'level:error', '--since', '1h');
    expect(code).toBe(0);
    expect(out).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} E worker +│ .*no ledger/)]);
  });

  it('prints one record a line with --json, the text as the container wrote it', async () => {
    const { code, out } = await quaylog('logs', 'container:painter', '--since', '1h', '--json');
    expect(code).toBe(0);
    const [record, ...others] = out.map(line => JSON.parse(line) as LogRecord);
    expect(others).toEqual([]);
    expect(record?.event.original ?? record?.message).toBe(ESCAPES);
    expect(out[0]).not.toContain('\u001b');
  });

  it('lets no container speak to the terminal, except in colour', async () => {
    const output = await runOnTerminal(['logs', 'container:painter', '--since', '1h'], {
      QUAYLOG_INDEXER_URL: stack.url,
    });
    expect(output).toContain('\u001b[31mred');
    expect(output).toContain('end');
    expect(output).not.toContain('\u001b]');
    expect(output).not.toContain('\u0007');
    expect(output.replaceAll(/\u001b\[[\d;]*m/g, '')).not.toContain('\u001b');
    expect(output).not.toContain('owned');
  });

  it('says where a query is wrong', async () => {
    const { code, out, all } = await quaylog('logs', 'level:error and (container:x', '--since', '1h');
    expect(code).toBe(2);
    expect(out).toEqual([]);
    expect(all).toMatch(/`\)` is missing/);
    const [query = '', mark = ''] = all.split('\n').slice(1);
    expect(query[mark.indexOf('^')]).toBe('(');
  });

  it.each([['logs', '--since', 'tuesday'], ['logs', '-n', 'many'], ['logs', '--colour'], ['lgos']])(
    'refuses %s %s %s',
    async (...args) => {
      const { code, out, all } = await quaylog(...args);
      expect(code).toBe(2);
      expect(out).toEqual([]);
      expect(all).toContain(args.at(-1));
    },
  );

  it('says so when no indexer answers', async () => {
    const { code, all } = await quaylog('logs', '--url', 'http://127.0.0.1:9');
    expect(code).toBe(1);
    expect(all).toMatch(/no indexer answers at http:\/\/127\.0\.0\.1:9.*npm start.*--url/);
  });

  it(`-f prints each line once, also across a restart of the indexer`, async () => {
    const follower = start(['logs', '-f', 'container:ticker', '--json']);
    await run('ticker', `i=0; while [ $i -lt ${FOLLOWED} ]; do i=$((i+1)); echo "tick $i"; sleep 0.01; done`);
    const ticks = () =>
      follower
        .stdout()
        .split('\n')
        .slice(0, -1)
        .map(line => (JSON.parse(line) as LogRecord).message);
    await eventually(() => ticks().length > 50, { what: 'the first ticks' });
    await stack.restart('indexer');
    await eventually(() => new Set(ticks()).size === FOLLOWED, { what: 'all ticks' });
    expect(ticks()).toHaveLength(FOLLOWED);
    expect(follower.output()).toContain('connection to the indexer lost');
    await follower.kill('SIGINT');
  });
});

describe('quaylog events', () => {
  it('prints the life of a container, and why it died', async () => {
    const { code, out } = await eventually(
      async () => {
        const answer = await quaylog('events', '--container', 'worker');
        return answer.all.includes('crash:') && answer;
      },
      { what: 'the classified death' },
    );
    expect(code).toBe(0);
    expect(out.map(line => line.split(/\s+/)[1])).toEqual(['create', 'start', 'die']);
  });

  it('prints one event a line with --json', async () => {
    const { out } = await quaylog('events', '--container', 'worker', '--json');
    const events = out.map(line => JSON.parse(line) as ContainerEvent);
    expect(events.at(-1)).toMatchObject({ event: { action: 'die' }, process: { exit_code: 3 } });
  });
});

describe('quaylog', () => {
  it('--version and --help end with 0', async () => {
    expect(await quaylog('--version')).toMatchObject({
      code: 0,
      out: [expect.stringMatching(/^\d+\.\d+\.\d+$/)],
    });
    const { code, all } = await quaylog('--help');
    expect(code).toBe(0);
    for (const command of ['up', 'collector', 'indexer', 'logs', 'events']) expect(all).toContain(command);
  });

  it('up --help lists the settings', async () => {
    const { code, all } = await quaylog('up', '--help');
    expect(code).toBe(0);
    expect(all).toContain('QUAYLOG_LISTEN');
    expect(all).toContain('--docker-host');
  });
});
