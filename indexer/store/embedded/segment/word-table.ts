/** Different words, each with a number, and which of them occurs in which record; for word-index-builder.ts. */

type Numbers = Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Words are told apart in one table of numbers, and their bytes stand in one run: no string is made of any. */
export class WordTable {
  /** Where a word is put before `add`. */
  readonly scratch: Uint8Array;
  /** Word `w` stands from starts[w] to starts[w + 1]. */
  bytes: Uint8Array<ArrayBuffer>;
  starts = new Uint32Array(1_024);
  count = 0;
  #hashes = new Int32Array(1_024);
  #lastRecord = new Int32Array(1_024);
  /** Numbers of words by hash, -1 where there is none; at most half of them taken. */
  #slots = new Int32Array(2_048).fill(-1);
  #pairs: Uint32Array<ArrayBuffer>;
  #pairsLength = 0;

  /** `textBytes`: about how much text there is to come. */
  constructor(textBytes: number, maxWordBytes: number) {
    this.scratch = new Uint8Array(maxWordBytes);
    this.bytes = new Uint8Array(Math.max(1_024, textBytes >> 2));
    // Memory that is not written to takes none; growing would take three times as much at once.
    this.#pairs = new Uint32Array(Math.max(1_024, textBytes >> 1));
  }

  /** Pairs of word and record, each pair once, records ascending. */
  get occurrences(): Uint32Array {
    return this.#pairs.subarray(0, this.#pairsLength);
  }

  /** The word in `scratch` occurs in this record. Records come in ascending order. */
  add(hash: number, length: number, record: number): void {
    const word = this.#wordOf(hash, length);
    if (this.#lastRecord[word] === record) return;
    this.#lastRecord[word] = record;
    if (this.#pairsLength + 2 > this.#pairs.length) this.#pairs = grown(this.#pairs, Uint32Array);
    this.#pairs[this.#pairsLength++] = word;
    this.#pairs[this.#pairsLength++] = record;
  }

  #wordOf(hash: number, length: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const word = this.#slots[slot] ?? -1;
      if (word === -1) return this.#insert(slot, hash, length);
      if (this.#hashes[word] === hash && this.#isWord(word, length)) return word;
    }
  }

  #isWord(word: number, length: number): boolean {
    const start = this.starts[word] ?? 0;
    if ((this.starts[word + 1] ?? 0) - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.bytes[start + i] !== this.scratch[i]) return false;
    return true;
  }

  #insert(slot: number, hash: number, length: number): number {
    const word = this.count++;
    const start = this.starts[word] ?? 0;
    if (word + 2 > this.starts.length) {
      this.starts = grown(this.starts, Uint32Array);
      this.#hashes = grown(this.#hashes, Int32Array);
      this.#lastRecord = grown(this.#lastRecord, Int32Array);
    }
    if (start + length > this.bytes.length) this.bytes = grown(this.bytes, Uint8Array);
    for (let i = 0; i < length; i++) this.bytes[start + i] = this.scratch[i] ?? 0;
    this.starts[word + 1] = start + length;
    this.#hashes[word] = hash;
    this.#lastRecord[word] = -1;
    this.#slots[slot] = word;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    return word;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let word = 0; word < this.count; word++) {
      let slot = spread(this.#hashes[word] ?? 0) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = word;
    }
    this.#slots = slots;
  }
}

const spread = (hash: number): number => hash ^ (hash >>> 15);

function grown<T extends Numbers>(array: T, make: new (length: number) => T): T {
  const larger = new make(array.length * 2);
  larger.set(array);
  return larger;
}
