/** The way from collector to indexer breaks in every way it can: nothing is lost, nothing doubled, nothing stuck. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IngestBatch } from '#contract/batch.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { readMetric } from '../support/metrics.ts';
import { printNumbered, untilNumbered, NOTHING_WRONG } from '../support/numbered-lines.ts';
import { countLogs, readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

const LINES = 2_000;
const CUTS = 50;

let engine: TestEngine;
let stack: Stack;
let proxy: FaultProxy;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({
    dockerHost: engine.dockerHost,
    async between(indexerUrl) {
      proxy = await startFaultProxy(indexerUrl);
      return proxy.url;
    },
  });
});

afterEach(() => proxy.decide(() => 'pass'));

afterAll(async () => {
  await stack?.stop();
  await proxy?.close();
  await engine?.stop();
});

const run = (name: string, command: string) =>
  engine.docker(['run', '-d', '--name', name, 'quaylog-test/busybox', 'sh', '-c', command]);

/** A row for each refused item, as the collector keeps them. */
const refusedRows = () => {
  const folder = join(stack.data, 'refused');
  const text = readdirSync(folder).map(file => readFileSync(join(folder, file), 'utf8'));
  return text
    .join('')
    .trim()
    .split('\n')
    .map(row => JSON.parse(row) as { reason: string; lines: unknown[][] });
};

describe('an indexer that refuses one line', () => {
  it('gets all the others; the line is kept at the collector, and counted', async () => {
    proxy.decide(body => (body.includes('poison') ? 400 : 'pass'));
    await run(
      'mixed',
      'for i in $(seq 100); do echo "good $i"; [ $i = 50 ] && echo "poison pill"; done; true',
    );
    await eventually(async () => (await countLogs(stack, 'container:mixed')) === 100, {
      what: 'the 100 good lines',
    });
    const messages = (await readAllLogs(stack, 'container:mixed')).map(({ message }) => message);
    expect(messages).toEqual(Array.from({ length: 100 }, (_, i) => `good ${i + 1}`));

    await eventually(async () => (await readMetric(stack, 'quaylog_collector_lines_refused')) === 1, {
      what: 'the refused line on /metrics',
    });
    const rows = refusedRows();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.reason).toBe('a fault of the test');
    expect(rows[0]?.lines.flat()).toContain('poison pill');
  });

  it('does not get it again when the collector starts again', async () => {
    await stack.restart('collector', 'SIGTERM');
    await run('later', 'echo later');
    await eventually(async () => (await countLogs(stack, 'container:later')) === 1, { what: 'a later line' });
    expect(await countLogs(stack, 'container:mixed')).toBe(100);
    expect(refusedRows()).toHaveLength(1);
  });
});

describe('an indexer that refuses everything', () => {
  it('is waited for: the two programs do not fit, no line is at fault', async () => {
    let refused = 0;
    proxy.decide(() => {
      refused += 1;
      return 400;
    });
    await run('patient', 'seq 100');
    await eventually(() => refused > 10, { what: 'ten refusals' });
    proxy.decide(() => 'pass');
    await eventually(async () => (await countLogs(stack, 'container:patient')) === 100, {
      what: 'all lines, once the indexer takes batches again',
    });
    expect(refusedRows()).toHaveLength(1);
  });
});

describe('numbered lines are stored once and in order', () => {
  it(`when ${CUTS} answers are cut after the commit`, async () => {
    const doubled = await readMetric(stack, 'quaylog_duplicates_total');
    const cut = new Set<string>();
    proxy.decide(body => {
      const { id, lines } = JSON.parse(body) as IngestBatch;
      if (lines.length === 0 || cut.has(id) || cut.size === CUTS) return 'pass';
      cut.add(id);
      return 'cut';
    });
    await run('cut-off', printNumbered(LINES, 10));
    expect(await untilNumbered(stack, 'cut-off', LINES)).toEqual(NOTHING_WRONG);
    expect(cut.size).toBe(CUTS);
    expect(await readMetric(stack, 'quaylog_duplicates_total')).toBeGreaterThan(doubled);
  });

  it('when half of the batches are answered with 503', async () => {
    let batches = 0;
    proxy.decide(body => (hasLines(body) && batches++ % 2 === 0 ? 503 : 'pass'));
    await run('half', printNumbered(LINES, 10));
    expect(await untilNumbered(stack, 'half', LINES)).toEqual(NOTHING_WRONG);
    expect(batches).toBeGreaterThan(10);
  });
});

const hasLines = (body: string): boolean => !body.includes('"lines":[]');
