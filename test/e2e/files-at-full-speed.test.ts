/** Logs read from the engine's own files: containers that are removed at once, files rotated at full speed, a collector that is killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun as isLong, noteFigure } from '../support/fault-figures.ts';
import { startLineReceiver, type LineReceiver, type Verdict } from '../support/line-receiver.ts';
import { startProgram, type Program } from '../support/program.ts';

const ALL_THERE = (lines: number): Verdict => ({ arrived: lines, doubled: 0, backward: 0, holes: [] });

let engine: TestEngine;
let receiver: LineReceiver;
let collector: Program;
const data = mkdtempSync(join(tmpdir(), 'quaylog-files-'));

const startCollector = () =>
  startProgram({
    args: ['collector'],
    env: {
      DOCKER_HOST: engine.dockerHost,
      QUAYLOG_DATA: data,
      QUAYLOG_INDEXER_URL: receiver.url,
      QUAYLOG_SOURCE: 'file',
      QUAYLOG_COMPRESSION: 'none',
    },
  });

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  receiver = await startLineReceiver();
  collector = startCollector();
  await eventually(() => collector.output().includes('listening to the engine'), { what: 'a collector' });
});

afterAll(async () => {
  await collector?.kill('SIGTERM');
  await receiver?.close();
  await engine?.stop();
  rmSync(data, { recursive: true, force: true });
});

const run = (name: string, flags: readonly string[], command: string) =>
  engine.docker(['run', '--name', name, ...flags, 'quaylog-test/busybox', 'sh', '-c', command]);

const rotation = (size: string, files: number, ...more: string[]) =>
  [`max-size=${size}`, `max-file=${files}`, ...more].flatMap(option => ['--log-opt', option]);

/** Prints and is gone. */
const flash = (name: string, lines: number) =>
  engine.docker(['run', '-d', '--rm', '--name', name, 'quaylog-test/busybox', 'seq', '1', String(lines)]);

const untilLast = (name: string, lines: number) =>
  eventually(() => receiver.last(name) === lines, {
    what: `line ${lines} of ${name}, of which ${receiver.last(name)} came`,
    withinMs: isLong ? 300_000 : 60_000,
  });

/** Behind a backlog the newest lines come first: the last one says nothing of those before it. */
const untilAll = (name: string, lines: number) =>
  eventually(() => receiver.judge(name, lines).arrived === lines, {
    what: `all lines of ${name}, of which ${receiver.judge(name, lines).arrived} came`,
    withinMs: isLong ? 300_000 : 60_000,
  });

describe('a container that is removed when it ends', () => {
  it.each(
    isLong
      ? [
          [100, 1_000],
          [10, 100_000],
        ]
      : [
          [15, 1_000],
          [2, 100_000],
        ],
  )(
    '%i at once with %i lines: every line is there',
    { timeout: isLong ? 900_000 : 120_000 },
    async (containers, lines) => {
      const names = Array.from({ length: containers }, (_, i) => `flash-${lines}-${i}`);
      await Promise.all(names.map(name => flash(name, lines)));
      await eventually(async () => (await engine.docker(['ps', '-aq', '--filter', 'name=flash'])) === '', {
        what: 'all are gone',
        withinMs: 300_000,
      });
      for (const name of names) {
        await untilAll(name, lines);
        expect([name, receiver.judge(name, lines)]).toEqual([name, ALL_THERE(lines)]);
        expect(receiver.gaps(name)).toEqual([]);
      }
      noteFigure({
        fault: `--rm × ${containers} at once, ${lines.toLocaleString('en')} lines each, through files`,
        bar: 'lost 0',
        figure: `${(containers * lines).toLocaleString('en')} lines: lost 0, doubled 0, no gap`,
      });
    },
  );
});

describe('rotation at full speed', () => {
  it('of files that are kept long enough loses nothing', { timeout: 600_000 }, async () => {
    const lines = isLong ? 1_000_000 : 150_000;
    await run('flood', ['-d', ...rotation(isLong ? '10m' : '3m', 3)], `seq 1 ${lines}`);
    await untilAll('flood', lines);
    expect(receiver.judge('flood', lines)).toEqual(ALL_THERE(lines));
    expect(receiver.gaps('flood')).toEqual([]);
    noteFigure({
      fault: `rotation ${isLong ? '10m' : '3m'} × 3 through files, ${lines.toLocaleString('en')} lines at full speed`,
      bar: 'lost 0, doubled 0',
      figure: 'lost 0, doubled 0, no gap',
    });
  });

  it.each([
    ['1m', 2],
    ['200k', 3],
    ['200k', 1],
  ])('of %s × %i: each loss is told, nothing comes twice', async (size, files) => {
    const lines = isLong ? 1_000_000 : 100_000;
    const name = `torrent-${size}-${files}`;
    await run(name, ['-d', ...rotation(size, files)], `seq 1 ${lines}`);
    await untilLast(name, lines);
    // Nothing was read before a hole at the very beginning.
    const isTold = ({ from, to }: { from: string; to: string }) =>
      receiver
        .gaps(name)
        .some(gap => gap.reason === 'rotated' && (from === '' || gap.from <= from) && gap.to >= to);
    // Lines and gaps before it may come after the last line.
    await eventually(() => receiver.judge(name, lines).holes.every(isTold), {
      what: `a gap for each of ${JSON.stringify(receiver.judge(name, lines).holes)}`,
    });
    const { holes, doubled } = receiver.judge(name, lines);
    expect(doubled).toBe(0);
    const lost = holes.reduce((sum, hole) => sum + hole.lines, 0);
    noteFigure({
      fault: `rotation ${size} × ${files} through files, ${lines.toLocaleString('en')} lines at full speed`,
      bar: 'every loss bracketed by a gap record, doubled 0',
      figure: `${lost.toLocaleString('en')} lines rotated away in ${holes.length} places, each in one of ${receiver.gaps(name).length} gaps; doubled 0`,
    });
  });

  it('of files that the engine compresses loses nothing', async () => {
    const lines = 60_000;
    await run('packed', ['-d', ...rotation('500k', 20, 'compress=true')], `seq 1 ${lines}`);
    await untilAll('packed', lines);
    expect(receiver.judge('packed', lines)).toEqual(ALL_THERE(lines));
  });
});

describe('a collector that is killed', () => {
  it('finds its place in the chain of rotated files each time', { timeout: 600_000 }, async () => {
    const [lines, kills] = isLong ? [400_000, 60] : [40_000, 6];
    const print = `i=0; while [ $i -lt ${lines} ]; do seq $((i+1)) $((i+500)); i=$((i+500)); sleep 0.05; done`;
    await run('survivor', ['-d', ...rotation('400k', 30, 'compress=true')], print);
    for (let i = 0; i < kills; i++) {
      await delay(100 + Math.random() * 900);
      await collector.kill();
      collector = startCollector();
    }
    await untilAll('survivor', lines);
    expect(receiver.judge('survivor', lines)).toEqual(ALL_THERE(lines));
    expect(receiver.gaps('survivor')).toEqual([]);
    noteFigure({
      fault: `collector kill -9 × ${kills} while its log file rotates and is compressed`,
      bar: 'lost 0, doubled 0, order kept',
      figure: `${lines.toLocaleString('en')} lines: lost 0, doubled 0, no gap`,
    });
  });
});
