/** All that one hour holds, piece by piece, for whoever copies it elsewhere. No more than one piece is in memory. */
import type { KindCounts } from '#contract/migration.ts';
import type { LogRecord } from '#contract/log-record.ts';
import type { StoreBatch } from '../../log-store.ts';
import type { HourReader } from './hour-reader.ts';
import { decodeRecord } from '../segment/record-codec.ts';
import { decodeSample, type Subject } from '../segment/sample-row.ts';
import { idAt, kindAt, type Segment } from '../segment/segment.ts';
import { textAt } from '../segment/text-column.ts';
import { readingFile } from './unreadable.ts';

const EVER = { low: new Uint8Array(0), high: new Uint8Array(21).fill(255), from: '', to: '~' };
const MAX_DOCUMENTS = 1_000;
/** Chunks of text are some 64 KB each, but for lines that are longer. */
const MAX_CHUNKS = 16;

/** By what the files say of themselves. Events and samples count twice if the indexer was killed while it moved them. */
export function countsOfHour(reader: HourReader): KindCounts {
  const { packs } = reader;
  const live = reader.liveDocuments();
  const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
  return {
    records: sum(reader.segments().map(({ count }) => count)),
    events: live.events + sum(packs.map(({ eventCount }) => eventCount)),
    samples: live.samples + sum(packs.flatMap(({ samples }) => samples.map(({ count }) => count))),
  };
}

/** Each record, event and sample of the hour once, in no order. Throws `UnreadableFileError` or what SQLite throws. */
export function* contentsOfHour(reader: HourReader): Generator<StoreBatch> {
  const nothing: StoreBatch = { records: [], events: [], samples: [] };
  for (const records of recordsOfHour(reader)) yield { ...nothing, records };
  for (const events of parts(reader.events(EVER))) yield { ...nothing, events };
  for (const { document, rows } of reader.samples(EVER).values()) {
    const subject = JSON.parse(document) as Subject;
    for (const part of parts(rows))
      yield { ...nothing, samples: part.map(([at, reading]) => decodeSample(at, subject, reading)) };
  }
}

function* recordsOfHour(reader: HourReader): Generator<LogRecord[]> {
  let records: LogRecord[] = [];
  let chunks = 0;
  for (const { file, open } of reader.segments()) {
    const { count, read } = readingFile(file, () => chunksOf(open(), reader.startSeconds));
    for (let chunk = 0; chunk < count; chunk++) {
      records = records.concat(readingFile(file, () => read(chunk)));
      if (++chunks < MAX_CHUNKS && records.length < MAX_DOCUMENTS) continue;
      yield records;
      records = [];
      chunks = 0;
    }
  }
  if (records.length > 0) yield records;
}

type Chunks = { count: number; read: (chunk: number) => LogRecord[] };

function chunksOf(segment: Segment, startSeconds: number): Chunks {
  const times = segment.times();
  const kinds = segment.kindNumbers();
  return {
    count: segment.chunks.length - 1,
    read(chunk) {
      const [first = 0, end = first] = segment.chunks.slice(chunk, chunk + 2);
      const messages = segment.messages(chunk);
      const rests = segment.rests(chunk);
      return Array.from({ length: end - first }, (_, i) => {
        const { key, template } = kindAt(segment, kinds[first + i] ?? 0);
        const id = idAt(times, first + i, { key, startSeconds });
        return decodeRecord(template, { id, message: textAt(messages, i), rest: textAt(rests, i) });
      });
    },
  };
}

function* parts<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += MAX_DOCUMENTS) yield all.slice(at, at + MAX_DOCUMENTS);
}
