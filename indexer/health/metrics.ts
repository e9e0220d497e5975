/**
 * Prometheus metrics. The identity of the product stands at `CollectorCounters` (contract/batch.ts); on this side of the wire,
 * lines acknowledged = records stored + duplicates + dead letters, as far as those are of records.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { HostStatus, IngestBatch } from '#contract/batch.ts';
import type { Appended } from '../store/log-store.ts';

export type Metrics = {
  countBatch: (batch: IngestBatch, appended: Appended) => void;
  countRefused: () => void;
  countLiveSkipped: (records: number) => void;
  countLiveMissed: (items: number) => void;
  render: () => Promise<{ contentType: string; body: string }>;
};

export type MetricsDeps = {
  hosts: () => HostStatus[];
  /** As of `Live.others`. */
  others: () => { count: number; trouble: string | null } | null;
};

export function createMetrics({ hosts, others }: MetricsDeps): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string) => new Counter({ name: `quaylog_${name}`, help, registers });
  const batches = counter('ingest_batches_total', 'Batches acknowledged.');
  const refused = counter('ingest_batches_refused_total', 'Batches not acknowledged, for any reason.');
  const stored = counter('records_stored_total', 'Log records stored.');
  const duplicates = counter(
    'duplicates_total',
    'Records, events and samples refused because their id was already stored.',
  );
  const deadLetters = counter(
    'dead_letters_total',
    'Records, events and samples that Elasticsearch refused and that are kept as dead letters.',
  );
  const events = counter('events_stored_total', 'Container events stored.');
  const samples = counter('samples_stored_total', 'Samples stored.');
  const skipped = counter(
    'live_skipped_total',
    'Records not pushed to slow live clients; they are stored all the same.',
  );
  const missed = counter(
    'live_missed_total',
    'Items that other indexers stored and that did not come through Redis; they are stored all the same.',
  );
  addCollectorGauges(registers, hosts);
  addPeerGauges(registers, others);
  return {
    countBatch(_batch, appended) {
      batches.inc();
      stored.inc(appended.records.length);
      events.inc(appended.events.length);
      samples.inc(appended.samples.length);
      duplicates.inc(appended.duplicates);
      deadLetters.inc(appended.deadLettered ?? 0);
    },
    countRefused: () => refused.inc(),
    countLiveSkipped: records => skipped.inc(records),
    countLiveMissed: items => missed.inc(items),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** What a collector told in its last batch; `null` where it tells nothing, or where only a fresh word counts. */
type CollectorReading = { name: string; help: string; of: (host: HostStatus) => number | null | undefined };

/** Each collector's own totals stay as it told them last: one that is away has read what it has read. */
const TOTALS: CollectorReading[] = Object.entries({
  linesRead: 'lines_read',
  linesJoined: 'lines_joined',
  linesSkippedAsAcked: 'lines_skipped_as_acked',
  linesAcked: 'lines_acked',
  linesInFlight: 'lines_in_flight',
  linesRefused: 'lines_refused',
  linesExcluded: 'lines_excluded',
  linesDropped: 'lines_dropped',
  gaps: 'gaps',
  engineErrorFrames: 'engine_error_frames',
  reopens: 'reopens',
  eventsRead: 'events_read',
  samplesRead: 'samples_read',
} as const satisfies Record<keyof HostStatus['counters'], string>).map(([key, name]) => ({
  name,
  help: `Collector total since its start: ${name.replaceAll('_', ' ')}.`,
  of: ({ counters }) => counters[key as keyof typeof counters],
}));

/** What is true only now: of a collector that is away nothing is claimed. */
const STATES: CollectorReading[] = [
  {
    name: 'connected',
    help: '1 while the collector reports, 0 while it is away.',
    of: ({ connected }) => (connected ? 1 : 0),
  },
  {
    name: 'lag_seconds',
    help: 'Age of the oldest line that was read and is not acknowledged. None while the collector is away.',
    of: ({ connected, lagMs }) => (connected && lagMs !== undefined ? lagMs / 1_000 : null),
  },
  {
    name: 'spool_bytes',
    help: "What waits on the collector's disk. None while the collector is away.",
    of: ({ connected, spool }) => (connected ? spool?.bytes : null),
  },
  {
    name: 'spool_limit_bytes',
    help: 'What may wait there. None while the collector is away.',
    of: ({ connected, spool }) => (connected ? spool?.limitBytes : null),
  },
  {
    name: 'spool_damaged_bytes',
    help: 'Bytes of the spool that did not check and were set aside.',
    of: ({ spool }) => spool?.damagedBytes,
  },
];

function addCollectorGauges(registers: Registry[], hosts: () => HostStatus[]): void {
  for (const { name, help, of } of [...TOTALS, ...STATES]) {
    new Gauge({
      name: `quaylog_collector_${name}`,
      help,
      labelNames: ['host', 'collector'],
      registers,
      collect() {
        this.reset();
        for (const host of hosts()) {
          const value = of(host);
          if (value !== null && value !== undefined)
            this.set({ host: host.name, collector: host.collector.id }, value);
        }
      },
    });
  }
}

/** Nothing is said where there is one indexer only. */
function addPeerGauges(registers: Registry[], others: MetricsDeps['others']): void {
  const gauge = (
    name: string,
    help: string,
    of: (now: { count: number; trouble: string | null }) => number,
  ) =>
    new Gauge({
      name: `quaylog_${name}`,
      help,
      registers,
      collect() {
        const now = others();
        this.reset();
        if (now) this.set(of(now));
      },
    });
  gauge('peers', 'Other indexers that are heard.', ({ count }) => count);
  gauge('redis_connected', '1 while other indexers can be heard, 0 while Redis is away.', ({ trouble }) =>
    trouble === null ? 1 : 0,
  );
}
