import { describe, expect, it } from 'vitest';
import type { IngestBatch } from '#contract/batch.ts';
import { LINE_PARTIAL, LINE_TRUNCATED } from '#contract/constants.ts';
import { eventsOf, recordsOf, samplesOf } from './to-record.ts';
import { stampOfId } from './record-id.ts';

const AT = '2026-11-22T10:41:07.123456789Z';
const counters = {
  linesRead: 0,
  linesJoined: 0,
  linesSkippedAsAcked: 0,
  linesAcked: 0,
  linesInFlight: 0,
  linesRefused: 0,
  linesExcluded: 0,
  linesDropped: 0,
  gaps: 0,
  engineErrorFrames: 0,
  reopens: 0,
  eventsRead: 0,
  samplesRead: 0,
};

function aBatch(parts: Partial<IngestBatch>): IngestBatch {
  return {
    version: 1,
    id: 'collector-1-1',
    collector: { id: 'collector', version: '0.1.0', startedAt: AT, sentAt: AT, counters },
    host: { id: 'ENGINE', name: 'quay-1', engineVersion: '29.0.0', cpus: 2, memoryBytes: 1024 },
    containers: [
      {
        id: 'c0ffee',
        name: 'shop-web-1',
        image: { name: 'acme/web', tag: '1.2' },
        labels: { 'org.opencontainers.image.version': '1.2.3' },
        service: { version: '1.2.3' },
        compose: { project: 'shop', service: 'web' },
      },
      { id: 'bead', name: 'lonely', image: { name: 'acme/job' }, labels: {} },
    ],
    lines: [],
    events: [],
    samples: [],
    snapshots: [],
    ...parts,
  };
}

describe('records', () => {
  it('carry where they come from, when, and what the line says', () => {
    const text = '{"level":40,"time":1795344067000,"msg":"slow","took":12}';
    const [record] = recordsOf(aBatch({ lines: [[0, 2, AT, 0, text, 0, 56]] }));
    expect(record).toEqual({
      '@timestamp': AT,
      message: 'slow',
      log: { iostream: 'stderr', level: 'warn', level_source: 'json' },
      container: {
        id: 'c0ffee',
        name: 'shop-web-1',
        image: { name: 'acme/web', tag: '1.2' },
        labels: { 'org.opencontainers.image.version': '1.2.3' },
      },
      host: { id: 'ENGINE', name: 'quay-1' },
      compose: { project: 'shop', service: 'web' },
      service: { name: 'web', version: '1.2.3' },
      event: {
        id: record?.event.id,
        dataset: 'docker.logs',
        created: '2026-11-22T10:41:07.000Z',
        original: text,
      },
      app: { took: 12 },
    });
    expect(stampOfId(record!.event.id)).toBe(AT);
  });

  it('have no field for what is not known', () => {
    const [record] = recordsOf(aBatch({ lines: [[1, 1, AT, 0, 'ready', 0, 5]] }));
    expect(Object.keys(record!).sort()).toEqual([
      '@timestamp',
      'container',
      'event',
      'host',
      'log',
      'message',
    ]);
    expect(record!.log).toEqual({ iostream: 'stdout' });
  });

  it('never take stderr for an error', () => {
    const [record] = recordsOf(aBatch({ lines: [[1, 2, AT, 0, 'ready', 0, 5]] }));
    expect(record!.log.level).toBeUndefined();
  });

  it('say when the line was cut or not ended', () => {
    const lines: IngestBatch['lines'] = [
      [0, 1, AT, 0, 'cut', LINE_TRUNCATED, 2_000_000],
      [0, 1, AT, 1, 'open', LINE_PARTIAL, 4],
    ];
    const [cut, open] = recordsOf(aBatch({ lines }));
    expect(cut!.log).toEqual({ iostream: 'stdout', truncated: true, original_bytes: 2_000_000 });
    expect(open!.log).toEqual({ iostream: 'stdout', partial: true });
  });

  it('have ids of their own by engine, container, stream, stamp and ordinal, and the same ones again', () => {
    const later = '2026-11-22T10:41:07.123456790Z';
    const batch = aBatch({
      lines: [
        [0, 1, AT, 0, 'x', 0, 1],
        [0, 2, AT, 0, 'x', 0, 1],
        [1, 1, AT, 0, 'x', 0, 1],
        [0, 1, AT, 1, 'x', 0, 1],
        [0, 1, later, 0, 'x', 0, 1],
      ],
    });
    const ids = recordsOf(batch).map(record => record.event.id);
    const elsewhere = recordsOf({ ...batch, host: { ...batch.host, id: 'OTHER' } }).map(
      record => record.event.id,
    );
    expect(new Set([...ids, ...elsewhere]).size).toBe(10);
    expect(recordsOf({ ...batch, id: 'another' }).map(record => record.event.id)).toEqual(ids);
    expect(ids.at(-1)! > ids[0]! && ids[3]! > ids[0]!).toBe(true);
  });

  it('share the objects of their container', () => {
    const records = recordsOf(
      aBatch({
        lines: [
          [0, 1, AT, 0, 'a', 0, 1],
          [0, 2, AT, 1, 'b', 0, 1],
        ],
      }),
    );
    expect(records[0]!.container).toBe(records[1]!.container);
    expect(records[0]!.host).toBe(records[1]!.host);
  });

  it('refuse a line of a container the batch does not name', () => {
    expect(() => recordsOf(aBatch({ lines: [[2, 1, AT, 0, 'x', 0, 1]] }))).toThrow(
      expect.objectContaining({ code: 'bad_batch' }),
    );
  });

  it('take the service’s name as the collector read it before compose’s', () => {
    const batch = aBatch({ lines: [[0, 1, AT, 0, 'x', 0, 1]] });
    batch.containers[0]!.service = { name: 'storefront' };
    expect(recordsOf(batch)[0]!.service).toEqual({ name: 'storefront' });
  });

  it('are read the way the labels of their container want it', () => {
    const text = '{"level":40,"msg":"slow"}';
    const batch = aBatch({ lines: [[0, 1, AT, 0, text, 0, 25]] });
    batch.containers[0]!.parse = 'none';
    expect(recordsOf(batch)[0]).toMatchObject({ message: text, event: { dataset: 'docker.logs' } });
    expect(recordsOf(batch)[0]!.event.original).toBeUndefined();
  });
});

describe('events', () => {
  it('carry code, signal, health, former name, gap and evidence', () => {
    const gap = { from: AT, to: AT, stream: 'stdout', reason: 'rotated' };
    const events = eventsOf(
      aBatch({
        events: [
          {
            container: 0,
            at: AT,
            ordinal: 0,
            action: 'die',
            exitCode: 137,
            signal: 9,
            evidence: { oomKilled: true, error: 'no such file' },
          },
          {
            container: 0,
            at: AT,
            ordinal: 0,
            action: 'health_status',
            health: 'unhealthy',
            reconciled: true,
          },
          { container: 0, at: AT, ordinal: 0, action: 'rename', renamedFrom: 'old' },
          { container: 1, at: AT, ordinal: 0, action: 'log-gap', gap },
        ],
      }),
    );
    expect(events).toMatchObject([
      {
        '@timestamp': AT,
        event: {
          kind: 'event',
          category: ['process'],
          type: ['end'],
          dataset: 'docker.events',
          action: 'die',
          reason: 'no such file',
        },
        container: { id: 'c0ffee' },
        host: { id: 'ENGINE', name: 'quay-1' },
        compose: { project: 'shop', service: 'web' },
        process: { exit_code: 137, signal: 9 },
        evidence: { oomKilled: true },
      },
      {
        event: { action: 'health_status', type: ['info'], reconciled: true },
        health: { status: 'unhealthy' },
      },
      { event: { action: 'rename', type: ['change'] }, rename: { from: 'old' } },
      { event: { action: 'log-gap', type: ['error'], reason: 'rotated' }, gap },
    ]);
  });

  it('have ids of their own by action and ordinal, apart from those of lines', () => {
    const batch = aBatch({
      lines: [[0, 1, AT, 0, 'x', 0, 1]],
      events: ['die', 'stop', 'kill', 'kill'].map((action, i) => ({
        container: 0,
        at: AT,
        ordinal: i === 3 ? 1 : 0,
        action,
      })),
    });
    const ids = [...eventsOf(batch), ...recordsOf(batch)].map(({ event }) => event.id);
    expect(new Set(ids).size).toBe(5);
  });
});

describe('samples', () => {
  it('name container and host', () => {
    const reading = {
      cpuPercent: 12.5,
      memoryBytes: 1,
      memoryLimitBytes: null,
      networkRxBytes: 2,
      networkTxBytes: 3,
      blockReadBytes: 4,
      blockWriteBytes: 5,
      pids: 6,
    };
    expect(samplesOf(aBatch({ samples: [{ container: 1, at: AT, ...reading }] }))).toEqual([
      {
        '@timestamp': AT,
        container: { id: 'bead', name: 'lonely' },
        host: { id: 'ENGINE', name: 'quay-1' },
        ...reading,
      },
    ]);
  });
});
