import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { createStreamKey, recordId } from '../../../parse/record-id.ts';
import type { StoreBatch } from '../../log-store.ts';
import { filesOfHour } from './folder.ts';
import { contentsOfHour, countsOfHour } from './hour-contents.ts';
import { openHour } from './hour-reader.ts';
import { append, aRecordOf, aWriter, HOUR, packAll } from '../hours.fixture.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'quaylog-contents-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const records = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => aRecordOf(from + i));

function anEventOf(i: number): ContainerEvent {
  const { container, host, '@timestamp': stamp } = aRecordOf(i);
  const id = recordId(createStreamKey('engine', container.id, 'event:start'), stamp, 0);
  const kind = { kind: 'event' as const, category: ['process'], type: ['info'] };
  return {
    '@timestamp': stamp,
    container,
    host,
    event: { id, ...kind, dataset: 'docker.events', action: 'start' },
  };
}

function aSampleOf(i: number): MetricSample {
  const { container, host, '@timestamp': stamp } = aRecordOf(i);
  const { id, name } = container;
  return {
    '@timestamp': stamp,
    container: { id, name },
    host,
    ...{ cpuPercent: i, memoryBytes: 1, memoryLimitBytes: 2, networkRxBytes: 3, networkTxBytes: 4 },
    ...{ blockReadBytes: 5, blockWriteBytes: 6, pids: 7 },
  };
}

function readAll() {
  const reader = openHour(dir, filesOfHour(dir, HOUR));
  try {
    const batches = [...contentsOfHour(reader)];
    const all = <K extends keyof StoreBatch>(kind: K) =>
      batches.flatMap(batch => batch[kind] as StoreBatch[K][number][]);
    return {
      counts: countsOfHour(reader),
      batches,
      records: all('records'),
      events: all('events'),
      samples: all('samples'),
    };
  } finally {
    reader.close();
  }
}

test('packs, blocks and late records of one hour: each document once, verbatim, in parts of a bounded size', async () => {
  const writer = aWriter(dir);
  await append(writer, {
    records: records(0, 2_500),
    events: [anEventOf(1)],
    samples: [1, 2, 3].map(aSampleOf),
  });
  await packAll(dir, writer, { records: 1_000, bytes: 2 ** 20 });
  await append(writer, {
    records: records(2_500, 3_400),
    events: [anEventOf(2)],
    samples: [4, 1].map(aSampleOf),
  });
  const found = readAll();
  await writer.close();
  const byId = (a: { event: { id: string } }, b: { event: { id: string } }) =>
    a.event.id < b.event.id ? -1 : 1;
  expect(found.records.sort(byId)).toEqual(records(0, 3_400).sort(byId));
  expect(found.events.sort(byId)).toEqual([anEventOf(1), anEventOf(2)].sort(byId));
  expect(found.samples.map(({ cpuPercent }) => cpuPercent).sort()).toEqual([1, 2, 3, 4]);
  expect(found.counts).toEqual({ records: 3_400, events: 2, samples: expect.any(Number) as number });
  expect(found.counts.samples).toBeGreaterThanOrEqual(4);
  expect(Math.max(...found.batches.map(batch => batch.records.length))).toBeLessThan(5_000);
});
