/** Writes one hourly file. Everything it remembers is read back from the file when it is opened. */
import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { checksumOfDocument, checksumOfRecord } from './checksum.ts';
import { openForWriting } from './hour-file.ts';
import { bytesOfId } from './id-bytes.ts';
import { createKindWriter, type KindWriter } from './kind-writer.ts';
import { encodeRecord } from './record-row.ts';
import { createRollupWriter } from './rollup-writer.ts';
import { encodeReading, subjectOf } from './sample-row.ts';
import { createSpanWriter } from './span-writer.ts';
import { tokenText } from './token-text.ts';

const datasync = promisify(fdatasync);

/** A document and its place in the batch it came with. */
export type Placed<T> = { place: number; document: T };
/** The part of a batch that belongs to one hour. */
export type HourBatch = {
  records: Placed<LogRecord>[];
  events: Placed<ContainerEvent>[];
  samples: Placed<MetricSample>[];
};
/** The places in the batch of what the file had already. */
export type Duplicates = { records: number[]; events: number[]; samples: number[] };

export interface HourWriter {
  /** One transaction: all of it or, when it throws SQLite's error, nothing; then the writer must be closed. */
  append(batch: HourBatch): Duplicates;
  /** Resolves when every append so far is on the disk. */
  sync(): Promise<void>;
  /** Folds the word index into one piece and the WAL into the file; for an hour that is over. */
  optimize(): void;
  close(): void;
}

export function createHourWriter(path: string): HourWriter {
  const db = openForWriting(path);
  const kinds = createKindWriter(db);
  const appenders = {
    records: createRecordAppender(db, kinds),
    events: createEventAppender(db, kinds),
    samples: createSampleAppender(db),
  };
  let wal: number | undefined;

  return {
    append(batch) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const duplicates = {
          records: appenders.records(batch.records),
          events: placesWithout(batch.events, appenders.events),
          samples: placesWithout(batch.samples, appenders.samples),
        };
        db.exec('COMMIT');
        return duplicates;
      } catch (error) {
        // A full disk has rolled back already.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    async sync() {
      wal ??= syncNames(path);
      await datasync(wal);
    },
    optimize: () => db.exec(`INSERT INTO fts (fts) VALUES ('optimize'); PRAGMA wal_checkpoint(TRUNCATE)`),
    close() {
      if (wal !== undefined) closeSync(wal);
      db.close();
    },
  };
}

/**
 * The descriptor of the WAL, after making sure that the file, its WAL and their names in the folder outlive a power cut.
 * SQLite keeps the same WAL file as long as a connection is open.
 */
function syncNames(path: string): number {
  for (const name of [path, dirname(path)]) {
    const descriptor = openSync(name, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
  return openSync(`${path}-wal`, 'r');
}

/** Appends each; the places of those that `append` says were there. */
function placesWithout<T>(documents: Placed<T>[], append: (document: T) => boolean): number[] {
  return documents.filter(({ document }) => !append(document)).map(({ place }) => place);
}

function createRecordAppender(
  db: DatabaseSync,
  kinds: KindWriter,
): (records: Placed<LogRecord>[]) => number[] {
  const insertRecord = db.prepare('INSERT OR IGNORE INTO records (n, id, kind, at) VALUES (?, ?, ?, ?)');
  const insertText = db.prepare('INSERT INTO texts (n, message, rest, checksum) VALUES (?, ?, ?, ?)');
  const insertTokens = db.prepare('INSERT INTO fts (rowid, text) VALUES (?, ?)');
  const rollup = createRollupWriter(db);
  const spans = createSpanWriter(db);
  let lastN = Number(db.prepare('SELECT coalesce(max(n), 0) AS n FROM records').get()?.['n']);

  return records => {
    const duplicates = placesWithout(records, record => {
      const row = encodeRecord(record);
      const kind = kinds.kindOf(record);
      const n = lastN + 1;
      if (insertRecord.run(n, row.id, kind, row.at).changes === 0) return false;
      lastN = n;
      insertText.run(n, row.message, row.rest, checksumOfRecord({ ...row, kind }));
      insertTokens.run(n, tokenText(record.message));
      spans.add(n, row.id, kind);
      rollup.add(row.at, kind);
      return true;
    });
    spans.flush();
    rollup.flush();
    return duplicates;
  };
}

function createEventAppender(db: DatabaseSync, kinds: KindWriter): (event: ContainerEvent) => boolean {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO events (id, source, container, action, document, checksum) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return event => {
    const { container, host, compose, ...rest } = event;
    const source = kinds.sourceRef({ container, host, ...(compose && { compose }) });
    const id = bytesOfId(event.event.id);
    const document = JSON.stringify(rest);
    const checksum = checksumOfDocument(document, source);
    return insert.run(id, source, container.id, event.event.action, document, checksum).changes !== 0;
  };
}

function createSampleAppender(db: DatabaseSync): (sample: MetricSample) => boolean {
  const insertSubject = db.prepare('INSERT INTO subjects (container, document) VALUES (?, ?)');
  const insert = db.prepare('INSERT OR IGNORE INTO samples (subject, at, reading) VALUES (?, ?, ?)');
  const subjects = new Map<string, { ref: number; document: string }>();
  for (const row of db.prepare('SELECT * FROM subjects').iterate()) {
    const [ref, document] = [Number(row['subject']), String(row['document'])];
    subjects.set(String(row['container']), { ref, document });
  }
  return sample => {
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
