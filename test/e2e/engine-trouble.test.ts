/** What a real engine does to those who read its logs: rotation, cut streams, terminals, restarts. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import type { EventList } from '#contract/query.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { NOTHING_WRONG, printNumbered, untilNumbered } from '../support/numbered-lines.ts';
import { countLogs, readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

const IMAGE = 'quaylog-test/busybox';

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
  engine.docker(['run', '-d', '--name', name, ...flags, IMAGE, 'sh', '-c', command]);

const untilLine = (container: string, text: string) =>
  eventually(
    async () => (await readAllLogs(stack, `container:${container}`)).find(record => record.message === text),
    { what: `"${text}" of ${container}`, withinMs: 60_000, everyMs: 200 },
  );

const gapsOf = async (container: string) =>
  (await stack.get<EventList>(`/api/v1/events?container=${container}&action=log-gap&from=now-1h`)).events;

describe('rotation', () => {
  const LINES = 30_000;
  const rotated = ['--log-opt', 'max-size=200k', '--log-opt', 'max-file=3'];

  it('that a follower keeps up with: every line once, or its loss is told', async () => {
    await run('rotated', rotated, printNumbered(LINES, 150));
    await untilLine('rotated', `out ${LINES}`);
    await expectEachOnceOrTold('rotated', LINES);
  });

  it('while the collector is away: the loss is told, from the last line before to the first after it', async () => {
    await run('unwatched', rotated, `echo first; while [ ! -f /tmp/go ]; do sleep 0.1; done; seq 1 ${LINES}`);
    await untilLine('unwatched', 'first');
    await stack.collector().kill('SIGTERM');
    await engine.docker(['exec', 'unwatched', 'touch', '/tmp/go']);
    await engine.docker(['wait', 'unwatched']);
    await stack.restart('collector');
    await untilLine('unwatched', String(LINES));

    const [first, next, ...others] = await readAllLogs(stack, 'container:unwatched');
    expect(Number(next?.message)).toBeGreaterThan(1);
    expect(others).toHaveLength(LINES - Number(next?.message));
    const gaps = await gapsOf('unwatched');
    expect(gaps.map(({ gap }) => gap)).toEqual([
      { from: first?.['@timestamp'], to: next?.['@timestamp'], reason: 'rotated' },
    ]);
  });

  it('faster than the engine itself can follow: no line twice, none out of order, and the last one is there', async () => {
    await run('flood', ['--log-opt', 'max-size=20k', '--log-opt', 'max-file=2'], `seq 1 ${LINES}`);
    await untilLine('flood', String(LINES));
    const records = await readAllLogs(stack, 'container:flood');
    const losses = lossesOf(records, record => Number(record.message));
    const gaps = await gapsOf('flood');
    console.log(
      `flood: ${records.length} of ${LINES} lines, ${losses.length} losses, ${gaps.length} gaps told`,
    );
  });
});

/** A loss: the stamps of the last line before and of the first line after it. */
type Loss = { from: string; to: string };

/** Where numbers are skipped, in records of one stream; fails when a number comes twice or goes back. */
function lossesOf(records: LogRecord[], numberOf: (record: LogRecord) => number): Loss[] {
  const losses: Loss[] = [];
  for (const [i, record] of records.entries()) {
    const before = records[i - 1];
    const step = numberOf(record) - (before ? numberOf(before) : 0);
    expect(step).toBeGreaterThan(0);
    if (step > 1) losses.push({ from: before?.['@timestamp'] ?? '', to: record['@timestamp'] });
  }
  return losses;
}

const isTold = ({ from, to }: Loss, gaps: EventList['events']): boolean =>
  gaps.some(({ gap }) => gap !== undefined && gap.from <= to && gap.to >= from);

async function expectEachOnceOrTold(container: string, lines: number): Promise<void> {
  for (const [word, stream] of [
    ['out', 'stdout'],
    ['err', 'stderr'],
  ]) {
    const records = await readAllLogs(stack, `container:${container} and stream:${stream}`);
    const losses = lossesOf(records, record => Number(record.message.replace(`${word} `, '')));
    const gaps = await gapsOf(container);
    console.log(
      `${container} ${stream}: ${records.length} of ${lines}, ${losses.length} losses, ${gaps.length} gaps told`,
    );
    expect(losses.filter(loss => !isTold(loss, gaps))).toEqual([]);
    if (gaps.length === 0) expect(records).toHaveLength(lines);
  }
}

describe('a line', () => {
  it('of 20 KB on a terminal is one line, although the engine cuts it in the middle', async () => {
    const long = `head -c 20000 /dev/zero | tr '\\0' 'x'; echo end`;
    await run('terminal', ['-t'], `for i in 1 2 3; do ${long}; done; echo last`);
    await untilLine('terminal', 'last');
    const texts = (await readAllLogs(stack, 'container:terminal')).map(({ message }) => message);
    expect(texts).toEqual([...Array<string>(3).fill(`${'x'.repeat(20_000)}end`), 'last']);
  });

  it('without an end is kept when its container ends', async () => {
    await run('abrupt', [], 'echo whole; printf "no end"');
    await untilLine('abrupt', 'no end');
    expect((await readAllLogs(stack, 'container:abrupt')).map(({ message }) => message)).toEqual([
      'whole',
      'no end',
    ]);
  });

  it('of a container that lives for a moment is kept', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `moment-${i}`);
    await Promise.all(names.map(name => run(name, [], `echo ${name}`)));
    for (const name of names) await untilLine(name, name);
  });
});

describe('an indexer that is away', () => {
  it('for 15 seconds misses nothing', async () => {
    const LINES = 8_000;
    await run('unheard', [], printNumbered(LINES, 50));
    await eventually(async () => (await countLogs(stack, 'container:unheard')) > 0, { what: 'first lines' });
    await stack.indexer().kill('SIGTERM');
    await delay(15_000);
    await stack.restart('indexer');
    expect(await untilNumbered(stack, 'unheard', LINES)).toEqual(NOTHING_WRONG);
  });
});
