/**
 * Packs: what was moved out of the live file of an hour, grouped by container, packed tighter and indexed as a whole.
 *
 * A pack is one image (image.ts) whose footer also holds `PackFooter`, so it needs no other file. Records of one container
 * stand together, in the order of their ids.
 *
 * Invariants
 * - A pack is written under another name, synced, and only then gets its own (packer.ts, writer.ts): a file with the name of a
 *   pack is whole. It never changes; it goes when retention drops its hour or another pack replaces it.
 * - The packs of an hour together hold all its records up to the highest `upTo`; those that one of them `replaces` are left
 *   over and not read. So at every moment each record is read exactly once.
 * - Events and samples may stand in a pack and in the live file, when the indexer was killed while moving them: they are told
 *   apart by id, and by container and stamp.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { ContentCache } from '../segment/content-cache.ts';
import type { Hour } from './hours.ts';
import {
  addRecords,
  createImageWriter,
  type Footer,
  type ImageOptions,
  type Place,
} from '../segment/image.ts';
import { toKind, type Kind } from '../segment/kind.ts';
import type { RecordColumns } from '../segment/record-columns.ts';
import { contentOf } from '../segment/section.ts';
import { openImage, placesOfColumn, readFooter, type ReadBytes, type Segment } from '../segment/segment.ts';
import { MovedError, UnknownFormatError } from '../segment/store-error.ts';

/** 2 had each column of numbers in one section. */
export const PACK_FORMAT = 3;

/**
 * Chunks of twice the size save one byte in a hundred and take twice as long to unpack for one record. Pages are small enough
 * to be unpacked for one word, and large enough to pack well. Runs of numbers likewise.
 */
const OPTIONS: ImageOptions = {
  level: 6,
  chunkBytes: 2 ** 15,
  pageBytes: 2 ** 13,
  runRecords: 2 ** 12,
  hasTotals: true,
  hasRestFilters: true,
};

/** A sample as its row: stamp and reading (sample-row.ts). */
export type PackedSamples = { document: string; rows: [at: string, reading: string][] };

type KindRow = [
  source: number,
  stream: number,
  level: number | null,
  levelSource: number | null,
  key: string,
];
type PackFooter = {
  format: number;
  hour: Hour;
  /** The records of the hour up to this number are in its packs. */
  upTo: number;
  replaces: string[];
  sources: string[];
  kindRows: KindRow[];
  events: { count: number; place: Place };
  samples: { container: string; count: number; place: Place }[];
};

export type PackContent = Pick<PackFooter, 'hour' | 'upTo' | 'replaces'> & {
  /** In their final order; `kinds` are places in the list of kinds. */
  records: RecordColumns;
  kinds: readonly Kind[];
  events: readonly ContainerEvent[];
  samples: ReadonlyMap<string, PackedSamples>;
};

/** `write` gets the bytes of the pack in their order. */
export function writePack(content: PackContent, write: (bytes: Buffer) => void): void {
  const { hour, upTo, replaces, records, kinds, events, samples } = content;
  const image = createImageWriter(write);
  const addJson = (value: unknown): Place => image.add(Buffer.from(JSON.stringify(value)), OPTIONS.level);
  const sources = [...new Set(kinds.map(({ parts }) => parts.source))];
  const own: PackFooter = {
    format: PACK_FORMAT,
    hour,
    upTo,
    replaces,
    sources,
    kindRows: kinds.map(({ parts: { source, stream, level, levelSource, key } }) => {
      return [sources.indexOf(source), stream, level, levelSource, key];
    }),
    events: { count: events.length, place: addJson(events) },
    samples: [...samples].map(([container, packed]) => {
      return { container, count: packed.rows.length, place: addJson(packed) };
    }),
  };
  image.finish({ ...addRecords(image, records, OPTIONS), ...own });
}

export interface Pack {
  readonly name: string;
  readonly upTo: number;
  readonly replaces: readonly string[];
  readonly segment: Segment;
  readonly eventCount: number;
  events: () => ContainerEvent[];
  readonly samples: readonly { container: string; count: number; read: () => PackedSamples }[];
  /** Every byte of every section, for checking. Throws `DamagedError`. */
  places(): Place[];
  read(place: Place): Buffer;
  /** Closes the file until it is read again. */
  rest: () => void;
}

/**
 * `cache` is for who asks again. Throws `DamagedError`, `UnknownFormatError`, or `MovedError` when the file is gone: then, or
 * when it is read later.
 */
export function openPack(dir: string, name: string, cache?: ContentCache): Pack {
  const file = createRestingFile(join(dir, name));
  try {
    const readWhole = (): Footer<PackFooter> => readFooter<PackFooter>(file.read, file.size());
    const footer = readWhole();
    const { format, upTo, replaces, sources, events } = footer;
    if (format > PACK_FORMAT)
      throw new UnknownFormatError(`${name} has format ${format}, expected ${PACK_FORMAT}`);
    const kinds = footer.kindRows.map(([source, stream, level, levelSource, key]) =>
      toKind({ source: sources[source] ?? '', stream, level, levelSource, key }),
    );
    const read = ([at, length]: Place): Buffer => contentOf(file.read(at, length));
    const readJson = (place: Place): unknown => JSON.parse(read(place).toString('utf8'));
    return {
      name,
      upTo,
      replaces,
      segment: openImage(file.read, footer, { kinds, ...(cache && { keep: cache.scope() }) }),
      eventCount: events.count,
      events: () => (events.count === 0 ? [] : (readJson(events.place) as ContainerEvent[])),
      samples: footer.samples.map(({ container, count, place }) => {
        return { container, count, read: () => readJson(place) as PackedSamples };
      }),
      places: () => placesOf(readWhole()),
      read,
      rest: file.rest,
    };
  } catch (error) {
    file.rest();
    throw error;
  }
}

function placesOf(footer: Footer<PackFooter>): Place[] {
  return [
    ...placesOfColumn(footer.kinds),
    ...placesOfColumn(footer.seconds),
    ...placesOfColumn(footer.nanoseconds),
    ...placesOfColumn(footer.ordinals),
    ...footer.chunks.flatMap(({ messages, rests }) => [messages, rests]),
    ...(footer.words ?? []).flatMap(({ words, places }) => [words, places]),
    ...(footer.restFilters ? [footer.restFilters] : []),
    ...(footer.totals ? [footer.totals] : []),
    footer.events.place,
    ...footer.samples.map(({ place }) => place),
  ];
}

/** A file that is opened when something is read of it. */
function createRestingFile(path: string): { size: () => number; read: ReadBytes; rest: () => void } {
  let descriptor: number | undefined;
  function open(): number {
    try {
      return (descriptor ??= openSync(path, 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new MovedError(`${path} is gone`);
    }
  }
  return {
    size: () => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    read(at, length) {
      const bytes = Buffer.allocUnsafeSlow(length);
      const got = readSync(open(), bytes, 0, length, at);
      return bytes.subarray(0, got);
    },
    rest() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
