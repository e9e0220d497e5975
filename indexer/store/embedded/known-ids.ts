/**
 * Tells in an instant whether a record is in an hour already, exactly, without an index on disk: the ids of the stretches of
 * ten seconds that are being written to stand in memory; a stretch not seen lately is read back from the segments that touch
 * it. Lines come by time, so nearly always the stretch at hand is asked about.
 */
import { NANOSECONDS } from './record-columns.ts';
import type { Segment } from './segment.ts';
import { kindAt } from './segment.ts';

const STRETCH_SECONDS = 10;
/** Ids held in memory at most, beside the two stretches used last; 24 bytes each. */
const MAX_HELD = 2 ** 18;

/** `seconds` within the hour; `key` as `keyNumber` gives it. */
export type IdParts = { seconds: number; nanoseconds: number; ordinal: number; key: number };

export interface KnownIds {
  /** The number by which a stream's key (hex) goes here. */
  keyNumber(key: string): number;
  /** Notes an id; false when it was known. */
  add(id: IdParts): boolean;
  /** Lets go of what is too much; when all that was added is in a segment. */
  trim(): void;
}

/** `segmentsWithin`: all segments with records from `low` up to `high`. What is added is soon in one of them. */
export function createKnownIds(segmentsWithin: (low: number, high: number) => Iterable<Segment>): KnownIds {
  const keys = new Map<string, number>();
  const stretches = new Map<number, IdSet>();

  function keyNumber(key: string): number {
    let number = keys.get(key);
    if (number === undefined) keys.set(key, (number = keys.size));
    return number;
  }

  function load(stretch: number): IdSet {
    const ids = new IdSet();
    const first = stretch * STRETCH_SECONDS;
    const end = first + STRETCH_SECONDS;
    for (const segment of segmentsWithin(first * NANOSECONDS, end * NANOSECONDS - 1)) {
      const { seconds, nanoseconds, ordinals } = segment.times();
      const kinds = segment.kindNumbers();
      const keyOf = new Map(segment.present.map(kind => [kind, keyNumber(kindAt(segment, kind).parts.key)]));
      for (let i = 0; i < segment.count; i++) {
        const second = seconds[i] ?? 0;
        if (second < first || second >= end) continue;
        const key = keyOf.get(kinds[i] ?? 0) ?? 0;
        ids.add(nanoseconds[i] ?? 0, key, tail(second - first, ordinals[i] ?? 0));
      }
    }
    return ids;
  }

  function trim(): void {
    let held = 0;
    for (const ids of stretches.values()) held += ids.size;
    for (const [stretch, ids] of stretches) {
      if (held <= MAX_HELD || stretches.size <= 2) break;
      stretches.delete(stretch);
      held -= ids.size;
    }
  }

  let current = -1;
  let ids = new IdSet();
  return {
    keyNumber,
    trim,
    add({ seconds, nanoseconds, ordinal, key }) {
      const stretch = Math.floor(seconds / STRETCH_SECONDS);
      if (stretch !== current) {
        ids = stretches.get(stretch) ?? load(stretch);
        stretches.delete(stretch);
        stretches.set(stretch, ids);
        current = stretch;
      }
      return ids.add(nanoseconds, key, tail(seconds - stretch * STRETCH_SECONDS, ordinal));
    },
  };
}

/** Four bits of seconds and 24 of the ordinal. */
const tail = (seconds: number, ordinal: number): number => ((seconds << 24) | ordinal) >>> 0;

/** A set of triples of 32 bits, in one array: half empty, probed one after the other. */
class IdSet {
  size = 0;
  #slots = new Uint32Array(3 * 256);
  #used = new Uint8Array(256);

  /** False when it was there. */
  add(a: number, b: number, c: number): boolean {
    const slots = this.#slots;
    const mask = this.#used.length - 1;
    let slot = hash(a, b, c) & mask;
    for (; this.#used[slot] === 1; slot = (slot + 1) & mask) {
      if (slots[slot * 3] === a && slots[slot * 3 + 1] === b && slots[slot * 3 + 2] === c) return false;
    }
    this.#used[slot] = 1;
    slots[slot * 3] = a;
    slots[slot * 3 + 1] = b;
    slots[slot * 3 + 2] = c;
    if (++this.size * 2 > this.#used.length) this.#grow();
    return true;
  }

  #grow(): void {
    const slots = this.#slots;
    const used = this.#used;
    this.#slots = new Uint32Array(slots.length * 2);
    this.#used = new Uint8Array(used.length * 2);
    this.size = 0;
    for (let slot = 0; slot < used.length; slot++) {
      if (used[slot] === 1)
        this.add(slots[slot * 3] ?? 0, slots[slot * 3 + 1] ?? 0, slots[slot * 3 + 2] ?? 0);
    }
  }
}

function hash(a: number, b: number, c: number): number {
  let mixed = Math.imul(a ^ (a >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ b, 0xc2b2_ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16) ^ c, 0x27d4_eb2f);
  return mixed ^ (mixed >>> 15);
}
