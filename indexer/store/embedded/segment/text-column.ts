/**
 * Many texts as one run of UTF-8: text `i` ends at `ends[i]` and begins where the one before ends. On disk the lengths (as
 * varints, after the number of bytes they take) stand before the bytes.
 */
import { ByteReader, ByteWriter } from './byte-writer.ts';
import { DamagedError } from './store-error.ts';

export type TextColumn = { bytes: Buffer; ends: Uint32Array };

export const startOfText = ({ ends }: TextColumn, index: number): number =>
  index === 0 ? 0 : (ends[index - 1] ?? 0);

export const textAt = (column: TextColumn, index: number): string =>
  column.bytes.toString('utf8', startOfText(column, index), column.ends[index]);

/** The texts of these places, in this order. Neighbours are copied together. */
export function gatherTexts(column: TextColumn, places: ArrayLike<number>): TextColumn {
  const ends = new Uint32Array(places.length);
  let length = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0;
    length += (column.ends[place] ?? 0) - startOfText(column, place);
    ends[i] = length;
  }
  const bytes = Buffer.allocUnsafeSlow(length);
  let to = 0;
  for (let i = 0; i < places.length;) {
    const first = places[i] ?? 0;
    let last = first;
    while (++i < places.length && places[i] === last + 1) last++;
    to += column.bytes.copy(bytes, to, startOfText(column, first), column.ends[last]);
  }
  return { bytes, ends };
}

/** The texts of these places in the sequence of all columns, in this order. */
export function gatherAcross(columns: readonly TextColumn[], places: ArrayLike<number>): TextColumn {
  const starts = startsOf(columns);
  const columnAt = new Uint32Array(places.length);
  columns.forEach((_, i) => columnAt.fill(i, starts[i], starts[i + 1]));
  const bytes = Buffer.allocUnsafeSlow(columns.reduce((sum, column) => sum + column.bytes.length, 0));
  const ends = new Uint32Array(places.length);
  let to = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0;
    const index = columnAt[place] ?? 0;
    const column = columns[index];
    const within = place - (starts[index] ?? 0);
    if (column) to += column.bytes.copy(bytes, to, startOfText(column, within), column.ends[within]);
    ends[i] = to;
  }
  return { bytes: bytes.subarray(0, to), ends };
}

/** Where each column begins in the sequence of all, and at last how many texts there are. */
function startsOf(columns: readonly TextColumn[]): number[] {
  const starts = [0];
  for (const { ends } of columns) starts.push((starts.at(-1) ?? 0) + ends.length);
  return starts;
}

export function concatTexts(columns: readonly TextColumn[]): TextColumn {
  const ends = new Uint32Array(columns.reduce((sum, column) => sum + column.ends.length, 0));
  let index = 0;
  let start = 0;
  for (const column of columns) {
    for (const end of column.ends) ends[index++] = start + end;
    start += column.bytes.length;
  }
  return { bytes: Buffer.concat(columns.map(column => column.bytes)), ends };
}

/** Texts `first` up to `end`; shares their bytes. */
export function sliceTexts(column: TextColumn, first: number, end: number): TextColumn {
  const start = startOfText(column, first);
  return {
    bytes: column.bytes.subarray(start, end === 0 ? 0 : column.ends[end - 1]),
    ends: column.ends.subarray(first, end).map(at => at - start),
  };
}

/** Empty when all texts are. */
export function encodeTexts({ bytes, ends }: TextColumn): Buffer {
  if (bytes.length === 0) return bytes;
  const lengths = new ByteWriter(ends.length * 2);
  let start = 0;
  for (const end of ends) {
    lengths.varint(end - start);
    start = end;
  }
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32LE(lengths.length);
  return Buffer.concat([head, lengths.written, bytes]);
}

/** The inverse, for `count` texts. Throws `DamagedError`. */
export function decodeTexts(content: Buffer, count: number): TextColumn {
  const ends = new Uint32Array(count);
  if (content.length === 0) return { bytes: content, ends };
  const lengths = content.readUInt32LE();
  const reader = new ByteReader(content.subarray(4, 4 + lengths));
  let end = 0;
  for (let i = 0; i < count; i++) ends[i] = end += reader.varint();
  const bytes = content.subarray(4 + lengths);
  if (end !== bytes.length) throw new DamagedError('the lengths of texts do not add up');
  return { bytes, ends };
}
