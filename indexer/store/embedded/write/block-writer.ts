/** Puts records into the blocks of a live file, each once. */
import type { DatabaseSync } from 'node:sqlite';
import { spanOf, toImage, type ImageOptions } from '../segment/image.ts';
import type { KindWriter } from './kind-writer.ts';
import type { Hour } from '../hours/hours.ts';
import type { KnownIds } from './known-ids.ts';
import type { LiveReader } from '../hours/live-reader.ts';
import type { Pack } from '../hours/pack-file.ts';
import { concatRecords, gatherRecords, sliceRecords, type RecordColumns } from '../segment/record-columns.ts';
import { allRecords, type Segment } from '../segment/segment.ts';
import type { HourBatch } from './hour-batch.ts';
import type { SegmentRef } from '../segment/segment-ref.ts';

/** So many records in small blocks become one packed block: enough to pack well, few enough to look at one by one. */
export const SEAL_AT = 512;
/** The same in bytes, so that a few huge records do not stay in memory. */
const SEAL_AT_BYTES = 2 ** 20;
/** More records than this at once become several blocks. */
const MAX_BLOCK = 2_048;

/**
 * Level 1 packs no worse here, and takes no less time. The words of a block are one page or two: each page costs two calls of
 * the packer, which take longer than the packing.
 */
const PACKED: ImageOptions = { level: 3, chunkBytes: 2 ** 20, pageBytes: 2 ** 15, hasTotals: false };
const SMALL: ImageOptions = { level: 0, chunkBytes: 2 ** 20, pageBytes: 0, hasTotals: false };

export interface BlockWriter {
  /** Within a transaction. The places of records that the hour had already. */
  append(batch: HourBatch): number[];
  /** The number of the last record that the hour has. */
  lastRecord(): number;
  /** Records in packed blocks. */
  sealedRecords: () => number;
}

type Parts = {
  db: DatabaseSync;
  packs: readonly Pack[];
  kinds: KindWriter;
  reader: LiveReader;
  hour: Hour;
  ids: KnownIds;
};

export function createBlockWriter({ db, packs, kinds, reader, hour, ids }: Parts): BlockWriter {
  const moved = packs.reduce((last, { upTo }) => Math.max(last, upTo), 0);
  const blocks = createBlockTable(db, reader, moved);
  const replaced = new Set(packs.flatMap(({ replaces }) => replaces));
  const packed = packs.filter(({ name }) => !replaced.has(name)).map(({ segment }) => refOf(segment));
  const pending = readPending(reader, moved);

  /** All that waits in small blocks, as packed ones. */
  function seal(): void {
    const records = concatRecords(pending.parts);
    const first = blocks.next - records.count;
    if (pending.parts.length > 1) blocks.removeFrom(first);
    const pieces = Math.ceil(records.count / MAX_BLOCK);
    for (let piece = 0; piece < pieces; piece++) {
      const from = Math.floor((records.count * piece) / pieces);
      const to = Math.floor((records.count * (piece + 1)) / pieces);
      blocks.put(first + from, sliceRecords(records, from, to), PACKED);
    }
    pending.parts = [];
    pending.count = pending.bytes = 0;
  }

  function add(records: RecordColumns): void {
    const first = blocks.next;
    blocks.next += records.count;
    pending.parts.push(records);
    pending.count += records.count;
    pending.bytes += records.messages.bytes.length + records.rests.bytes.length;
    if (pending.count >= SEAL_AT || pending.bytes >= SEAL_AT_BYTES) seal();
    else blocks.put(first, records, SMALL);
  }

  return {
    lastRecord: () => blocks.next - 1,
    sealedRecords: () => blocks.held.reduce((sum, { count }) => (count < SEAL_AT ? sum : sum + count), 0),
    append(batch) {
      const asked = { ...batch.records, keys: batch.kinds.map(({ key }) => key) };
      const { fresh, known } = ids.sift(hour, asked, () => [...packed, ...blocks.held]);
      if (fresh.length > 0) {
        const isAll = fresh.length === batch.records.count;
        const records = isAll ? batch.records : gatherRecords(batch.records, fresh);
        add(withFileKinds(records, batch.kinds, kinds));
      }
      return known.map(i => batch.places[i] ?? 0);
    },
  };
}

const refOf = (segment: Segment): SegmentRef => {
  const { low, high, count } = segment;
  return { low, high, count, open: () => segment };
};

/** Kinds as the file numbers them, instead of the batch. */
function withFileKinds(records: RecordColumns, parts: HourBatch['kinds'], kinds: KindWriter): RecordColumns {
  const numbers = new Map<number, number>();
  const numberOf = (kind: number): number => {
    let number = numbers.get(kind);
    if (number === undefined) {
      const known = parts[kind];
      if (!known) throw new RangeError(`the batch has no kind ${kind}`);
      numbers.set(kind, (number = kinds.kindNumber(known)));
    }
    return number;
  };
  return { ...records, kinds: Uint32Array.from(records.kinds, numberOf) };
}

/** The table of blocks, and what is known of it. `next`: the number of the next record. */
function createBlockTable(db: DatabaseSync, reader: LiveReader, moved: number) {
  const insert = db.prepare('INSERT INTO blocks (first, count, low, high, image) VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM blocks WHERE first >= ?');
  const held = reader.all(moved);
  return {
    held,
    next: (held.at(-1)?.last ?? moved) + 1,
    put(first: number, records: RecordColumns, options: ImageOptions): void {
      const { count } = records;
      const span = spanOf(records);
      insert.run(first, count, span.low, span.high, toImage(records, options));
      held.push({ ...span, first, last: first + count - 1, count, open: () => reader.open(first, count) });
    },
    removeFrom(first: number): void {
      remove.run(first);
      while ((held.at(-1)?.first ?? 0) >= first) held.pop();
    },
  };
}

type Pending = { parts: RecordColumns[]; count: number; bytes: number };

/** The small blocks at the end of the file. */
function readPending(reader: LiveReader, moved: number): Pending {
  const small: Segment[] = [];
  for (const block of reader.blocks(moved).reverse()) {
    if (block.count >= SEAL_AT) break;
    const segment = block.open();
    if (segment.words() !== null) break;
    small.unshift(segment);
  }
  const parts = small.flatMap(allRecords);
  return {
    parts,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    bytes: parts.reduce((sum, { messages, rests }) => sum + messages.bytes.length + rests.bytes.length, 0),
  };
}
