import { describe, expect, it } from 'vitest';
import type { HostStatus } from '#contract/batch.ts';
import { hostsInWords, showHosts, silentFrom, silentHosts, spoolInWords } from './host-words.ts';

const NOW = Date.parse('2026-11-22T10:42:00Z');
const about = { zone: 'utc' as const, nowMs: NOW };
const MIB = 2 ** 20;

type Parts = Partial<Omit<HostStatus, 'counters'>> & {
  counters?: Partial<HostStatus['counters']>;
  version?: string;
};

const aHost = (name: string, { counters, version = '1.0.0', ...rest }: Parts = {}): HostStatus => ({
  id: `id-${name}`,
  name,
  engineVersion: '29.1.0',
  cpus: 4,
  memoryBytes: 2 ** 33,
  collector: { id: name, version, startedAt: '2026-11-22T09:00:00Z' },
  lastSeenAt: '2026-11-22T10:41:58Z',
  connected: true,
  clockSkewMs: -40,
  counters: {
    linesRead: 9,
    linesJoined: 0,
    linesSkippedAsAcked: 0,
    linesAcked: 9,
    linesInFlight: 0,
    linesRefused: 0,
    linesExcluded: 0,
    linesDropped: 0,
    gaps: 0,
    engineErrorFrames: 0,
    reopens: 0,
    eventsRead: 0,
    samplesRead: 0,
    ...counters,
  },
  ...rest,
});
const away = { connected: false, lastSeenAt: '2026-11-22T10:41:07Z' };
const spool = (bytes: number, damagedBytes = 0) => ({
  bytes,
  limitBytes: 1_000,
  policy: 'block' as const,
  damagedBytes,
});

describe('a host', () => {
  it.each<[string, Parts, string, string[]]>([
    ['that is well', { lagMs: 120, spool: spool(700) }, 'ok', []],
    ['that does not say more', {}, 'ok', []],
    ['that is away', away, 'warn', ['no data since 10:41:07']],
    ['that is late', { lagMs: 12_300 }, 'warn', ['lag 12.3 s']],
    ['whose spool fills', { spool: spool(920) }, 'warn', ['spool 92 % full']],
    ['whose spool was damaged', { spool: spool(0, 3) }, 'error', ['spool damaged']],
    [
      'that dropped lines',
      { counters: { linesDropped: 1_204, gaps: 1 } },
      'error',
      ['1,204 dropped', '1 gap'],
    ],
    ['whose clock is off', { clockSkewMs: 3_200 }, 'warn', ['clock 3.2 s ahead']],
    ['whose clock is behind', { clockSkewMs: -61_000 }, 'warn', ['clock 1 min 1 s behind']],
    ['whose clock is not known', { clockSkewMs: null }, 'ok', []],
    [
      'that left days ago',
      { ...away, lastSeenAt: '2026-11-19T10:00:00Z' },
      'idle',
      ['no data since 2026-11-19 10:00'],
    ],
    ['that was late when it went away', { ...away, lagMs: 12_300 }, 'warn', ['no data since 10:41:07']],
  ])('%s', (...row) => {
    const [, parts, tone, flags] = row;
    const [shown] = showHosts([aHost('a', parts)], about);
    expect({ tone: shown!.tone, flags: shown!.flags.map(({ short }) => short) }).toEqual({ tone, flags });
  });

  it('is flagged when its collector is not of the version most run', () => {
    const hosts = [aHost('a'), aHost('b', { version: '0.9.0' }), aHost('c')];
    const flagged = showHosts(hosts, about).filter(({ flags }) => flags.length > 0);
    expect(flagged.map(({ host, flags }) => [host.name, flags[0]!.text])).toEqual([
      ['b', 'version 0.9.0, others 1.0.0'],
    ]);
  });

  it('of two versions the older is the odd one, and one that is away does not count', () => {
    const hosts = [aHost('a', { version: '0.10.0' }), aHost('b', { version: '0.9.0' })];
    const odd = (list: HostStatus[]) =>
      showHosts(list, about)
        .filter(({ flags }) => flags.some(({ short }) => short.startsWith('version')))
        .map(({ host }) => host.name);
    expect(odd(hosts)).toEqual(['b']);
    expect(odd([hosts[0]!, { ...hosts[1]!, ...away }])).toEqual([]);
  });
});

describe('all hosts', () => {
  const hosts = [
    aHost('gone', { ...away, lastSeenAt: '2026-11-01T00:00:00Z' }),
    aHost('well'),
    aHost('away', away),
    aHost('lossy', { counters: { linesDropped: 1 } }),
  ];

  it('stand in the order of trouble', () => {
    expect(showHosts(hosts, about).map(({ host }) => host.name)).toEqual(['lossy', 'away', 'well', 'gone']);
  });

  it.each([
    [[aHost('quay')], 'quay'],
    [[aHost('quay', away)], 'quay · no data since 10:41:07'],
    [[aHost('a'), aHost('b')], '2 hosts'],
    [hosts, '2 of 4 hosts'],
  ])('%# in one line', (list, words) => expect(hostsInWords(showHosts(list, about))).toBe(words));

  it('that are silent are known by id, with since when', () => {
    expect([...silentHosts(hosts)].map(([id]) => id)).toEqual(['id-gone', 'id-away']);
  });
});

it('a spool says what it does when it is full', () => {
  expect(
    spoolInWords({ bytes: 12 * MIB, limitBytes: 1_024 * MIB, policy: 'drop-oldest', damagedBytes: 0 }),
  ).toBe('12 MiB of 1 GiB; when full, the oldest lines are dropped');
});

it.each([
  [[], null, null],
  [[aHost('a'), aHost('b', away)], null, null],
  [[aHost('a'), aHost('b', away)], 'b', '2026-11-22T10:41:07Z'],
  [
    [aHost('a', { ...away, lastSeenAt: '2026-11-22T10:00:00Z' }), aHost('b', away)],
    null,
    '2026-11-22T10:41:07Z',
  ],
  [[aHost('a', away)], 'elsewhere', null],
])('%# none reports since', (...row) => {
  const [hosts, name, since] = row;
  expect(silentFrom(hosts, name)).toBe(since === null ? null : Date.parse(since));
});
