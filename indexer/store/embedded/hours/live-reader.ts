/** What a live file holds, by whomever it is open: its kinds, its blocks as segments, what a file of format 1 had. */
import { checksumOfDocument, checksumOfKind, verify } from '../segment/checksum.ts';
import { createContentCache, type ContentCache } from '../segment/content-cache.ts';
import { createFormat1Reader, hasFormat1 } from './format-1.ts';
import { toKind, type Kind, type KindCodes } from '../segment/kind.ts';
import type { Rows } from './rows.ts';
import { openImage, readFooter, type Segment } from '../segment/segment.ts';
import { DamagedError, MovedError } from '../segment/store-error.ts';
import type { Source } from '../segment/record-codec.ts';
import type { BlockRef } from '../segment/segment-ref.ts';

export interface LiveReader {
  /**
   * The blocks that the file holds now, beyond record `after`, in order of arrival. Opening one that was joined or moved
   * meanwhile throws `MovedError`.
   */
  blocks(after: number): BlockRef[];
  /** As `blocks`, with what a file of format 1 had before them. */
  all(after: number): BlockRef[];
  /** The block that begins at record `first`. */
  open(first: number, count: number): Segment;
  /** Where events came from. */
  source(ref: number): Source;
}

type BlockRow = [first: number, count: number, low: number, high: number];

/** Blocks of which the places of their parts are known, some 3 KB each. Their images are in the cache, or read again. */
const MAX_OPEN_BLOCKS = 1_024;
/** Of one's own, for who reads block after block: some twenty. */
const CACHE_BYTES = 2 ** 20;

export function createLiveReader(rows: Rows, cache = createContentCache(CACHE_BYTES)): LiveReader {
  const sourceDocument = createSourceReader(rows);
  const format1 = createFormat1Reader(rows);
  const kinds = createKindReader(rows, sourceDocument, (kind, parts) => format1.addKind(kind, parts));
  const opened = new Map<string, Segment>();

  function openBlock(first: number, count: number): Segment {
    const name = `${first} ${count}`;
    const segment = opened.get(name) ?? readBlock(rows, { first, count, kinds: kinds.known, cache });
    opened.delete(name);
    opened.set(name, segment);
    for (const oldest of opened.keys()) {
      if (opened.size <= MAX_OPEN_BLOCKS) break;
      opened.delete(oldest);
    }
    return segment;
  }

  function blocks(after: number): BlockRef[] {
    const found = isFormat2(rows)
      ? rows('SELECT first, count, low, high FROM blocks WHERE first > ? ORDER BY first', after)
      : [];
    // After the blocks: whatever is committed meanwhile, their kinds are there.
    kinds.readNew();
    return (found as BlockRow[]).map(([first, count, low, high]) => {
      return { first, last: first + count - 1, count, low, high, open: () => openBlock(first, count) };
    });
  }

  return {
    blocks,
    all(after) {
      const found = blocks(after);
      return hasFormat1(rows) ? [...format1.blocks(after), ...found] : found;
    },
    open(first, count) {
      kinds.readNew();
      return openBlock(first, count);
    },
    source: ref => JSON.parse(sourceDocument(ref)) as Source,
  };
}

const isFormat2 = (rows: Rows): boolean => rows('PRAGMA user_version')[0]?.[0] !== 1;

type BlockParts = { first: number; count: number; kinds: readonly (Kind | undefined)[]; cache: ContentCache };

function readBlock(rows: Rows, { first, count, kinds, cache }: BlockParts): Segment {
  const keep = cache.scope();
  const image = (): Buffer => keep('image', () => readImage(rows, first, count));
  const read = (at: number, length: number): Buffer => image().subarray(at, at + length);
  const footer = readFooter(read, image().length);
  if (footer.count !== count) throw new DamagedError(`block ${first} is not what its row says`);
  return openImage(read, footer, { kinds, keep });
}

function readImage(rows: Rows, first: number, count: number): Buffer {
  const [row] = rows('SELECT image FROM blocks WHERE first = ? AND count = ?', first, count);
  if (!row) throw new MovedError(`records ${first} and following are elsewhere`);
  const bytes = row[0] as Uint8Array<ArrayBuffer>;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The documents of sources, as stored. */
function createSourceReader(rows: Rows): (ref: number) => string {
  const documents = new Map<number, string>();
  return ref => {
    let document = documents.get(ref);
    if (document === undefined) {
      const [row] = rows('SELECT document, checksum FROM sources WHERE source = ?', ref);
      document = String(row?.[0]);
      verify(row?.[1], checksumOfDocument(document, ref), `source ${ref}`);
      documents.set(ref, document);
    }
    return document;
  };
}

type KindRow = [number, number, number, number | null, number | null, number, string | null];

/** `known`: by number; grows with `readNew`. Kinds of format 1, which have no key, go to `addOld`. */
function createKindReader(
  rows: Rows,
  sourceDocument: (ref: number) => string,
  addOld: ReturnType<typeof createFormat1Reader>['addKind'],
): { known: readonly (Kind | undefined)[]; readNew: () => void } {
  const known: (Kind | undefined)[] = [];
  let last = 0;
  return {
    known,
    readNew() {
      const columns = `kind, source, stream, level, level_source, checksum, ${isFormat2(rows) ? 'key' : 'NULL'}`;
      for (const row of rows(`SELECT ${columns} FROM kinds WHERE kind > ? ORDER BY kind`, last)) {
        const [kind, source, stream, level, levelSource, checksum, key] = row as KindRow;
        const codes: KindCodes = { stream, level, levelSource };
        verify(checksum, checksumOfKind({ kind, source, key, ...codes }), `kind ${kind}`);
        const parts = { ...codes, source: sourceDocument(source) };
        if (key === null) addOld(kind, parts);
        else known[kind] = toKind({ ...parts, key });
        last = kind;
      }
    },
  };
}
