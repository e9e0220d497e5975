/**
 * Records by column: the form in which they pass from thread to thread, wait to become a block, and are packed. What a
 * record has in common with others is its kind (kind.ts); what is its own stands here.
 */
import type { Numbers } from './number-column.ts';
import { concatTexts, gatherTexts, sliceTexts, type TextColumn } from './text-column.ts';

export type RecordColumns = {
  count: number;
  /** Numbers of kinds; whose, the context says. */
  kinds: Numbers;
  /** Since the epoch, or since the beginning of the hour once records are with their hour. */
  seconds: Numbers;
  nanoseconds: Numbers;
  ordinals: Numbers;
  /** Well-formed; what is not stands verbatim in `rests`. */
  messages: TextColumn;
  /** What kind, id and message do not hold, as JSON (record-rest.ts); mostly nothing. */
  rests: TextColumn;
};

/** Where a record stands in its hour: seconds · 2^32 + nanoseconds. */
export type At = number;
export const NANOSECONDS = 2 ** 32;

export const atOf = (
  { seconds, nanoseconds }: Pick<RecordColumns, 'seconds' | 'nanoseconds'>,
  i: number,
): At => (seconds[i] ?? 0) * NANOSECONDS + (nanoseconds[i] ?? 0);

/** All but the texts. */
export type NumberColumns = Omit<RecordColumns, 'messages' | 'rests'>;

/** The records at these places, in this order. */
export const gatherRecords = (columns: RecordColumns, places: ArrayLike<number>): RecordColumns => ({
  ...gatherNumbers(columns, places),
  messages: gatherTexts(columns.messages, places),
  rests: gatherTexts(columns.rests, places),
});

export function gatherNumbers(columns: NumberColumns, places: ArrayLike<number>): NumberColumns {
  const gather = (from: Numbers): Uint32Array => {
    const to = new Uint32Array(places.length);
    for (let i = 0; i < to.length; i++) to[i] = from[places[i] ?? 0] ?? 0;
    return to;
  };
  return {
    count: places.length,
    kinds: gather(columns.kinds),
    seconds: gather(columns.seconds),
    nanoseconds: gather(columns.nanoseconds),
    ordinals: gather(columns.ordinals),
  };
}

export function concatRecords(parts: readonly RecordColumns[]): RecordColumns {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return {
    ...concatNumbers(parts),
    messages: concatTexts(parts.map(part => part.messages)),
    rests: concatTexts(parts.map(part => part.rests)),
  };
}

export function concatNumbers(parts: readonly NumberColumns[]): NumberColumns {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const concat = (choose: (part: NumberColumns) => Numbers): Uint32Array => {
    const all = new Uint32Array(count);
    let at = 0;
    for (const part of parts) {
      all.set(choose(part), at);
      at += part.count;
    }
    return all;
  };
  return {
    count,
    kinds: concat(part => part.kinds),
    seconds: concat(part => part.seconds),
    nanoseconds: concat(part => part.nanoseconds),
    ordinals: concat(part => part.ordinals),
  };
}

/** Records `first` up to `end`; shares their memory. */
export function sliceRecords(columns: RecordColumns, first: number, end: number): RecordColumns {
  return {
    count: end - first,
    kinds: columns.kinds.subarray(first, end),
    seconds: columns.seconds.subarray(first, end),
    nanoseconds: columns.nanoseconds.subarray(first, end),
    ordinals: columns.ordinals.subarray(first, end),
    messages: sliceTexts(columns.messages, first, end),
    rests: sliceTexts(columns.rests, first, end),
  };
}
