/** What labels and filters bring about on a real engine, and what `quaylog check` says about it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostList } from '#contract/batch.ts';
import type { CheckReport } from '#contract/check-report.ts';
import type { ContainerList } from '#contract/container.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { startProgram } from '../support/program.ts';
import { countLogs, readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

let engine: TestEngine;
let stack: Stack;

const EXCLUDE = 'name:noisy*';

type Container = { name: string; script: string; labels?: Record<string, string>; options?: string[] };

async function run({ name, script, labels = {}, options = [] }: Container): Promise<void> {
  const flags = Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`]);
  await engine.docker([
    'run',
    '-d',
    '--name',
    name,
    ...flags,
    ...options,
    'quaylog-test/busybox',
    'sh',
    '-c',
    script,
  ]);
}

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost, env: { QUAYLOG_EXCLUDE: EXCLUDE } });
  await run({
    name: 'shop-cart-1',
    script: String.raw`printf '1 added token=abc123\n  apple\n  pear\n2 GET /health\n3 done\n'; sleep 600`,
    labels: {
      'quaylog.multiline': String.raw`^\d `,
      'quaylog.exclude_lines': '/health',
      'quaylog.mask': String.raw`token=\w+`,
      'com.datadoghq.tags.service': 'cart',
      'com.datadoghq.tags.version': '7',
      'com.docker.compose.project': 'shop',
      'com.docker.compose.service': 'cart-service',
    },
  });
  await run({
    name: 'only-health',
    script: 'for i in 1 2 3; do echo "GET /health $i"; done; sleep 600',
    labels: { 'co.elastic.logs/exclude_lines': '/health' },
  });
  await run({ name: 'raw', script: `echo '{"msg":"x"}'`, labels: { 'quaylog.parse': 'none' } });
  await run({ name: 'noisy-1', script: 'echo noise' });
  await run({ name: 'off', script: 'echo no', labels: { 'logspout.exclude': 'true' } });
  await run({
    name: 'mistaken',
    script: 'echo still here',
    labels: { 'quaylog.parse': 'xml', 'quaylog.mask': '(' },
  });
  await eventually(
    async () =>
      (await countLogs(stack, 'container:shop-cart-1 or container:raw or container:mistaken')) === 4,
    { what: 'four records' },
  );
}, 120_000);

afterAll(async () => {
  await stack?.stop();
  await engine?.stop();
});

describe('labels', () => {
  it('join, leave out, mask and name', async () => {
    const records = await readAllLogs(stack, 'container:shop-cart-1');
    expect(records.map(({ message }) => message)).toEqual(['1 added ***\n  apple\n  pear', '3 done']);
    expect(records[0]!.service).toEqual({ name: 'cart', version: '7' });
  });

  it('keep a line as it is', async () => {
    expect((await readAllLogs(stack, 'container:raw'))[0]).toMatchObject({ message: '{"msg":"x"}' });
  });

  it('and filters decide what is collected, and people can see which did', async () => {
    expect(await countLogs(stack, 'container:noisy-1 or container:off or container:only-health')).toBe(0);
    const { containers } = await stack.get<ContainerList>('/api/v1/containers');
    const of = (name: string) => containers.find(container => container.name === name);
    expect(of('noisy-1')).toMatchObject({
      collected: false,
      collectedReason: expect.stringContaining(EXCLUDE) as string,
    });
    expect(of('off')).toMatchObject({
      collected: false,
      collectedReason: expect.stringContaining('logspout.exclude') as string,
    });
    expect(of('mistaken')).toMatchObject({
      collected: true,
      mistakes: [
        expect.stringContaining('quaylog.mask=( is not in the syntax of RE2'),
        expect.stringContaining('quaylog.parse=xml is none of'),
      ],
    });
  });

  it('that leave lines out leave no line unaccounted for', async () => {
    await eventually(
      async () => {
        const [host] = (await stack.get<HostList>('/api/v1/hosts')).hosts;
        expect(host?.counters).toMatchObject({ linesExcluded: 4, linesInFlight: 0 });
        return true;
      },
      { what: 'four lines that were left out, and none under way' },
    );
  });
});

describe('quaylog check', () => {
  async function check(...args: string[]) {
    const program = startProgram({
      args: ['check', ...args],
      env: {
        DOCKER_HOST: engine.dockerHost,
        QUAYLOG_DATA: stack.data,
        QUAYLOG_INDEXER_URL: stack.url,
        QUAYLOG_EXCLUDE: EXCLUDE,
        QUAYLOG_TOKEN: 'qlt_secret',
      },
    });
    const code = await program.exitCode();
    return { code, out: program.stdout(), all: program.output() };
  }

  it('says what holds for the host, and disturbs nothing', async () => {
    const { code, out } = await check();
    expect(out).toContain(`QUAYLOG_EXCLUDE=${EXCLUDE} (environment)`);
    expect(out).not.toContain('qlt_secret');
    expect(out).toMatch(/Engine\n {2}ok .+ on .+; API 1\.\d+ is spoken/);
    expect(out).toContain('ok 4 of 6 are collected');
    expect(out).toContain(`noisy-1 is not: QUAYLOG_EXCLUDE has ${EXCLUDE}`);
    expect(out).toContain('mistaken: the label quaylog.parse=xml is none of auto, json, logfmt, none');
    expect(out).toContain(`the indexer at ${stack.url} answers`);
    expect(out).toContain('its clock agrees');
    expect(out).toContain('collector may be written');
    expect(code).toBe(0);
    expect((await stack.get<HostList>('/api/v1/hosts')).hosts).toHaveLength(1);
  });

  it.each(['shop-cart-1', 'cart-service'])('says what holds for one container: %s', async name => {
    const { code, out } = await check('--container', name);
    expect(code).toBe(0);
    expect(out).toContain('ok collected: every container is collected unless');
    expect(out).toMatch(/ok source (?:file|api): /);
    expect(out).toContain('its log driver is json-file');
    expect(out).toContain(String.raw`a record begins where ^\d  matches: label quaylog.multiline (Quaylog)`);
    expect(out).toContain('service.name is cart: label com.datadoghq.tags.service (Datadog)');
    expect(out).toMatch(/its last line is of 20.+Z, on stdout/);
    expect(out).toMatch(/acknowledged: stdout up to 20/);
  });

  it('sees that the cursor moved although every line was left out', async () => {
    await eventually(
      async () => (await check('--container', 'only-health')).out.includes('acknowledged: stdout up to'),
      {
        what: 'a cursor',
        withinMs: 30_000,
      },
    );
  });

  it('gives it all as JSON', async () => {
    const { code, out } = await check('--container', 'off', '--json');
    const report = JSON.parse(out) as CheckReport;
    expect(code).toBe(0);
    expect(report.sections[0]!.findings[0]).toMatchObject({ verdict: 'note' });
    expect(report.settings.find(({ env }) => env === 'QUAYLOG_TOKEN')).toEqual({
      env: 'QUAYLOG_TOKEN',
      value: '…',
      from: 'environment',
    });
  });

  it('knows containers by the beginning of their id, and says so of one that is not there', async () => {
    const id = await engine.docker(['inspect', '--format', '{{.Id}}', 'raw']);
    expect((await check('--container', id.slice(0, 12))).out).toContain('raw (');
    const { code, all } = await check('--container', 'nobody');
    expect(code).toBe(2);
    expect(all).toContain(
      'no container has the name, the compose service or the id nobody; there are mistaken, noisy-1,',
    );
  });

  it('ends with 2 for a wrong filter and with 1 when lines are missed', async () => {
    const wrong = await check('--include', 'nmae:web');
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.all).toContain('QUAYLOG_INCLUDE has nmae:web, which is none of name:web*, image:shop/*');
    await run({ name: 'mute', script: 'echo x', options: ['--log-driver', 'none'] });
    const missed = await check('--container', 'mute');
    expect(missed.out).toContain('X  cannot be read: its log driver is none');
    expect(missed.out).toContain('the label quaylog.attach=true');
    const attached = await check('--container', 'mute', '--attach', 'true');
    expect(attached.out).toMatch(
      /ok source attach: its log driver is none: .*QUAYLOG_ATTACH=true attaches to it/,
    );
    expect(attached.code).toBe(0);
    expect(missed.code).toBe(1);
    const away = await check('--docker-host', 'unix:///nowhere/docker.sock');
    expect(away).toMatchObject({ code: 1 });
    expect(away.out).toContain('X  no engine at unix:///nowhere/docker.sock');
  });
});
