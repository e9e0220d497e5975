/** What happens to a batch, whole. The ack is the promise of the product: it is given last. */
import type { IngestAck, IngestBatch } from '#contract/batch.ts';
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { eventsOf, recordsOf, samplesOf } from '../parse/to-record.ts';
import type { Appended, StoreBatch } from '../store/log-store.ts';

export type IngestDeps = {
  append: (batch: StoreBatch) => Promise<Appended>;
  /** Keeps the newest snapshots; answers what changed. */
  applyInventory: (batch: IngestBatch) => Promise<Container[]>;
  /** Called with all events of the batch, new or not: alerting is idempotent by event id and must survive a crash in here. */
  noteEvents: (events: ContainerEvent[]) => Promise<void>;
  publish: (news: {
    records: LogRecord[];
    events: ContainerEvent[];
    samples: MetricSample[];
    containers: Container[];
  }) => void;
  count: (batch: IngestBatch, appended: Appended) => void;
  watched: () => string[];
};

export async function ingestBatch(batch: IngestBatch, deps: IngestDeps): Promise<IngestAck> {
  const containers = await deps.applyInventory(batch);
  const parsed = { records: recordsOf(batch), events: eventsOf(batch), samples: samplesOf(batch) };
  const appended = await deps.append(parsed);
  await deps.noteEvents(parsed.events);
  deps.publish({ ...appended, containers });
  deps.count(batch, appended);
  return {
    batchId: batch.id,
    stored: appended.records.length,
    duplicates: appended.duplicates,
    watched: deps.watched(),
  };
}
