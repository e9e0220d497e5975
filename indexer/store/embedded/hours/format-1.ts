/**
 * Reads the records of a file of format 1, in the spans it had, as segments: slower than blocks, since everything is looked
 * at. Its tables, as far as they are read:
 *
 *     records   (n, id, kind, at)                 n dense from 1 in order of arrival; id 20 bytes, unique
 *     texts     (n, message, rest, checksum)      checksum over kind, id, rest and message
 *     spans     (span, low, high, kinds)          512 records each (span = (n - 1) >> 9): lowest and highest id
 */
import { crc32 } from 'node:zlib';
import { verify } from '../segment/checksum.ts';
import { HOUR_MS, nanosecondsOf, secondsOf } from '../segment/id-bytes.ts';
import { toKind, type Kind, type KindParts } from '../segment/kind.ts';
import { NANOSECONDS, type At, type RecordColumns } from '../segment/record-columns.ts';
import type { Rows } from './rows.ts';
import { openColumns, type Segment } from '../segment/segment.ts';
import { DamagedError } from '../segment/store-error.ts';
import type { TextColumn } from '../segment/text-column.ts';
import type { BlockRef } from '../segment/segment-ref.ts';

export const FORMAT_1_TABLES = ['records', 'texts', 'fts', 'spans', 'rollup'] as const;

export const hasFormat1 = (rows: Rows): boolean =>
  rows(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'records'`).length > 0;

const SPAN_BITS = 9;
const HOUR_SECONDS = HOUR_MS / 1_000;

type RecordRow = [n: number, id: Uint8Array, kind: number, message: string, rest: string, checksum: number];

export function createFormat1Reader(rows: Rows) {
  /** By the kind's number in the file. */
  const parts = new Map<number, Omit<KindParts, 'key'>>();
  /** With the key of the ids, as segments want them. */
  const kinds: Kind[] = [];
  const numbers = new Map<string, number>();

  function numberOf(kind: number, id: Uint8Array): number {
    const key = Buffer.from(id).toString('hex', 8, 17);
    const name = `${kind} ${key}`;
    let number = numbers.get(name);
    if (number === undefined) {
      const known = parts.get(kind);
      if (!known) throw new DamagedError(`there is no kind ${kind}`);
      number = kinds.push(toKind({ ...known, key })) - 1;
      numbers.set(name, number);
    }
    return number;
  }

  function openSpan(first: number, last: number): Segment {
    const found = rows(
      `SELECT n, id, kind, message, rest, checksum FROM records JOIN texts USING (n)
       WHERE n BETWEEN ? AND ? ORDER BY n`,
      first,
      last,
    ) as RecordRow[];
    if (found.length !== last - first + 1) throw new DamagedError(`records from ${first} on are missing`);
    for (const [n, id, kind, message, rest, checksum] of found)
      verify(checksum, crc32(message, crc32(rest, crc32(id, kind))), `record ${n}`);
    return openColumns(toColumns(found, numberOf), kinds);
  }

  return {
    addKind(kind: number, known: Omit<KindParts, 'key'>): void {
      parts.set(kind, known);
    },
    blocks(after: number): BlockRef[] {
      const lastN = Number(rows('SELECT coalesce(max(n), 0) FROM records')[0]?.[0]);
      const spans = rows('SELECT span, low, high FROM spans ORDER BY span') as [
        number,
        Uint8Array,
        Uint8Array,
      ][];
      return spans
        .map(([span, low, high]) => {
          const first = (span << SPAN_BITS) + 1;
          const last = Math.min((span + 1) << SPAN_BITS, lastN);
          const bounds = { first, last, count: last - first + 1, low: atOfId(low), high: atOfId(high) };
          return { ...bounds, open: () => openSpan(first, last) };
        })
        .filter(({ first }) => first > after);
    },
  };
}

const atOfId = (id: Uint8Array): At => (secondsOf(id) % HOUR_SECONDS) * NANOSECONDS + nanosecondsOf(id);

function toColumns(found: RecordRow[], numberOf: (kind: number, id: Uint8Array) => number): RecordColumns {
  return {
    count: found.length,
    kinds: Uint32Array.from(found, ([, id, kind]) => numberOf(kind, id)),
    seconds: Uint32Array.from(found, ([, id]) => secondsOf(id) % HOUR_SECONDS),
    nanoseconds: Uint32Array.from(found, ([, id]) => nanosecondsOf(id)),
    ordinals: Uint32Array.from(found, ([, id]) => Buffer.from(id).readUIntBE(17, 3)),
    messages: toTexts(found.map(([, , , message]) => message)),
    rests: toTexts(found.map(([, , , , rest]) => rest)),
  };
}

function toTexts(texts: string[]): TextColumn {
  let end = 0;
  const bytes = texts.map(text => Buffer.from(text));
  return { bytes: Buffer.concat(bytes), ends: Uint32Array.from(bytes, ({ length }) => (end += length)) };
}
