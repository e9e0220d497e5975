/** Sets of records of one segment: a bit for each, or true for all and false for none. Sets are never changed once made. */

export type Bits = Uint32Array | boolean;

export const newBits = (count: number): Uint32Array => new Uint32Array((count + 31) >>> 5);

export function setBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31));
}

export function hasBit(bits: Bits, index: number): boolean {
  return typeof bits === 'boolean' ? bits : ((bits[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
}

export function and(a: Bits, b: Bits): Bits {
  if (typeof a === 'boolean') return a ? b : false;
  if (typeof b === 'boolean') return b ? a : false;
  const both = new Uint32Array(a.length);
  for (let i = 0; i < both.length; i++) both[i] = (a[i] ?? 0) & (b[i] ?? 0);
  return both;
}

export function or(a: Bits, b: Bits): Bits {
  if (typeof a === 'boolean') return a ? true : b;
  if (typeof b === 'boolean') return b ? true : a;
  const either = new Uint32Array(a.length);
  for (let i = 0; i < either.length; i++) either[i] = (a[i] ?? 0) | (b[i] ?? 0);
  return either;
}

/** The other records of the `count` that the segment has. */
export function not(a: Bits, count: number): Bits {
  if (typeof a === 'boolean') return !a;
  const rest = a.map(word => ~word);
  const beyond = count & 31;
  if (beyond !== 0) rest[rest.length - 1] = (rest[rest.length - 1] ?? 0) & ((1 << beyond) - 1);
  return rest;
}

export function isEmpty(bits: Bits): boolean {
  if (typeof bits === 'boolean') return !bits;
  for (const word of bits) if (word !== 0) return false;
  return true;
}

/** Whether no record is in both sets. */
export function areDisjoint(a: Bits, b: Bits): boolean {
  if (typeof a === 'boolean') return !a || isEmpty(b);
  if (typeof b === 'boolean') return !b || isEmpty(a);
  for (let i = 0; i < a.length; i++) if (((a[i] ?? 0) & (b[i] ?? 0)) !== 0) return false;
  return true;
}

/** How many of the segment's `count` records. */
export function countBits(bits: Bits, count: number): number {
  if (typeof bits === 'boolean') return bits ? count : 0;
  let sum = 0;
  for (const word of bits) if (word !== 0) sum += ones(word);
  return sum;
}

/** Whether any record from `first` up to `end` is in the set. */
export function hasAny(bits: Bits, first: number, end: number): boolean {
  if (typeof bits === 'boolean') return bits && first < end;
  for (let index = first; index < end;) {
    if ((index & 31) === 0 && bits[index >>> 5] === 0) index += 32;
    else if (hasBit(bits, index++)) return true;
  }
  return false;
}

/** Visits the records in the set of the `count` that the segment has, ascending. */
export function forEachBit(bits: Bits, count: number, visit: (index: number) => void): void {
  if (typeof bits === 'boolean') {
    for (let index = 0; bits && index < count; index++) visit(index);
    return;
  }
  for (let at = 0; at < bits.length; at++) {
    let word = bits[at] ?? 0;
    while (word !== 0) {
      const lowest = word & -word;
      visit(at * 32 + 31 - Math.clz32(lowest));
      word ^= lowest;
    }
  }
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x5555_5555);
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
