/** Records of one hour as queries see them, wherever they are: read piece by piece, and only what is asked for. */
import { keepNothing, type Keep } from './content-cache.ts';
import { DamagedError } from './store-error.ts';
import { joinId } from './id-bytes.ts';
import {
  MAGIC,
  spanOf,
  TRAILER_BYTES,
  type ColumnPlaces,
  type Footer,
  type PagePlaces,
  type Place,
} from './image.ts';
import type { Kind } from './kind.ts';
import { decodeNumbers, type Numbers } from './number-column.ts';
import { NumberRuns, oneRun } from './number-runs.ts';
import type { At, RecordColumns } from './record-columns.ts';
import { RestFilters } from './rest-filter.ts';
import { contentOf } from './section.ts';
import { decodeTexts, type TextColumn } from './text-column.ts';
import { decodeTotals } from './totals.ts';
import { WordIndex } from './word-index.ts';

export interface Segment {
  readonly count: number;
  /** The lowest and the highest place in the hour. */
  readonly low: At;
  readonly high: At;
  /** By number; those that occur are in `present`. */
  readonly kinds: readonly (Kind | undefined)[];
  readonly present: readonly number[];
  /** Where the runs of texts that are read together begin, and at last `count`. */
  readonly chunks: readonly number[];
  /** For looking at some records; created anew each time. */
  column(name: ColumnName): NumberRuns;
  /** Of each SPAN_RECORDS records the lowest and the highest kind, where that is known. */
  readonly kindRanges: Uint32Array | undefined;
  /** The whole columns, for who looks at all records. */
  kindNumbers(): Numbers;
  times(): Times;
  messages(chunk: number): TextColumn;
  rests(chunk: number): TextColumn;
  /** Null: there are so few that looking at each is quicker. */
  words(): WordIndex | null;
  /** Of each chunk; null: nothing is known. */
  restFilters(): RestFilters | null;
  /** As of totals.ts, `kinds.length` numbers for each slot; null: to be counted. */
  totals(): Numbers | null;
}

export type Times = Pick<RecordColumns, 'seconds' | 'nanoseconds' | 'ordinals'>;
export type ColumnName = 'kinds' | keyof Times;

/** Some bytes of an image; shares or copies them. */
export type ReadBytes = (at: number, length: number) => Buffer;

/** Throws `DamagedError`. */
export function readFooter<Own>(read: ReadBytes, size: number): Footer<Own> {
  if (size < TRAILER_BYTES) throw new DamagedError('an image is cut short');
  const trailer = read(size - TRAILER_BYTES, TRAILER_BYTES);
  const length = trailer.readUInt32LE();
  if (!trailer.subarray(4).equals(MAGIC) || length > size - TRAILER_BYTES)
    throw new DamagedError('an image has no end');
  const footer = contentOf(read(size - TRAILER_BYTES - length, length));
  return JSON.parse(footer.toString('utf8')) as Footer<Own>;
}

/**
 * `kinds`: by the numbers that the image uses. `keep` gets what is small and asked for again and again; texts are not, and
 * nanoseconds and ordinals only by the few records that are shown. Of the footer only what is needed stays.
 */
export function openImage(
  read: ReadBytes,
  footer: Footer,
  { kinds, keep = keepNothing }: { kinds: readonly (Kind | undefined)[]; keep?: Keep },
): Segment {
  const { count, low, high, present, totals, restFilters, runRecords: runLength = count } = footer;
  const content = ([at, length]: Place): Buffer => contentOf(read(at, length));
  const kept = (place: Place): Buffer => keep(place[0], () => content(place));
  const runs = {
    kinds: listPlaces(placesOfColumn(footer.kinds)),
    seconds: listPlaces(placesOfColumn(footer.seconds)),
    nanoseconds: listPlaces(placesOfColumn(footer.nanoseconds)),
    ordinals: listPlaces(placesOfColumn(footer.ordinals)),
  };
  const readRun = (name: ColumnName, run: number): Numbers => {
    const place = runs[name](run);
    const read = (): Numbers => decodeNumbers(content(place), Math.min(runLength, count - run * runLength));
    return name === 'kinds' || name === 'seconds' ? keep(place[0], read) : read();
  };
  const column = (name: ColumnName): NumberRuns =>
    new NumberRuns({ count, runLength, read: run => readRun(name, run) });
  const chunks = [...footer.chunks.map(({ first }) => first), count];
  const places = {
    messages: listPlaces(footer.chunks.map(({ messages }) => messages)),
    rests: listPlaces(footer.chunks.map(({ rests }) => rests)),
  };
  const texts = (chunk: number, column: 'messages' | 'rests'): TextColumn => {
    const [first, end] = [chunks[chunk], chunks[chunk + 1]];
    if (first === undefined || end === undefined) throw new DamagedError(`there is no chunk ${chunk}`);
    return decodeTexts(content(places[column](chunk)), end - first);
  };
  const words = footer.words ? openWords(footer.words, { count, content: kept }) : null;
  const totalsWidth = (present.at(-1) ?? 0) + 1;
  return {
    count,
    low,
    high,
    kinds,
    present,
    chunks,
    column,
    kindRanges: footer.kindRanges && Uint32Array.from(footer.kindRanges),
    kindNumbers: () => column('kinds').all(),
    times: () =>
      timesOf({
        seconds: () => column('seconds').all(),
        nanoseconds: () => column('nanoseconds').all(),
        ordinals: () => column('ordinals').all(),
      }),
    messages: chunk => texts(chunk, 'messages'),
    rests: chunk => texts(chunk, 'rests'),
    words: () => words,
    restFilters: () => (restFilters ? new RestFilters(content(restFilters), chunks.length - 1) : null),
    totals: () => (totals ? keep(totals[0], () => decodeTotals(content(totals), totalsWidth)) : null),
  };
}

function openWords(
  pages: readonly PagePlaces[],
  { count, content }: { count: number; content: (place: Place) => Buffer },
): WordIndex {
  const words = listPlaces(pages.map(page => page.words));
  const places = listPlaces(pages.map(page => page.places));
  return new WordIndex(
    {
      firsts: pages.map(({ first }) => first),
      words: page => content(words(page)),
      places: page => content(places(page)),
    },
    count,
  );
}

/** Of its one section, or of each of its runs. */
export const placesOfColumn = (column: ColumnPlaces): Place[] =>
  column.every(part => typeof part === 'object') ? column : [column];

/** Places in two arrays of numbers: a footer has hundreds of them, and hundreds of footers are held. */
function listPlaces(places: readonly Place[]): (index: number) => Place {
  const starts = Float64Array.from(places, ([at]) => at);
  const lengths = Uint32Array.from(places, ([, length]) => length);
  return index => [starts[index] ?? 0, lengths[index] ?? 0];
}

/** Each column is read when it is asked for. */
function timesOf(read: Record<keyof Times, () => Numbers>): Times {
  const seconds = once(read.seconds);
  const nanoseconds = once(read.nanoseconds);
  const ordinals = once(read.ordinals);
  return {
    get seconds() {
      return seconds();
    },
    get nanoseconds() {
      return nanoseconds();
    },
    get ordinals() {
      return ordinals();
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Records that are not in an image: all at hand, without an index. At least one. */
export function openColumns(records: RecordColumns, kinds: readonly (Kind | undefined)[]): Segment {
  return {
    ...spanOf(records),
    count: records.count,
    kinds,
    present: [...new Set(records.kinds)].sort((a, b) => a - b),
    chunks: [0, records.count],
    column: name => oneRun(records[name]),
    kindRanges: undefined,
    kindNumbers: () => records.kinds,
    times: () => records,
    messages: () => records.messages,
    rests: () => records.rests,
    words: () => null,
    restFilters: () => null,
    totals: () => null,
  };
}

/** All of a segment, for packing it anew; numbers of kinds as the segment has them. */
export function allRecords(segment: Segment): RecordColumns[] {
  const { seconds, nanoseconds, ordinals } = segment.times();
  const kinds = segment.kindNumbers();
  return segment.chunks.slice(0, -1).map((first, chunk) => {
    const end = segment.chunks[chunk + 1] ?? first;
    return {
      count: end - first,
      kinds: kinds.subarray(first, end),
      seconds: seconds.subarray(first, end),
      nanoseconds: nanoseconds.subarray(first, end),
      ordinals: ordinals.subarray(first, end),
      messages: segment.messages(chunk),
      rests: segment.rests(chunk),
    };
  });
}

/** The kind with a number. Throws `DamagedError` when the file has none. */
export function kindAt({ kinds }: Segment, number: number): Kind {
  const kind = kinds[number];
  if (!kind) throw new DamagedError(`there is no kind ${number}`);
  return kind;
}

/** The bytes of the id of record `i`; `startSeconds`: of the hour, since the epoch. */
export function idAt(
  times: Record<keyof Times, { at: (index: number) => number | undefined }>,
  i: number,
  { key, startSeconds }: { key: Uint8Array; startSeconds: number },
) {
  const seconds = startSeconds + (times.seconds.at(i) ?? 0);
  return joinId({ seconds, nanoseconds: times.nanoseconds.at(i) ?? 0 }, key, times.ordinals.at(i) ?? 0);
}
