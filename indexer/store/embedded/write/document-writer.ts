/** Puts life-cycle events and samples into a live file, each once. They are few: rows of tables. */
import type { DatabaseSync } from 'node:sqlite';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { checksumOfDocument } from '../segment/checksum.ts';
import { bytesOfId } from '../segment/id-bytes.ts';
import type { KindWriter } from './kind-writer.ts';
import { sourceOf } from '../segment/kind.ts';
import type { Pack } from '../hours/pack-file.ts';
import { encodeReading, subjectOf } from '../segment/sample-row.ts';

/** A document and its place in the batch it came with. */
export type Placed<T> = { place: number; document: T };

export interface DocumentWriter {
  /** Within a transaction; the places of those that were there. */
  appendEvents(events: Placed<ContainerEvent>[]): number[];
  appendSamples(samples: Placed<MetricSample>[]): number[];
}

type Parts = { db: DatabaseSync; packs: readonly Pack[]; kinds: KindWriter };

export function createDocumentWriter(parts: Parts): DocumentWriter {
  const appendEvent = createEventAppender(parts);
  const appendSample = createSampleAppender(parts);
  return {
    appendEvents: events => placesWithout(events, appendEvent),
    appendSamples: samples => placesWithout(samples, appendSample),
  };
}

/** Appends each; the places of those that `append` says were there. */
function placesWithout<T>(documents: Placed<T>[], append: (document: T) => boolean): number[] {
  return documents.filter(({ document }) => !append(document)).map(({ place }) => place);
}

function createEventAppender({ db, packs, kinds }: Parts): (event: ContainerEvent) => boolean {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO events (id, source, container, action, document, checksum) VALUES (?, ?, ?, ?, ?, ?)',
  );
  let packed: Set<string> | undefined;
  return event => {
    packed ??= new Set(packs.flatMap(pack => pack.events().map(({ event: { id } }) => id)));
    if (packed.has(event.event.id)) return false;
    const { container, host, compose, ...rest } = event;
    const source = kinds.sourceNumber(
      JSON.stringify(sourceOf({ container, host, ...(compose && { compose }) })),
    );
    const id = bytesOfId(event.event.id);
    const document = JSON.stringify(rest);
    const checksum = checksumOfDocument(document, source);
    return insert.run(id, source, container.id, event.event.action, document, checksum).changes !== 0;
  };
}

function createSampleAppender({ db, packs }: Parts): (sample: MetricSample) => boolean {
  const insertSubject = db.prepare('INSERT INTO subjects (container, document) VALUES (?, ?)');
  const insert = db.prepare('INSERT OR IGNORE INTO samples (subject, at, reading) VALUES (?, ?, ?)');
  const subjects = new Map<string, { ref: number; document: string }>();
  for (const row of db.prepare('SELECT * FROM subjects').iterate()) {
    const [ref, document] = [Number(row['subject']), String(row['document'])];
    subjects.set(String(row['container']), { ref, document });
  }
  const packed = new Map<string, Set<string>>();

  /** The stamps of a container's samples that are in packs. */
  function packedStamps(container: string): Set<string> {
    let stamps = packed.get(container);
    if (!stamps) {
      const mine = packs.flatMap(pack => pack.samples.filter(samples => samples.container === container));
      stamps = new Set(mine.flatMap(({ read }) => read().rows.map(([at]) => at)));
      packed.set(container, stamps);
    }
    return stamps;
  }

  return sample => {
    if (packedStamps(sample.container.id).has(sample['@timestamp'])) return false;
    let subject = subjects.get(sample.container.id);
    if (!subject) {
      const document = JSON.stringify(subjectOf(sample));
      const ref = Number(insertSubject.run(sample.container.id, document).lastInsertRowid);
      subjects.set(sample.container.id, (subject = { ref, document }));
    }
    const reading = encodeReading(sample, subject.document);
    return insert.run(subject.ref, sample['@timestamp'], reading).changes !== 0;
  };
}
