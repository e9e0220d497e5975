import { expect, test } from 'vitest';
import type { MetricSample } from '#contract/metric-sample.ts';
import { createSampleHistory, HISTORY_MS } from './sample-history.ts';

const START = Date.parse('2026-11-22T10:00:00Z');

function aSample(seconds: number, over: Partial<MetricSample> = {}): MetricSample {
  return {
    '@timestamp': `${new Date(START + seconds * 1_000).toISOString().slice(0, -1)}000000Z`,
    container: { id: 'c', name: 'web' },
    host: { id: 'h', name: 'a' },
    cpuPercent: 10,
    memoryBytes: 1_000,
    memoryLimitBytes: null,
    networkRxBytes: 0,
    networkTxBytes: 0,
    blockReadBytes: 0,
    blockWriteBytes: 0,
    pids: 1,
    ...over,
  };
}
const received = (pairs: [number, number][]) =>
  pairs.map(([at, bytes]) => aSample(at, { networkRxBytes: bytes }));

test.each<[string, [number, number][], number | null]>([
  ['one sample says nothing', [[0, 500]], null],
  [
    'over ten seconds',
    [
      [0, 0],
      [10, 5_000],
    ],
    500,
  ],
  [
    'over the last two seconds of a live view',
    [
      [0, 0],
      [10, 0],
      [11, 300],
      [12, 800],
    ],
    400,
  ],
  [
    'a counter that fell is a new run',
    [
      [0, 9_000],
      [10, 40],
    ],
    null,
  ],
  [
    'a new run between two samples of the window',
    [
      [0, 900],
      [0.5, 10],
      [2, 950],
    ],
    null,
  ],
  [
    'too far apart',
    [
      [0, 0],
      [120, 5_000],
    ],
    null,
  ],
  [
    'nothing moved',
    [
      [0, 7],
      [10, 7],
    ],
    0,
  ],
])('rate: %s', (_, pairs, rate) => {
  const history = createSampleHistory();
  history.push(received(pairs));
  expect(history.read('c')?.rates.networkRx).toBe(rate);
});

test('a history that arrives after the live pushes is put in order and counted once', () => {
  const history = createSampleHistory();
  history.push(received([[20, 2_000]]));
  history.push(
    received([
      [0, 0],
      [10, 1_000],
      [20, 2_000],
    ]),
  );
  expect(history.read('c')?.rates.networkRx).toBe(100);
  expect(history.read('c')?.sample.networkRxBytes).toBe(2_000);
});

test('a push of what is known changes nothing and wakes nobody', () => {
  const history = createSampleHistory();
  let calls = 0;
  history.subscribe(() => (calls += 1));
  history.push([aSample(0)]);
  const reading = history.read('c');
  history.push([aSample(0)]);
  expect(calls).toBe(1);
  expect(history.version()).toBe(1);
  expect(history.read('c')).toBe(reading);
});

test('a sparkline keeps the spike of its slot and shows holes as holes', () => {
  const history = createSampleHistory();
  history.push([
    aSample(0, { cpuPercent: 5 }),
    aSample(3, { cpuPercent: 90 }),
    aSample(60, { cpuPercent: 7 }),
  ]);
  expect(history.read('c')?.cpu.slice(-7)).toEqual([90, null, null, null, null, null, 7]);
});

test('a sample that came a little late is no hole in a sparkline', () => {
  const history = createSampleHistory();
  history.push([
    aSample(0, { cpuPercent: 5 }),
    aSample(30, { cpuPercent: 7 }),
    aSample(40, { cpuPercent: 8 }),
  ]);
  expect(history.read('c')?.cpu.slice(-6)).toEqual([null, 5, 5, 5, 7, 8]);
});

test('what is older than the window is forgotten', () => {
  const history = createSampleHistory();
  history.push([aSample(0, { cpuPercent: 99 }), aSample(HISTORY_MS / 1_000 + 60, { cpuPercent: 1 })]);
  expect(history.read('c')?.cpu.filter(value => value !== null)).toEqual([1]);
});

test('a sample whose stamp cannot be read is left out', () => {
  const history = createSampleHistory();
  history.push([{ ...aSample(0), '@timestamp': 'soon' }]);
  expect(history.read('c')).toBeUndefined();
});
