/**
 * What is left of ids to tell new ones at once: 40 bits of a hash of each, in five bytes and some room. An id whose print is
 * not here was never added. One whose print is here was, or, one time in 2^40 divided by how many there are, another one.
 */
import type { Times } from '../segment/segment.ts';

const START = 64;
/** So full a table is before it grows. */
const FULL = 0.8;
const GROWTH = 1.5;
/** What V8 takes for a set beside its table, about. */
const SET_BYTES = 512;

/** What of a stream's key goes into prints: eight of its nine bytes, which are a hash themselves. */
type KeyPrint = readonly [number, number];
export const printOfKey = (hex: string): KeyPrint => [
  parseInt(hex.slice(0, 8), 16) | 0,
  parseInt(hex.slice(8, 16), 16) | 0,
];

/**
 * A set of prints: 32 bits that say where in the table to look, stored there with 8 more. What finds its slot taken goes to the
 * next free one.
 */
export class IdPrints {
  #size = 0;
  #places = new Uint32Array(START);
  /** 0 in free slots. */
  #tags = new Uint8Array(START);

  get bytes(): number {
    return this.#tags.length * 5 + SET_BYTES;
  }

  /** The id of a stream at place `i`, of up to 256 seconds. False when its print was there. */
  add({ seconds, nanoseconds, ordinals }: Times, i: number, [a, b]: KeyPrint): boolean {
    const nanos = nanoseconds[i] ?? 0;
    const rest = ((seconds[i] ?? 0) << 24) ^ (ordinals[i] ?? 0);
    const place = mix(mix(a, nanos), rest) >>> 0;
    const tag = mix(mix(b, rest), nanos) >>> 24 || 1;
    return this.#put(place, tag);
  }

  #put(place: number, tag: number): boolean {
    const places = this.#places;
    const tags = this.#tags;
    const end = tags.length;
    let slot = Math.floor((place * end) / 2 ** 32);
    for (; tags[slot] !== 0; slot = slot + 1 === end ? 0 : slot + 1) {
      if (places[slot] === place && tags[slot] === tag) return false;
    }
    places[slot] = place;
    tags[slot] = tag;
    if (++this.#size > end * FULL) this.#grow();
    return true;
  }

  #grow(): void {
    const places = this.#places;
    const tags = this.#tags;
    const length = Math.ceil(tags.length * GROWTH);
    this.#places = new Uint32Array(length);
    this.#tags = new Uint8Array(length);
    this.#size = 0;
    for (let slot = 0; slot < tags.length; slot++) {
      const tag = tags[slot] ?? 0;
      if (tag !== 0) this.#put(places[slot] ?? 0, tag);
    }
  }
}

function mix(seed: number, value: number): number {
  let mixed = Math.imul(seed ^ value, 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
