/**
 * JSON written straight into bytes, without a string of the whole: documents become what is sent in one pass.
 *
 * Every value is followed by a comma, and what ends an object or a list takes the place of the last one.
 */

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const FIRST_BYTES = 2 ** 18;
/** A larger buffer is not kept for the next batch. */
const MOST_KEPT_BYTES = 2 ** 23;
/** Native code overtakes a loop over characters somewhere here. */
const LONG_TEXT = 512;
const MOST_DIGITS = 1e9;
const HEX = Buffer.from('0123456789abcdef');

const bits = new Float64Array(1);
const bytesOfBits = new Uint8Array(bits.buffer);

export class JsonBytes {
  /** Where the next byte goes. May be set back. */
  at = 0;
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private readonly digits = new Uint8Array(10);

  /** A copy of what was written from `start` on. */
  copy(start = 0): Buffer {
    return Buffer.from(this.bytes.subarray(start, this.at));
  }

  text(start: number, end = this.at): string {
    return this.bytes.toString('utf8', start, end);
  }

  /** Begins anew. */
  clear(): void {
    this.at = 0;
    if (this.bytes.length > MOST_KEPT_BYTES) this.bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /** Ends an object or a list, in the place of the last comma in it. */
  close(bracket: number): void {
    if (this.bytes[this.at - 1] === COMMA) this.at--;
    this.reserve(2);
    this.bytes[this.at++] = bracket;
    this.bytes[this.at++] = COMMA;
  }

  /** In the place of the last byte: of the comma after the outermost value. */
  last(byte: number): void {
    this.bytes[this.at - 1] = byte;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.at++] = byte;
  }

  /** Bytes as they are. Short ones: a loop is faster than a call of `set` up to some hundred. */
  raw(bytes: Uint8Array, length = bytes.length): void {
    this.reserve(length);
    const to = this.bytes;
    let at = this.at;
    if (length > 96) to.set(length === bytes.length ? bytes : bytes.subarray(0, length), at);
    else for (let i = 0; i < length; i++) to[at + i] = bytes[i] ?? 0;
    at += length;
    this.at = at;
  }

  /** A text as it is, of ASCII. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const to = this.bytes;
    const at = this.at;
    for (let i = 0; i < length; i++) to[at + i] = text.charCodeAt(i);
    this.at = at + length;
  }

  /** JSON as it is. */
  json(json: string): void {
    this.reserve(json.length * 3);
    this.at += this.bytes.write(json, this.at, 'utf8');
  }

  key(key: string): void {
    this.string(key);
    this.bytes[this.at - 1] = COLON;
  }

  /** Answers whether it is ASCII without control characters. */
  string(text: string): boolean {
    const { length } = text;
    if (length > LONG_TEXT) return this.longString(text);
    this.reserve(2 * length + 3);
    const to = this.bytes;
    let at = this.at;
    to[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code > 0x7e) return this.longString(text);
      if (code === QUOTE || code === BACKSLASH) to[at++] = BACKSLASH;
      to[at++] = code;
    }
    to[at++] = QUOTE;
    to[at++] = COMMA;
    this.at = at;
    return true;
  }

  private longString(text: string): boolean {
    this.json(JSON.stringify(text));
    this.byte(COMMA);
    return false;
  }

  number(number: number): void {
    if (!Number.isInteger(number) || Math.abs(number) >= MOST_DIGITS) {
      this.ascii(Number.isFinite(number) ? String(number) : 'null');
      this.byte(COMMA);
      return;
    }
    this.reserve(12);
    if (number < 0) this.bytes[this.at++] = MINUS;
    let count = 0;
    for (let left = Math.abs(number); count === 0 || left > 0; left = (left / 10) | 0)
      this.digits[count++] = ZERO + (left % 10);
    while (count > 0) this.bytes[this.at++] = this.digits[--count] ?? 0;
    this.bytes[this.at++] = COMMA;
  }

  /** `true` or `false`; `null` for all that JSON has no word for. */
  literal(value: unknown): void {
    this.ascii(typeof value === 'boolean' ? String(value) : 'null');
    this.byte(COMMA);
  }

  /** 16 digits, in the order of numbers: the bits of negative ones turned round, else the sign set. */
  sortable(number: number): void {
    this.reserve(16);
    bits[0] = number + 0;
    for (let i = 7; i >= 0; i--) {
      const byte = bytesOfBits[i] ?? 0;
      const turned = number < 0 ? ~byte & 0xff : i === 7 ? byte | 0x80 : byte;
      this.bytes[this.at++] = HEX[turned >> 4] ?? 0;
      this.bytes[this.at++] = HEX[turned & 15] ?? 0;
    }
  }

  /**
   * A text of ASCII with each character replaced by what `folded` has for it, as JSON: its words, with one space between two.
   * Answers how long the longest is; -1, with nothing written, for any other text. `folded` has no quote and no backslash.
   */
  words(text: string, folded: Uint8Array): number {
    const { length } = text;
    this.reserve(length + 3);
    const to = this.bytes;
    let at = this.at;
    let longest = 0;
    to[at++] = QUOTE;
    let word = at;
    for (let i = 0; i < length; i++) {
      const code = folded[text.charCodeAt(i)];
      if (code === undefined) return -1;
      if (code !== SPACE) to[at++] = code;
      else if (at > word) {
        longest = Math.max(longest, at - word);
        to[at++] = SPACE;
        word = at;
      }
    }
    longest = Math.max(longest, at - word);
    if (at === word && longest > 0) at--;
    to[at++] = QUOTE;
    to[at++] = COMMA;
    this.at = at;
    return longest;
  }

  /** Room for so many bytes more. */
  reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.at + more));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}
