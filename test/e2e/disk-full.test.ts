/** The disk under the data folder fills up while containers print, and is freed again: nobody has to do anything else. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { readMetric } from '../support/metrics.ts';
import { NOTHING_WRONG, printNumbered, untilNumbered } from '../support/numbered-lines.ts';
import { countLogs } from '../support/read-logs.ts';
import { startProgram } from '../support/program.ts';
import { startStack, type Stack } from '../support/stack.ts';

const LINES = 8_000;
const DISK = mkdtempSync(join(tmpdir(), 'quaylog-disk-'));
const BALLAST = join(DISK, 'ballast');

const whyNot = mountSmallDisk();
if (whyNot !== null)
  console.warn(`a small disk cannot be mounted here, so that it cannot be filled: ${whyNot}`);

describe.skipIf(whyNot !== null)('a full disk', () => {
  let engine: TestEngine;
  let stack: Stack;

  beforeAll(async () => {
    engine = await startTestEngine();
    await importBusybox(engine);
    stack = await startStack({ dockerHost: engine.dockerHost, data: join(DISK, 'data') });
  });

  afterAll(async () => {
    await stack?.stop();
    await engine?.stop();
    execFileSync('umount', [DISK]);
    rmSync(DISK, { recursive: true });
  });

  const refusals = () => readMetric(stack, 'quaylog_ingest_batches_refused_total');
  const stored = () => readMetric(stack, 'quaylog_records_stored_total');
  const readiness = async () => {
    const response = await fetch(`${stack.url}/readyz`);
    return `${response.status} ${await response.text()}`;
  };

  it('is refused batches, and said', async () => {
    await engine.docker([
      'run',
      '-d',
      '--name',
      'steady',
      'quaylog-test/busybox',
      'sh',
      '-c',
      printNumbered(LINES, 20),
    ]);
    await eventually(async () => (await countLogs(stack, 'container:steady')) > 200, { what: 'lines' });
    await eventually(
      async () => {
        fillDisk();
        return (await refusals()) > 0;
      },
      { what: 'a refused batch' },
    );
    expect(await readiness()).toMatch(/^503 .*store.*space/i);
  });

  it('acknowledges nothing, while what is stored can be read', async () => {
    await eventually(
      async () => {
        // What a refused batch had begun to write makes room for a smaller one.
        fillDisk();
        const before = { refusals: await refusals(), stored: await stored() };
        await eventually(async () => (await refusals()) >= before.refusals + 5, {
          what: 'five more refusals',
        });
        return (await stored()) === before.stored;
      },
      { what: 'five refusals in a row', withinMs: 60_000 },
    );
    expect(await readiness()).toMatch(/^503 .*store/);
    expect(await countLogs(stack, 'container:steady')).toBeGreaterThan(200);
  });

  it('is left behind without anybody doing anything once there is space', async () => {
    rmSync(BALLAST);
    await stack.untilReady();
    const before = await stored();
    await eventually(async () => (await stored()) > before, { what: 'new records' });
  });

  it('that comes again does not keep a collector from starting', async () => {
    await eventually(
      async () => {
        fillDisk();
        return (await readiness()).startsWith('503');
      },
      { what: 'a disk that is full again' },
    );
    await stack.restart('collector');
    const before = await refusals();
    await eventually(async () => (await refusals()) > before + 2, { what: 'refusals of the new collector' });
    expect(stack.indexer().isRunning()).toBe(true);
    expect(stack.collector().isRunning()).toBe(true);
  });

  it('keeps new programs from starting; they say why, and by their exit code that it may pass', async () => {
    // A collector that runs makes room now and then, as what it has spooled is taken.
    await stack.collector().kill('SIGTERM');
    fillDisk();
    const collector = startProgram({
      args: ['collector', '--data', join(DISK, 'new')],
      env: { DOCKER_HOST: engine.dockerHost, QUAYLOG_INDEXER_URL: stack.url },
    });
    expect(await collector.exitCode()).toBe(1);
    expect(collector.output()).toMatch(/^quaylog collector: .*no space left.*\n$/);

    await stack.indexer().kill('SIGTERM');
    fillDisk();
    await stack.restart('indexer');
    expect(await stack.indexer().exitCode()).toBe(1);
    expect(stack.indexer().output()).toMatch(/^quaylog indexer: the disk of the data folder .* is full.*\n$/);
  });

  it('recovers once there is space: every line once', async () => {
    rmSync(BALLAST);
    await stack.restart('indexer');
    await stack.restart('collector');
    await stack.untilReady();
    expect(await untilNumbered(stack, 'steady', LINES)).toEqual(NOTHING_WRONG);
    expect(await readiness()).toMatch(/^200/);
  });
});

/** Null when it is mounted, else why not. */
function mountSmallDisk(): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'quaylog-test', DISK], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function fillDisk(): void {
  const file = openSync(BALLAST, 'a');
  try {
    for (const bytes of [2 ** 16, 2 ** 12, 1]) writeUntilFull(file, Buffer.alloc(bytes));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, block: Buffer): void {
  for (;;) {
    try {
      if (writeSync(file, block) < block.length) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
