import { beforeEach, describe, expect, test } from 'vitest';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { msOf, shiftStamp } from '#contract/stamp.ts';
import { CONTAINER_ID, events, HOST, T0, type EventParts } from '../death/event-script.fixture.ts';
import { createStreamKey, recordId } from '../parse/record-id.ts';
import type { LogStore } from '../store/log-store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { readStory } from './story.ts';

const MIB = 1024 ** 2;
const KEY = createStreamKey(HOST.id, CONTAINER_ID, 'stdout');
const stamp = (seconds: number) => shiftStamp(T0, seconds * 1_000);

const aRecord = (seconds: number, message: string): LogRecord => ({
  '@timestamp': stamp(seconds),
  message,
  log: { iostream: 'stdout' },
  container: { id: CONTAINER_ID, name: 'worker-1', image: { name: 'shop/worker' }, labels: {} },
  host: HOST,
  event: { id: recordId(KEY, stamp(seconds), 0), dataset: 'docker.logs' },
});
const aSample = (seconds: number, memoryBytes: number): MetricSample => ({
  '@timestamp': stamp(seconds),
  container: { id: CONTAINER_ID, name: 'worker-1' },
  host: HOST,
  cpuPercent: 1,
  memoryBytes,
  memoryLimitBytes: 24 * MIB,
  networkRxBytes: 0,
  networkTxBytes: 0,
  blockReadBytes: 0,
  blockWriteBytes: 0,
  pids: 1,
});

let store: LogStore;
beforeEach(() => {
  store = createMemoryStore();
});
async function given(
  script: string,
  parts: EventParts & { records?: LogRecord[]; samples?: MetricSample[] } = {},
) {
  const { records = [], samples = [], ...rest } = parts;
  const list = events(script, rest);
  await store.append({ records, events: list, samples });
  return list;
}
const asked: string[][] = [];
const story = (event: ContainerEvent | undefined) =>
  readStory(event!.event.id, {
    store,
    containers: () => [],
    deliveriesOf: ids => {
      asked.push([...ids]);
      return Promise.resolve([{ id: 'd-1' }]);
    },
  });

describe('the story of an OOM death', () => {
  const script = 'start@-7200 oom@-3600.05 die137@-3600 start@-3599 oom@-0.05 die137@0 start@1';
  const evidence = { memoryLimitBytes: 24 * MIB, restartCount: 2 };

  test('tells cause, meaning, how often, and what was delivered', async () => {
    const list = await given(script, { evidence });
    const die = list.find(({ '@timestamp': at }) => at === T0);
    const told = await story(die);
    expect(told).toMatchObject({
      title: 'worker-1 ran out of memory',
      cause: 'Killed by the kernel: memory reached its 24 MiB limit. Exit 137.',
      exitMeaning: '137 = SIGKILL: killed at once, without a chance to clean up',
      restartCount: 2,
      sameInLast24h: 1,
      memoryLimitBytes: 24 * MIB,
      event: { death: { class: 'oom' } },
      deliveries: [{ id: 'd-1' }],
    });
    expect(told.hint).toMatch(/memory curve/);
    expect(told.events.map(({ event }) => event.action)).toEqual(['oom', 'die', 'start']);
    expect(asked.at(-1)).toContain(die!.event.id);
  });

  test('is told from its oom event too', async () => {
    const list = await given(script, { evidence });
    const told = await story(
      list.find(({ event, '@timestamp': at }) => event.action === 'oom' && at > stamp(-1)),
    );
    expect(told.event.event.action).toBe('die');
  });

  test('shows the last 50 lines before, the first 10 after, and the curve around', async () => {
    const records = [
      ...Array.from({ length: 60 }, (_, n) => aRecord(n - 60, `before ${n}`)),
      ...Array.from({ length: 12 }, (_, n) => aRecord(2 + n, `after ${n}`)),
    ];
    const samples = [-700, -599, -10, 0, 59, 61].map(at => aSample(at, at + 1_000));
    const list = await given(script, { evidence, records, samples });
    const told = await story(list.find(({ '@timestamp': at }) => at === T0));
    expect(told.linesBefore.map(({ message }) => message)).toEqual(
      Array.from({ length: 50 }, (_, n) => `before ${n + 10}`),
    );
    expect(told.linesAfter.map(({ message }) => message)).toEqual(
      Array.from({ length: 10 }, (_, n) => `after ${n}`),
    );
    expect(told.samples.map(sample => (msOf(sample['@timestamp']) - msOf(T0)) / 1_000)).toEqual([
      -599, -10, 0, 59,
    ]);
  });
});

test.each<[string, string, string]>([
  ['a stop', 'kill15@-0.1 die0@0 stop@0.1', 'worker-1 was stopped'],
  ['a crash', 'die1@0', 'worker-1 crashed'],
  ['a failed start', 'create@-1 die127@0', 'worker-1 could not start'],
  ['a child killed', 'oom@0', 'worker-1 lost a process to the kernel'],
  ['a failing check', 'health_status:unhealthy@0', 'worker-1 is unhealthy'],
  ['a signal', 'kill1@0', 'worker-1 was sent signal 1'],
  ['a removal', 'destroy@0', 'worker-1 was removed'],
])('%s has a title', async (_name, script, title) => {
  const list = await given(script);
  const told = await story(list.find(({ '@timestamp': at }) => at === T0));
  expect(told.title).toBe(title);
  expect(told.cause).not.toBe('');
});

test('without a restart there are no lines after', async () => {
  const [die] = await given('die1@0', { records: [aRecord(5, 'of whom?')] });
  expect((await story(die)).linesAfter).toEqual([]);
});

test('an unknown event is not found', async () => {
  const [die] = events('die1@0');
  await expect(story(die)).rejects.toMatchObject({ code: 'not_found' });
});
