/**
 * Prometheus metrics. The identity of the product: lines read by a collector = acknowledged + refused + in flight + skipped
 * as already acknowledged; lines acknowledged = records stored + duplicates.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { HostStatus, IngestBatch } from '#contract/batch.ts';
import type { Appended } from '../store/log-store.ts';

export type Metrics = {
  countBatch: (batch: IngestBatch, appended: Appended) => void;
  countRefused: () => void;
  countLiveSkipped: (records: number) => void;
  render: () => Promise<{ contentType: string; body: string }>;
};

export function createMetrics(hosts: () => HostStatus[]): Metrics {
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
  const events = counter('events_stored_total', 'Container events stored.');
  const samples = counter('samples_stored_total', 'Samples stored.');
  const skipped = counter(
    'live_skipped_total',
    'Records not pushed to slow live clients; they are stored all the same.',
  );
  addCollectorGauges(registers, hosts);
  return {
    countBatch(_batch, appended) {
      batches.inc();
      stored.inc(appended.records.length);
      events.inc(appended.events.length);
      samples.inc(appended.samples.length);
      duplicates.inc(appended.duplicates);
    },
    countRefused: () => refused.inc(),
    countLiveSkipped: records => skipped.inc(records),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** Each collector's own totals, as its last batch told them. */
function addCollectorGauges(registers: Registry[], hosts: () => HostStatus[]): void {
  const names = {
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
  } as const;
  for (const [key, name] of Object.entries(names) as [keyof typeof names, string][]) {
    new Gauge({
      name: `quaylog_collector_${name}`,
      help: `Collector total since its start: ${name.replaceAll('_', ' ')}.`,
      labelNames: ['host', 'collector'],
      registers,
      collect() {
        this.reset();
        for (const host of hosts())
          this.set({ host: host.name, collector: host.collector.id }, host.counters[key]);
      },
    });
  }
  new Gauge({
    name: 'quaylog_collector_connected',
    help: '1 while the collector reports.',
    labelNames: ['host', 'collector'],
    registers,
    collect() {
      this.reset();
      for (const host of hosts())
        this.set({ host: host.name, collector: host.collector.id }, host.connected ? 1 : 0);
    },
  });
}
