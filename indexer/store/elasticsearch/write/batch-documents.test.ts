import { expect, test } from 'vitest';
import type { LogRecord } from '#contract/log-record.ts';
import { documentsOf, salvage } from './batch-documents.ts';
import { fromDocument } from '../document/document.ts';

const record: LogRecord = {
  '@timestamp': '2026-11-22T10:00:00.000000000Z',
  message: 'a line',
  log: { iostream: 'stdout' },
  container: { id: 'c', name: 'web', image: { name: 'nginx' }, labels: {} },
  host: { id: 'h', name: 'host' },
  event: { id: 'dc1bmk0000000sm6bnkb4ndh1adg0000', dataset: 'docker.logs' },
};
const samples = ['2026-11-22T23:59:59.999999999Z', '2026-11-23T00:00:00.000000000Z'].map(stamp => ({
  '@timestamp': stamp,
  container: { id: 'c', name: 'web' },
  host: { id: 'h', name: 'host' },
  cpuPercent: 0,
  memoryBytes: 0,
  memoryLimitBytes: null,
  networkRxBytes: 0,
  networkTxBytes: 0,
  blockReadBytes: 0,
  blockWriteBytes: 0,
  pids: 1,
}));

test('each goes to the index of its kind and its own day', () => {
  const { documents } = documentsOf({ records: [record], events: [], samples }, 'quaylog');
  expect(documents.map(({ index }) => index)).toEqual([
    'quaylog-logs-2026.11.22',
    'quaylog-samples-2026.11.22',
    'quaylog-samples-2026.11.23',
  ]);
});

test('fates become what was new, what was there and how many are dead letters', () => {
  const again = { ...record, message: 'again' };
  const { documents, appended } = documentsOf({ records: [record, again], events: [], samples }, 'quaylog');
  expect(documents).toHaveLength(3);
  expect(appended(['stored', 'there', 'dead'])).toEqual({
    records: [record],
    events: [],
    samples: [],
    duplicates: 2,
    deadLettered: 1,
  });
  expect(appended(['known_dead', 'stored', 'stored'])).toEqual({
    records: [],
    events: [],
    samples,
    duplicates: 2,
    knownDead: 1,
  });
});

test('without the fields of its application a record is still given back whole', () => {
  const whole = { ...record, app: { ms: 'no number', deep: { list: [1, 'x'] } } };
  const [document] = documentsOf({ records: [whole], events: [], samples: [] }, 'quaylog').documents;
  const salvaged = salvage(document!);
  const source = JSON.parse(salvaged!.source) as Record<string, unknown>;
  expect(source['app']).toBeUndefined();
  expect(source).toMatchObject({ message: 'a line', quaylog: { cut: ['app'] } });
  expect(fromDocument({ id: salvaged!.id, source })).toEqual(whole);
});

test('of a record without such fields nothing can be left out', () => {
  const [document] = documentsOf({ records: [record], events: [], samples: [] }, 'quaylog').documents;
  expect(salvage(document!)).toBeNull();
});
