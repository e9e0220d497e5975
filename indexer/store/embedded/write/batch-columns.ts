/**
 * Records as the event loop hands them to the writing thread: encoded once, into buffers that change hands without being
 * copied. What the files hold is made of the same columns (record-columns.ts).
 */
import type { LogRecord } from '#contract/log-record.ts';
import { ByteWriter } from '../segment/byte-writer.ts';
import { bytesOfId, hasKey, timeAndOrdinalOf } from '../segment/id-bytes.ts';
import { kindCodesOf, sourceOf, type KindCodes, type KindParts } from '../segment/kind.ts';
import { encodeRest } from '../segment/record-codec.ts';
import type { RecordColumns } from '../segment/record-columns.ts';

/** `seconds` since the epoch; `kinds` of the columns are places in `kinds`. */
export type EncodedRecords = {
  columns: RecordColumns;
  sources: string[];
  kinds: (KindCodes & { source: number; key: string })[];
};

/** Throws a TypeError for a record whose id is none: ids are made by us, never by containers. */
export function encodeRecords(records: readonly LogRecord[]): EncodedRecords {
  const count = records.length;
  const kinds = createKindList();
  const numbers = (): Uint32Array => new Uint32Array(count);
  const columns = { kinds: numbers(), seconds: numbers(), nanoseconds: numbers(), ordinals: numbers() };
  const messages = { bytes: new ByteWriter(count * 160), ends: numbers() };
  const rests = { bytes: new ByteWriter(count * 96), ends: numbers() };
  records.forEach((record, i) => {
    const time = timeAndOrdinalOf(record.event.id);
    columns.kinds[i] = kinds.numberOf(record);
    columns.seconds[i] = time.seconds;
    columns.nanoseconds[i] = time.nanoseconds;
    columns.ordinals[i] = time.ordinal;
    const rest = encodeRest(record, time);
    // Writing a lone surrogate as UTF-8 makes U+FFFD of it, as `toWellFormed` does.
    messages.bytes.text(record.message);
    messages.ends[i] = messages.bytes.length;
    if (rest !== '') rests.bytes.text(rest);
    rests.ends[i] = rests.bytes.length;
  });
  return {
    columns: {
      count,
      ...columns,
      messages: { bytes: messages.bytes.written, ends: messages.ends },
      rests: { bytes: rests.bytes.written, ends: rests.ends },
    },
    sources: kinds.sources,
    kinds: kinds.kinds,
  };
}

/** The memory that `EncodedRecords` can change hands with. */
export function buffersOf({ columns }: EncodedRecords): ArrayBuffer[] {
  const { kinds, seconds, nanoseconds, ordinals, messages, rests } = columns;
  return [kinds, seconds, nanoseconds, ordinals, messages.bytes, messages.ends, rests.bytes, rests.ends].map(
    ({ buffer }) => buffer as ArrayBuffer,
  );
}

/** After the change of hands buffers are plain bytes. */
export function receiveRecords({ columns, sources, kinds }: EncodedRecords): {
  columns: RecordColumns;
  kinds: KindParts[];
} {
  const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  const { messages, rests } = columns;
  return {
    columns: {
      ...columns,
      messages: { ...messages, bytes: asBuffer(messages.bytes) },
      rests: { ...rests, bytes: asBuffer(rests.bytes) },
    },
    kinds: kinds.map(kind => ({ ...kind, source: sources[kind.source] ?? '' })),
  };
}

/** What is known of a container in a batch; by the codes of level and the like, the kinds of its records. */
type KnownSource = { number: number; record: LogRecord; kinds: (KnownKind | undefined)[] };
type KnownKind = { number: number; key: string };

function createKindList() {
  const sources: string[] = [];
  const kinds: EncodedRecords['kinds'] = [];
  const byDocument = new Map<string, KnownSource>();
  // The lines of one batch share their container object, which saves printing it for each.
  const byContainer = new Map<object, KnownSource>();

  function sourceOfRecord(record: LogRecord): KnownSource {
    const { container, host, compose } = record;
    const before = byContainer.get(container);
    if (before?.record.host === host && before.record.compose === compose) return before;
    const document = JSON.stringify(sourceOf(record));
    let source = byDocument.get(document);
    if (!source) {
      source = { number: sources.push(document) - 1, record, kinds: [] };
      byDocument.set(document, source);
    }
    byContainer.set(container, source);
    return source;
  }

  return {
    sources,
    kinds,
    numberOf(record: LogRecord): number {
      const source = sourceOfRecord(record);
      const codes = kindCodesOf(record.log);
      const place = ((codes.level ?? 15) << 5) | ((codes.levelSource ?? 15) << 1) | codes.stream;
      const before = source.kinds[place];
      if (before && hasKey(record.event.id, before.key)) return before.number;
      const hex = Buffer.from(bytesOfId(record.event.id)).toString('hex', 8, 17);
      const number = kinds.push({ source: source.number, key: hex, ...codes }) - 1;
      source.kinds[place] = { number, key: record.event.id };
      return number;
    },
  };
}
