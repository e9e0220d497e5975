/**
 * The image of a segment: some hundred or some hundred thousand records of one hour, packed and indexed, as one run of bytes.
 * A block of a live file holds one (live-file.ts), and a pack is one (pack-file.ts).
 *
 *     sections     (section.ts) in any order; each is found by where it begins and how long it is
 *     footer       a section of JSON: `Footer` below
 *     trailer      u32 length of the footer's section, then MAGIC; little-endian
 *
 *     kinds, seconds, nanoseconds, ordinals     a number for each record (number-column.ts); seconds within the hour. In packs
 *                  a section for each run of some thousand records, so that one record does not cost the whole column
 *     chunks       runs of records whose texts are packed together: one section of messages, one of rests (text-column.ts)
 *     words        pages of the word index (word-index.ts); absent for a few records, which are looked at one by one
 *     restFilters  which words the rests of a chunk may hold (rest-filter.ts); of packs only
 *     totals       for each 5 minutes of the hour, for each kind, how many records; of packs only
 *
 * Invariants
 * - Every byte but those of the trailer is under a checksum, and the trailer only says where the footer is: a flipped bit is
 *   found before anything is shown.
 * - An image is never changed. Records are known by their place in it, from 0.
 */
import { countTotals } from './totals.ts';
import { encodeNumbers, type Numbers } from './number-column.ts';
import { atOf, type At, type RecordColumns } from './record-columns.ts';
import { encodeRestFilters } from './rest-filter.ts';
import { toSection } from './section.ts';
import { encodeTexts, sliceTexts, startOfText } from './text-column.ts';
import { buildWordPages } from './word-index-builder.ts';

export const MAGIC = Buffer.from('quaylog2');
export const SPAN_RECORDS = 512;
export const TRAILER_BYTES = 4 + MAGIC.length;

/** Where a section begins, and how long it is. */
export type Place = [at: number, length: number];
/** Of its one section, or of its runs. */
export type ColumnPlaces = Place | Place[];
export type ChunkPlaces = { first: number; messages: Place; rests: Place };
export type PagePlaces = { first: string; words: Place; places: Place };

export type Footer<Own = object> = Own & {
  count: number;
  low: At;
  high: At;
  /** The different numbers of kinds that occur, ascending. */
  present: number[];
  kinds: ColumnPlaces;
  seconds: ColumnPlaces;
  nanoseconds: ColumnPlaces;
  ordinals: ColumnPlaces;
  /** Records in each run of numbers but the last; without it a column is one section. */
  runRecords?: number;
  /** For each SPAN_RECORDS records the lowest and the highest number of a kind. */
  kindRanges?: number[];
  chunks: ChunkPlaces[];
  words?: PagePlaces[];
  restFilters?: Place;
  totals?: Place;
};

export type ImageOptions = {
  /** Of zstd; 0 packs nothing. */
  level: number;
  /** Texts packed together, before packing. */
  chunkBytes: number;
  /** Of words in a page of the index; 0 makes no index. */
  pageBytes: number;
  /** Of records whose numbers are packed together; without it, all. */
  runRecords?: number;
  hasTotals: boolean;
  hasRestFilters?: boolean;
};

/** Takes the sections one by one and knows where each goes. */
export interface ImageWriter {
  add(content: Uint8Array, level: number): Place;
  finish(footer: Footer): void;
}

/** `write` gets the bytes of the image in their order. */
export function createImageWriter(write: (bytes: Buffer) => void): ImageWriter {
  let at = 0;
  const put = (bytes: Buffer): void => {
    write(bytes);
    at += bytes.length;
  };
  const add = (content: Uint8Array, level: number): Place => {
    const section = toSection(content, level);
    put(section);
    return [at - section.length, section.length];
  };
  return {
    add,
    finish(footer) {
      const [, length] = add(Buffer.from(JSON.stringify(footer)), 3);
      const trailer = Buffer.alloc(TRAILER_BYTES);
      trailer.writeUInt32LE(length);
      MAGIC.copy(trailer, 4);
      put(trailer);
    },
  };
}

/** Writes all but the end; `finish` with what this answers, and more where wanted. At least one record. */
export function addRecords(image: ImageWriter, records: RecordColumns, options: ImageOptions): Footer {
  const { level, runRecords } = options;
  const addNumbers = (numbers: Numbers, packedAt = level): ColumnPlaces => {
    const add = (run: Numbers): Place => image.add(encodeNumbers(run), packedAt);
    return runRecords === undefined ? add(numbers) : runsOf(numbers, runRecords).map(add);
  };
  const starts = chunkStarts(records, options.chunkBytes);
  const chunks = starts.map((first, i) => {
    const end = starts[i + 1] ?? records.count;
    return {
      first,
      messages: sliceTexts(records.messages, first, end),
      rests: sliceTexts(records.rests, first, end),
    };
  });
  return {
    ...spanOf(records),
    count: records.count,
    present: [...new Set(records.kinds)].sort((a, b) => a - b),
    kinds: addNumbers(records.kinds),
    seconds: addNumbers(records.seconds),
    // Random as they are, they would not shrink.
    nanoseconds: addNumbers(records.nanoseconds, 0),
    ordinals: addNumbers(records.ordinals),
    ...(runRecords !== undefined && {
      runRecords,
      kindRanges: runsOf(records.kinds, SPAN_RECORDS).flatMap(kindRangeOf),
    }),
    chunks: chunks.map(({ first, messages, rests }) => ({
      first,
      messages: image.add(encodeTexts(messages), level),
      rests: image.add(encodeTexts(rests), level),
    })),
    ...(options.pageBytes > 0 && {
      words: buildWordPages(records.messages, options.pageBytes).map(({ first, words, places }) => ({
        first,
        words: image.add(words, level),
        places: image.add(places, level),
      })),
    }),
    // As good as random, they would not shrink.
    ...(options.hasRestFilters && {
      restFilters: image.add(encodeRestFilters(chunks.map(({ rests }) => rests)), 0),
    }),
    ...(options.hasTotals && { totals: image.add(countTotals(records), level) }),
  };
}

const runsOf = (numbers: Numbers, length: number): Numbers[] =>
  Array.from({ length: Math.ceil(numbers.length / length) }, (_, run) =>
    numbers.subarray(run * length, (run + 1) * length),
  );

function kindRangeOf(kinds: Numbers): [low: number, high: number] {
  let low = Infinity;
  let high = 0;
  for (const kind of kinds) {
    if (kind < low) low = kind;
    if (kind > high) high = kind;
  }
  return [low, high];
}

/** The image of some records, in memory. */
export function toImage(records: RecordColumns, options: ImageOptions): Buffer {
  const parts: Buffer[] = [];
  const image = createImageWriter(bytes => parts.push(bytes));
  image.finish(addRecords(image, records, options));
  return Buffer.concat(parts);
}

/** Of no records: 0 and 0. */
export function spanOf(records: RecordColumns): { low: At; high: At } {
  let low = records.count === 0 ? 0 : Infinity;
  let high = 0;
  for (let i = 0; i < records.count; i++) {
    const at = atOf(records, i);
    if (at < low) low = at;
    if (at > high) high = at;
  }
  return { low, high };
}

/** Where chunks begin: each as large as is wanted, and at least one record. */
function chunkStarts({ count, messages, rests }: RecordColumns, chunkBytes: number): number[] {
  const starts: number[] = [];
  let filledAt = -Infinity;
  for (let i = 0; i < count; i++) {
    const written = startOfText(messages, i) + startOfText(rests, i);
    if (written - filledAt < chunkBytes) continue;
    starts.push(i);
    filledAt = written;
  }
  return starts;
}
