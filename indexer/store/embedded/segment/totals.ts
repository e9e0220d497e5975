/** How many records of each kind there are in each five minutes of the hour, so that a histogram need not look at them. */
import { decodeNumbers, encodeNumbers, type Numbers } from './number-column.ts';
import type { RecordColumns } from './record-columns.ts';

export const SLOT_SECONDS = 300;
export const SLOTS = 3_600 / SLOT_SECONDS;

/** Slot after slot, in each a number for every kind up to the highest. */
export function countTotals({ count, kinds, seconds }: RecordColumns): Buffer {
  let width = 0;
  for (const kind of kinds) width = Math.max(width, kind + 1);
  const totals = new Uint32Array(width * SLOTS);
  for (let i = 0; i < count; i++) {
    const cell = Math.floor((seconds[i] ?? 0) / SLOT_SECONDS) * width + (kinds[i] ?? 0);
    totals[cell] = (totals[cell] ?? 0) + 1;
  }
  return encodeNumbers(totals);
}

/** `width`: the highest number of a kind, and one more. Throws `DamagedError`. */
export const decodeTotals = (content: Buffer, width: number): Numbers =>
  decodeNumbers(content, width * SLOTS);
