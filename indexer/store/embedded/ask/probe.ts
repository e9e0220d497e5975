/** One segment as one question looks at it: what is read for one part of the question is there for the next. */
import { isAscii } from 'node:buffer';
import { hasAny, newBits, setBit, type Bits } from '../segment/bits.ts';
import type { Kind } from '../segment/kind.ts';
import { SPAN_RECORDS } from '../segment/image.ts';
import type { NumberRuns } from '../segment/number-runs.ts';
import { wordsOf, type RestFilters } from '../segment/rest-filter.ts';
import { kindAt, type ColumnName, type Segment } from '../segment/segment.ts';
import { startOfText, type TextColumn } from '../segment/text-column.ts';
import type { WordIndex } from '../segment/word-index.ts';

export interface Probe {
  readonly segment: Segment;
  readonly count: number;
  /** The records of some kinds among `among` that the segment has. */
  recordsOfKinds(chosen: readonly number[], among: number): Bits;
  /** By record. */
  readonly columns: Record<ColumnName, NumberRuns>;
  messages(chunk: number): TextColumn;
  rests(chunk: number): TextColumn;
  words(): WordIndex | null;
  /** The records of the kinds asked about whose kind passes. */
  ofKinds(test: (kind: Kind) => boolean): Bits;
  /**
   * The records within the set whose message holds all the pieces (folded ASCII), whatever the case; and those that have
   * anything beyond ASCII, where folding is not so simple.
   */
  messagesWith(pieces: readonly string[], within: Bits): Bits;
  /** The same of one piece in the rest. */
  restsWithFolded(piece: string, within: Bits): Bits;
  /**
   * The records within the set whose rest holds one of the pieces as it is. `areWhole`: a rest counts only if it holds one as a
   * whole value or name.
   */
  restsWith(pieces: readonly string[], within: Bits, areWhole: boolean): Bits;
}

/** Texts that stay unpacked for one question: a few chunks, in the order of use. */
const MAX_TEXTS = 48;

const NO_TEXTS: TextColumn = { bytes: Buffer.alloc(0), ends: new Uint32Array(0) };

/** `asked`: the numbers of the kinds that the question is still open for; what is said of others means nothing. */
export function createProbe(segment: Segment, asked: readonly number[]): Probe {
  const { count } = segment;
  const columns = {
    kinds: segment.column('kinds'),
    seconds: segment.column('seconds'),
    nanoseconds: segment.column('nanoseconds'),
    ordinals: segment.column('ordinals'),
  };
  const search = createSearch(segment);
  let restFilters: RestFilters | null = null;
  const messages = keepLast(chunk => segment.messages(chunk));
  const rests = keepLast(chunk => segment.rests(chunk));

  /** Of these kinds among so many; when they are all or none, nobody needs to look at a record. */
  function recordsOfKinds(chosen: readonly number[], among: number): Bits {
    if (chosen.length === 0 || chosen.length === among) return chosen.length > 0;
    const isChosen = new Uint8Array((segment.present.at(-1) ?? 0) + 1);
    for (const kind of chosen) isChosen[kind] = 1;
    const bits = newBits(count);
    for (const [start, end] of spansWith(segment, isChosen)) {
      const { numbers, first } = columns.kinds.runOf(start);
      for (let i = start - first; i < end - first; i++)
        if (isChosen[numbers[i] ?? 0] === 1) setBit(bits, first + i);
    }
    return bits;
  }

  return {
    segment,
    count,
    recordsOfKinds,
    columns,
    messages,
    rests,
    words: () => segment.words(),
    ofKinds: test =>
      recordsOfKinds(
        asked.filter(kind => test(kindAt(segment, kind))),
        asked.length,
      ),
    messagesWith: (pieces, within) =>
      pieces.length === 0
        ? true
        : search(within, messages, (texts, found) => searchFolded(texts, pieces, found)),
    restsWithFolded: (piece, within) =>
      search(within, rests, (texts, found) => searchFolded(texts, [piece], found)),
    restsWith(pieces, within, areWhole) {
      const filters = areWhole ? (restFilters ??= segment.restFilters()) : null;
      const words = pieces.map(wordsOf);
      const mayHold = (chunk: number): boolean =>
        filters === null || words.some(some => filters.mayHold(chunk, some));
      return search(
        within,
        chunk => (mayHold(chunk) ? rests(chunk) : NO_TEXTS),
        (texts, found) => {
          for (const piece of pieces) searchBytes(texts, Buffer.from(piece), found);
        },
      );
    },
  };
}

/** The records that may be of one of the kinds, from one up to another, each within one run of numbers. */
function* spansWith({ count, kindRanges }: Segment, isChosen: Uint8Array): Generator<[number, number]> {
  if (kindRanges === undefined) {
    yield [0, count];
    return;
  }
  const below = new Uint32Array(isChosen.length + 1);
  for (let kind = 0; kind < isChosen.length; kind++)
    below[kind + 1] = (below[kind] ?? 0) + (isChosen[kind] ?? 0);
  for (let span = 0; span * SPAN_RECORDS < count; span++) {
    const [low = 0, high = 0] = [kindRanges[2 * span], kindRanges[2 * span + 1]];
    if (below[low] === below[high + 1]) continue;
    yield [span * SPAN_RECORDS, Math.min(count, (span + 1) * SPAN_RECORDS)];
  }
}

type SearchChunks = (within: Bits, texts: (chunk: number) => TextColumn, find: SearchChunk) => Bits;

/** Which records within a set `find` finds in the texts of their chunks. */
const createSearch =
  ({ count, chunks }: Segment): SearchChunks =>
  (within, texts, find) => {
    const found = newBits(count);
    for (let chunk = 0; chunk + 1 < chunks.length; chunk++) {
      const first = chunks[chunk] ?? 0;
      if (!hasAny(within, first, chunks[chunk + 1] ?? 0)) continue;
      find(texts(chunk), index => setBit(found, first + index));
    }
    return found;
  };

type SearchChunk = (texts: TextColumn, found: (index: number) => void) => void;

/** The texts that hold these bytes. */
function searchBytes({ bytes, ends }: TextColumn, piece: Buffer, found: (index: number) => void): void {
  let index = 0;
  for (let at = bytes.indexOf(piece); at !== -1; at = bytes.indexOf(piece, at)) {
    while ((ends[index] ?? 0) <= at) index++;
    const end = ends[index] ?? 0;
    if (at + piece.length <= end) found(index);
    // Where it runs over the end, another may begin right behind its beginning.
    at = at + piece.length <= end ? end : at + 1;
  }
}

function searchFolded(texts: TextColumn, pieces: readonly string[], found: (index: number) => void): void {
  const { bytes, ends } = texts;
  const isPlain = isAscii(bytes);
  // Lower case of Latin-1 changes no ASCII character and no length; what is beyond ASCII is let through anyway.
  const folded = bytes.toString('latin1').toLowerCase();
  const [first = ''] = pieces;
  for (let index = 0; index < ends.length; index++) {
    const start = startOfText(texts, index);
    const end = ends[index] ?? 0;
    const isBeyond = !isPlain && !isAscii(bytes.subarray(start, end));
    const at = folded.indexOf(first, start);
    if (isBeyond || (at !== -1 && at + first.length <= end)) found(index);
    if (isPlain && at === -1) break;
    if (isPlain && at >= end) index = skipTo(ends, index, at);
  }
}

/** The index before that of the text that holds a place. */
function skipTo(ends: Uint32Array, from: number, at: number): number {
  let index = from;
  while ((ends[index + 1] ?? Infinity) <= at) index++;
  return index;
}

function keepLast(read: (chunk: number) => TextColumn): (chunk: number) => TextColumn {
  const kept = new Map<number, TextColumn>();
  return chunk => {
    let texts = kept.get(chunk);
    if (!texts) {
      texts = read(chunk);
      kept.set(chunk, texts);
      for (const oldest of kept.keys()) {
        if (kept.size <= MAX_TEXTS) break;
        kept.delete(oldest);
      }
    }
    return texts;
  };
}
