/** What the engine answers, read defensively: events, inspect, statistics, stamps. */
import { describe, expect, it } from 'vitest';
import { parseEngineEvent } from './engine-events.ts';
import { signalNumber, toContainerDetails, toImage, type InspectAnswer } from './inspected.ts';
import { readStamp, sinceOfStamp, stampOfNanos } from './stamp.ts';
import { toStatsReading } from './stats-reading.ts';

describe('stamps', () => {
  it('keep all digits of nanoseconds', () => {
    expect(stampOfNanos('1795322256291604679')).toBe('2026-11-22T04:37:36.291604679Z');
    expect(sinceOfStamp('2026-11-22T04:37:36.291604679Z')).toBe('1795322256.291604679');
  });

  it.each([
    ['2026-11-22T04:37:36Z', '2026-11-22T04:37:36.000000000Z'],
    ['2026-11-22T04:37:36.5Z', '2026-11-22T04:37:36.500000000Z'],
    ['0001-01-01T00:00:00Z', null],
    ['yesterday', null],
    [undefined, null],
  ])('of %j are %j', (text, stamp) => expect(readStamp(text)).toBe(stamp));
});

describe('an event', () => {
  const line = (action: string, attributes = {}, more = '') =>
    `{"Type":"container","Action":${JSON.stringify(action)},"Actor":{"ID":"c1","Attributes":${JSON.stringify(attributes)}}${more},"time":1,"timeNano":1795322256291604679}`;

  it('has its text split off, and its time unrounded', () => {
    expect(parseEngineEvent(line('health_status: unhealthy', { name: 'web' }))).toEqual({
      stamp: '2026-11-22T04:37:36.291604679Z',
      action: 'health_status',
      detail: 'unhealthy',
      containerId: 'c1',
      attributes: { name: 'web' },
    });
  });

  it('is not fooled by a label that looks like a time', () => {
    const event = parseEngineEvent(
      line('start', { 'x"timeNano': '1111111111111111111', y: '"timeNano":2222222222222222222,' }),
    );
    expect(event?.stamp).toBe('2026-11-22T04:37:36.291604679Z');
  });

  it.each(['', 'null', '[]', '{', '{"Type":"image","timeNano":1795322256291604679}', line('')])(
    'is not read from %j',
    text => expect(parseEngineEvent(text)).toBeNull(),
  );
});

describe('an inspected container', () => {
  it('never shows its environment or its command', () => {
    const answer = {
      Id: 'c',
      Config: { Env: ['TOKEN=s3cret'], Cmd: ['--password=s3cret'] },
      Path: 's3cret',
    } as InspectAnswer;
    expect(JSON.stringify(toContainerDetails(answer))).not.toContain('s3cret');
  });

  it.each([
    ['redis', { name: 'redis' }],
    ['redis:7-alpine', { name: 'redis', tag: '7-alpine' }],
    ['reg:5000/team/web', { name: 'reg:5000/team/web' }],
    ['reg:5000/team/web:1.2@sha256:abc', { name: 'reg:5000/team/web', tag: '1.2' }],
    ['sha256:abc', { name: 'sha256:abc' }],
  ])('of image %s', (reference, image) => expect(toImage(reference)).toEqual(image));

  it.each([
    ['SIGTERM', 15],
    ['INT', 2],
    ['sigquit', 3],
    ['9', 9],
    ['SIGRTMIN+3', 37],
    ['SIGRTMAX', 64],
    ['', null],
    ['nonsense', null],
    [undefined, null],
  ])('stops on %j: %j', (text, number) => expect(signalNumber(text)).toBe(number));
});

describe('statistics', () => {
  const read = '2026-11-22T04:37:36.2Z';
  const cpu = { cpu_usage: { total_usage: 5, percpu_usage: [1, 4] }, system_cpu_usage: 100 };

  it('of cgroup v1', () => {
    const answer = {
      read,
      cpu_stats: cpu,
      memory_stats: { usage: 1_000, limit: 4_000, stats: { total_inactive_file: 300, inactive_file: 100 } },
      networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
      blkio_stats: {
        io_service_bytes_recursive: [
          { op: 'Read', value: 7 },
          { op: 'Write', value: 8 },
          { op: 'Total', value: 15 },
        ],
      },
      pids_stats: { current: 3 },
    };
    expect(toStatsReading(answer, 9_000)).toEqual({
      stamp: '2026-11-22T04:37:36.200000000Z',
      cpuNanos: 5,
      systemNanos: 100,
      onlineCpus: 2,
      memoryBytes: 700,
      memoryLimitBytes: 4_000,
      networkRxBytes: 11,
      networkTxBytes: 22,
      blockReadBytes: 7,
      blockWriteBytes: 8,
      pids: 3,
    });
  });

  it('of cgroup v2 without a limit and without a network', () => {
    const answer = {
      read,
      cpu_stats: { ...cpu, online_cpus: 4 },
      memory_stats: { usage: 1_000, limit: 9_000, stats: { inactive_file: 100 } },
      blkio_stats: { io_service_bytes_recursive: [{ op: 'read', value: 7 }] },
    };
    expect(toStatsReading(answer, 9_000)).toMatchObject({
      onlineCpus: 4,
      memoryBytes: 900,
      memoryLimitBytes: null,
      networkRxBytes: 0,
      blockReadBytes: 7,
    });
  });

  it.each([{}, { read: '0001-01-01T00:00:00Z', memory_stats: {} }, { read, memory_stats: {} }])(
    'of a container that does not run are none: %j',
    answer => expect(toStatsReading(answer, 1)).toBeNull(),
  );
});
