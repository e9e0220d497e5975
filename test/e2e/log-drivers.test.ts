/** Containers whose log is in no file: read back from the engine, or attached to where it keeps nothing, and never made to wait. */
import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostList } from '#contract/batch.ts';
import type { ContainerList } from '#contract/container.ts';
import type { EventList } from '#contract/query.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { noteFigure } from '../support/fault-figures.ts';
import { countLogs, readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

let engine: TestEngine;
let stack: Stack;
const elsewhere = createSocket('udp4');

const IMAGE = 'quaylog-test/busybox';
const SPOOL_MIB = 32;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({
    dockerHost: engine.dockerHost,
    env: { QUAYLOG_SPOOL_SIZE: `${SPOOL_MIB}MiB`, QUAYLOG_COMPRESSION: 'none' },
  });
  await listening();
  await new Promise<void>(done => elsewhere.bind(0, '127.0.0.1', done));
});

afterAll(async () => {
  elsewhere.close();
  await stack?.stop();
  await engine?.stop();
});

/** Options of a log driver that sends lines to where somebody listens: the engine keeps no line that it could not send. */
const toElsewhere = (options: string[]): string[] =>
  options.flatMap(option => [
    '--log-opt',
    option.replace('ELSEWHERE', `127.0.0.1:${elsewhere.address().port}`),
  ]);

const listening = () =>
  eventually(() => stack.collector().output().includes('listening to the engine'), { what: 'a collector' });

/** Attached to before it starts, as those are that Compose creates; what `docker run` starts at once may be a little faster than we. */
async function run(name: string, script: string, flags = ['--log-driver', 'none']): Promise<void> {
  const label = ['--label', 'quaylog.attach=true'];
  await engine.docker(['create', ...label, '--name', name, ...flags, IMAGE, 'sh', '-c', script]);
  await eventually(async () => (await containerNamed(name)) !== undefined, { what: `${name} to be known` });
  await engine.docker(['start', name]);
}

const containerNamed = async (wanted: string) =>
  (await stack.get<ContainerList>('/api/v1/containers')).containers.find(({ name }) => name === wanted);

const messagesOf = async (name: string) =>
  (await readAllLogs(stack, `container:${name}`)).map(({ message }) => message);

const gapsOf = async (name: string) =>
  (
    await stack.get<EventList>(`/api/v1/events?container=${name}&action=log-gap&from=now-1h&limit=1000`)
  ).events.flatMap(({ gap }) => (gap === undefined ? [] : [gap]));

describe('a container whose lines go elsewhere', () => {
  it.each([
    ['local', []],
    ['syslog', ['syslog-address=udp://ELSEWHERE']],
    ['gelf', ['gelf-address=udp://ELSEWHERE']],
    ['fluentd', ['fluentd-async=true']],
  ])('is read back from what the engine keeps of it: %s', async (driver, options) => {
    const flags = ['--log-driver', driver, ...toElsewhere(options)];
    await engine.docker([
      'run',
      '-d',
      '--name',
      driver,
      ...flags,
      IMAGE,
      'sh',
      '-c',
      'seq 1 500; echo err >&2',
    ]);
    await eventually(async () => (await countLogs(stack, `container:${driver}`)) === 501, {
      what: 'all lines',
    });
    const out = await readAllLogs(stack, `container:${driver} and stream:stdout`);
    expect(out.map(({ message }) => message)).toEqual(Array.from({ length: 500 }, (_, i) => `${i + 1}`));
    expect(await containerNamed(driver)).toMatchObject({ collected: true, source: 'api' });
  });

  it('is attached to where the engine may keep nothing of it', async () => {
    const options = ['syslog-address=udp://ELSEWHERE', 'cache-disabled=true'];
    await run('uncached', 'seq 1 500', ['--log-driver', 'syslog', ...toElsewhere(options)]);
    await eventually(async () => (await countLogs(stack, 'container:uncached')) === 500, {
      what: 'all lines',
    });
    expect(await containerNamed('uncached')).toMatchObject({ collected: true, source: 'attach' });
  });
});

describe('a container without a log', () => {
  it('is read from its first line to its last, in each of its runs', async () => {
    await run('mute', 'seq 1 2000; printf end');
    await eventually(async () => (await countLogs(stack, 'container:mute')) === 2_001, { what: 'one run' });
    await engine.docker(['start', 'mute']);
    await eventually(async () => (await countLogs(stack, 'container:mute')) === 4_002, { what: 'two runs' });
    const printed = [...Array.from({ length: 2_000 }, (_, i) => `${i + 1}`), 'end'];
    expect(await messagesOf('mute')).toEqual([...printed, ...printed]);
    expect(await gapsOf('mute')).toEqual([]);
    expect(await containerNamed('mute')).toMatchObject({
      collected: true,
      source: 'attach',
      sourceReason: expect.stringContaining('its label quaylog.attach=true') as string,
    });
  });

  it('may have a terminal', async () => {
    await run('screen', 'echo one; echo two >&2', ['-t', '--log-driver', 'none']);
    await eventually(async () => (await countLogs(stack, 'container:screen')) === 2, { what: 'two lines' });
    expect(await messagesOf('screen')).toEqual(['one', 'two']);
  });

  it('keeps no line twice when the collector is killed, and tells of those that nobody took', async () => {
    await run('ticker', 'i=0; while true; do i=$((i+1)); echo $i; sleep 0.02; done');
    await eventually(async () => (await countLogs(stack, 'container:ticker')) >= 20, { what: 'some lines' });
    await stack.restart('collector');
    const [gap] = await eventually(
      async () => {
        const gaps = await gapsOf('ticker');
        return gaps.length > 0 && gaps;
      },
      { what: 'a gap' },
    );
    expect(gap?.reason).toBe('not-attached');
    await eventually(
      async () => (await readAllLogs(stack, 'container:ticker')).at(-1)!['@timestamp'] > gap!.to,
      { what: 'lines behind the gap' },
    );
    await engine.docker(['rm', '-f', 'ticker']);
    const records = await readAllLogs(stack, 'container:ticker');
    const jumps = records.filter(
      ({ message }, i) => Number(message) !== Number(records[i - 1]?.message ?? 0) + 1,
    );
    const before = records.filter(record => record['@timestamp'] <= gap!.from).at(-1)!;
    expect(jumps).toHaveLength(1);
    expect(jumps[0]!['@timestamp'] >= gap!.to).toBe(true);
    expect(Number(before.message)).toBeLessThan(Number(jumps[0]!.message));
    expect(await gapsOf('ticker')).toHaveLength(1);
  });

  it('never waits for us: what finds no room is dropped, counted and told', async () => {
    const [lines, width] = [30_000, 2_000];
    const text = 'x'.repeat(width);
    const print = `i=0; t=${text}; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "$i $t"; done`;
    const timed = async (name: string, label: string) => {
      await engine.docker([
        'create',
        '--log-driver',
        'none',
        '--label',
        label,
        '--name',
        name,
        IMAGE,
        'sh',
        '-c',
        print,
      ]);
      const begun = performance.now();
      await engine.docker(['start', name]);
      expect(await engine.docker(['wait', name])).toBe('0');
      return performance.now() - begun;
    };
    await stack.indexer().kill('SIGKILL');
    const alone = await timed('alone', 'quaylog.attach=false');
    const attached = await timed('flood', 'quaylog.attach=true');
    await stack.restart('indexer');
    await stack.untilReady();
    const dropped = await eventually(
      async () => {
        const [host] = (await stack.get<HostList>('/api/v1/hosts')).hosts;
        const told = (await gapsOf('flood')).reduce((sum, { lines: count = 0 }) => sum + count, 0);
        const { linesDropped, linesInFlight } = host?.counters ?? {};
        return told > 0 && linesDropped === told && linesInFlight === 0 && told;
      },
      { what: 'nothing under way, and as many lines told as dropped', withinMs: 60_000, everyMs: 250 },
    );
    const kept = (await messagesOf('flood')).map(message => parseInt(message));
    expect(kept.length + dropped).toBe(lines);
    expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
    const gaps = await gapsOf('flood');
    expect(gaps.map(({ reason }) => reason)).not.toContain('not-attached');
    noteFigure({
      fault: `log driver none, attached, the indexer away and the spool full`,
      bar: 'the application ends; lines kept + counted = printed',
      figure: `${kept.length} kept + ${dropped} counted in ${gaps.length} gaps = ${lines}; it took ${(attached / alone).toFixed(2)} × the time it takes alone`,
    });
  });
});
