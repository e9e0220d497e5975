/** The indexer is away while containers print, and the collector is killed meanwhile: the spool has it all, and it arrives once. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IngestBatch } from '#contract/batch.ts';
import { rssBytesOf } from '../bench/process-cost.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { isLongRun, noteFigure } from '../support/fault-figures.ts';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { readMetric } from '../support/metrics.ts';
import { NOTHING_WRONG, printNumbered, untilNumbered } from '../support/numbered-lines.ts';
import { startStack, type Stack } from '../support/stack.ts';

const AWAY_MS = isLongRun ? 600_000 : 5_000;
const CUTS = isLongRun ? 500 : 20;
/** With both streams of each, 40 lines in about 55 ms: 700 lines/s and container. */
const CONTAINERS = isLongRun ? 8 : 4;
const LINES = isLongRun ? 272_000 : 4_000;
const MOST_GROWTH_BYTES = 64 * 2 ** 20;

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

afterAll(async () => {
  await stack?.stop();
  await proxy?.close();
  await engine?.stop();
});

it(
  `is waited for through kills of the collector, up to ${CUTS} cut answers and as many refusals`,
  { timeout: isLongRun ? 3_600_000 : 180_000 },
  async () => {
    const names = Array.from({ length: CONTAINERS }, (_, i) => `away-${i}`);
    for (const name of names)
      await engine.docker([
        'run',
        '-d',
        '--name',
        name,
        'quaylog-test/busybox',
        'sh',
        '-c',
        printNumbered(LINES, 20),
      ]);
    await eventually(async () => (await stored()) > 1_000, { what: 'the first lines' });

    const rssBefore = await watchRss(AWAY_MS / 20);
    proxy.decide(() => 'away');
    await delay(AWAY_MS / 5);
    await stack.restart('collector');
    await eventually(() => spooledBytes() > 0, { what: 'a spool' });
    const rssAway = await watchRss((AWAY_MS * 3) / 5);
    await stack.restart('collector');
    await delay(AWAY_MS / 5);
    const spooled = spooledBytes();

    const spoiled = new Set<string>();
    proxy.decide(body => spoil(body, spoiled));
    const isDone = async () => (await stored()) >= 2 * CONTAINERS * LINES;
    const withinMs = isLongRun ? 1_800_000 : 120_000;
    await eventually(async () => spoiled.size >= 2 * CUTS || (await isDone()), {
      what: 'the cuts',
      withinMs,
    });
    const [storedBefore, freeAt] = [await stored(), performance.now()];
    await eventually(isDone, { what: 'all lines', withinMs, everyMs: 500 });
    const drained = (await stored()) - storedBefore;
    const perSecond = Math.round((1_000 * drained) / (performance.now() - freeAt));
    for (const name of names) expect(await untilNumbered(stack, name, LINES)).toEqual(NOTHING_WRONG);

    // How many batches there are depends on the machine: the faster it is, the more lines each holds.
    expect(spoiled.size).toBeGreaterThan(3);
    expect(rssAway - rssBefore).toBeLessThan(MOST_GROWTH_BYTES);
    noteFigure({
      fault: `indexer away ${AWAY_MS / 1_000} s, collector killed twice meanwhile, then the first ${spoiled.size} batches by turns cut after the commit and refused (429 or 503)`,
      bar: 'lost 0, doubled 0, RSS + ≤ 64 MiB, drain ≥ 3 × live rate',
      figure: `${(2 * CONTAINERS * LINES).toLocaleString('en')} lines: lost 0, doubled 0; ${mib(spooled)} spooled, RSS + ${mib(rssAway - rssBefore)} to ${mib(rssAway)}; then ${perSecond.toLocaleString('en')} lines/s until all were stored`,
    });
  },
);

const stored = () => readMetric(stack, 'quaylog_records_stored_total');
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

function spooledBytes(): number {
  const folder = join(stack.data, 'collector');
  const spool = readdirSync(folder).find(name => name.startsWith('spool-'));
  if (spool === undefined) return 0;
  const sizes = readdirSync(join(folder, spool)).map(name => statSync(join(folder, spool, name)).size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The most memory that the collector has in use within the time. */
async function watchRss(ms: number): Promise<number> {
  const until = Date.now() + ms;
  let most = 0;
  while (Date.now() < until) {
    most = Math.max(most, rssBytesOf(stack.collector().pid));
    await delay(200);
  }
  return most;
}

/** The first attempt of each batch: cut after the commit, or refused for now, by turns. */
function spoil(body: string, spoiled: Set<string>): 'pass' | 'cut' | number {
  const { id, lines } = JSON.parse(body) as IngestBatch;
  if (lines.length === 0 || spoiled.has(id) || spoiled.size >= 2 * CUTS) return 'pass';
  spoiled.add(id);
  if (spoiled.size % 2 === 1) return 'cut';
  return spoiled.size % 4 === 0 ? 429 : 503;
}
