/**
 * The text of a pattern → its tree. The syntax is RE2's: literals, classes, groups, choices, repeats up to 1,000, anchors, flags
 * `imsU`; no look-around and no back-references, for they have no bound on time. Groups do not capture here.
 */
import {
  ANY,
  ANY_BUT_LINE_END,
  charSet,
  ESCAPED_SETS,
  folded,
  NAMED_SETS,
  negated,
  union,
  UNICODE_NAMES,
  unicodeSet,
  type CharSet,
} from './char-set.ts';

export type Place = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word-edge' | 'no-word-edge';

export type PatternNode =
  | { kind: 'char'; set: CharSet }
  | { kind: 'place'; place: Place }
  | { kind: 'sequence'; parts: PatternNode[] }
  | { kind: 'choice'; options: PatternNode[] }
  | { kind: 'repeat'; part: PatternNode; min: number; max: number; isLazy: boolean };

/** What is wrong with a pattern, as the end of a sentence that begins with it. */
export class PatternError extends Error {}

export const MAX_PATTERN_CHARS = 1_000;
const MAX_REPEAT = 1_000;

/** Throws a `PatternError`. */
export function parsePattern(text: string): PatternNode {
  if (text.length > MAX_PATTERN_CHARS)
    throw new PatternError(`is longer than ${MAX_PATTERN_CHARS} characters`);
  return new Parser(text).parse();
}

type Flags = { i: boolean; m: boolean; s: boolean; U: boolean };

const CONTROL: Partial<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const PLACES: Partial<Record<string, Place>> = {
  A: 'text-start',
  z: 'text-end',
  b: 'word-edge',
  B: 'no-word-edge',
};

class Parser {
  private readonly text: string;
  private at = 0;
  private flags: Flags = { i: false, m: false, s: false, U: false };

  constructor(text: string) {
    this.text = text;
  }

  parse(): PatternNode {
    const node = this.choice();
    if (this.at < this.text.length) throw new PatternError('has a ) without a (');
    return node;
  }

  private choice(): PatternNode {
    const options = [this.sequence()];
    while (this.eat('|')) options.push(this.sequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.at < this.text.length && !this.sees('|') && !this.sees(')')) {
      if (this.eat('\\Q')) parts.push(...this.quoted());
      else {
        const part = this.atom();
        if (part !== null) parts.push(this.repeated(part));
      }
    }
    return { kind: 'sequence', parts };
  }

  private quoted(): PatternNode[] {
    const end = this.text.indexOf('\\E', this.at);
    const text = this.text.slice(this.at, end < 0 ? undefined : end);
    this.at = end < 0 ? this.text.length : end + 2;
    const parts = Array.from(text, char => this.char(charSet(char.codePointAt(0) ?? 0)));
    const last = parts.pop();
    return last === undefined ? [] : [...parts, this.repeated(last)];
  }

  /** Null for what only sets flags. */
  private atom(): PatternNode | null {
    if (this.eat('(')) return this.group();
    if (this.eat('[')) return this.char(this.bracketed());
    if (this.eat('.')) return { kind: 'char', set: this.flags.s ? ANY : ANY_BUT_LINE_END };
    if (this.eat('^')) return { kind: 'place', place: this.flags.m ? 'line-start' : 'text-start' };
    if (this.eat('$')) return { kind: 'place', place: this.flags.m ? 'line-end' : 'text-end' };
    if (this.eat('\\')) {
      const place = PLACES[this.peek()];
      if (place !== undefined) {
        this.at++;
        return { kind: 'place', place };
      }
      return this.char(this.escaped());
    }
    if ('*+?'.includes(this.peek())) throw new PatternError(`has nothing to repeat before ${this.peek()}`);
    return this.char(charSet(this.take()));
  }

  private char(set: CharSet): PatternNode {
    return { kind: 'char', set: this.flags.i ? folded(set) : set };
  }

  private group(): PatternNode | null {
    const outer = { ...this.flags };
    if (/^\?<?[=!]/.test(this.text.slice(this.at, this.at + 3)))
      throw new PatternError('looks ahead or behind, which RE2 does not know');
    const named = /^\?P?<\w+>/.exec(this.text.slice(this.at))?.[0];
    if (named !== undefined) this.at += named.length;
    else if (this.eat('?') && this.setFlags() === ')') return null;
    const node = this.choice();
    if (!this.eat(')')) throw new PatternError('has a ( without a )');
    this.flags = outer;
    return node;
  }

  /** Reads `i-s:` or `i)`; answers how it ends. Flags without a part of their own hold until their group ends. */
  private setFlags(): string {
    const [all, on = '', off = '', end = ''] =
      /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.text.slice(this.at)) ?? [];
    if (all === undefined) throw new PatternError('has a (? that is no group and no flag');
    this.at += all.length;
    for (const flag of on) this.flags = { ...this.flags, [flag]: true };
    for (const flag of off) this.flags = { ...this.flags, [flag]: false };
    return end;
  }

  private repeated(part: PatternNode): PatternNode {
    const bounds = this.bounds();
    if (bounds === null) return part;
    const isLazy = this.eat('?') !== this.flags.U;
    if (this.bounds() !== null) throw new PatternError('repeats a repeat: put ( ) around the first');
    return { kind: 'repeat', part, ...bounds, isLazy };
  }

  private bounds(): { min: number; max: number } | null {
    if (this.eat('*')) return { min: 0, max: Infinity };
    if (this.eat('+')) return { min: 1, max: Infinity };
    if (this.eat('?')) return { min: 0, max: 1 };
    // Braces that are no bounds mean themselves.
    const [all, from = '', comma, to = ''] =
      /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(this.text.slice(this.at)) ?? [];
    if (all === undefined) return null;
    this.at += all.length;
    const min = Number(from);
    const max = comma === undefined ? min : to === '' ? Infinity : Number(to);
    if (min > max) throw new PatternError(`has bounds ${all} that are the wrong way round`);
    if (Math.max(min, max === Infinity ? 0 : max) > MAX_REPEAT)
      throw new PatternError(`repeats more than ${MAX_REPEAT} times`);
    return { min, max };
  }

  private bracketed(): CharSet {
    const isNegated = this.eat('^');
    const sets: CharSet[] = [];
    for (let isFirst = true; isFirst || !this.sees(']'); isFirst = false) {
      if (this.at >= this.text.length) throw new PatternError('has a [ without a ]');
      sets.push(this.member());
    }
    this.at++;
    const set = union(...sets);
    const wide = this.flags.i ? folded(set) : set;
    return isNegated ? negated(wide) : wide;
  }

  private member(): CharSet {
    const [all, not, name] = /^\[:(\^?)(\w+):\]/.exec(this.text.slice(this.at)) ?? [];
    if (all !== undefined) {
      const set = NAMED_SETS[name ?? ''];
      if (set === undefined) throw new PatternError(`names an unknown class ${all}`);
      this.at += all.length;
      return not === '^' ? negated(set) : set;
    }
    const from = this.bound();
    if (from.length !== 2 || !this.sees('-') || this.text[this.at + 1] === ']') return from;
    this.at++;
    const to = this.bound();
    const [low = 0, high = 0] = [from[0], to[1]];
    if (to.length !== 2 || low > high)
      throw new PatternError('has a range in [ ] that is the wrong way round');
    return [low, high];
  }

  private bound(): CharSet {
    return this.eat('\\') ? this.escaped() : charSet(this.take());
  }

  /** What stands after a backslash. */
  private escaped(): CharSet {
    const char = this.peek();
    if (char === '') throw new PatternError('ends with a backslash');
    const set = ESCAPED_SETS[char];
    const control = CONTROL[char];
    if (set !== undefined || control !== undefined) this.at++;
    if (set !== undefined) return set;
    if (control !== undefined) return charSet(control);
    if (char === 'x') return charSet(this.hexadecimal());
    if (char === 'p' || char === 'P') return this.unicode();
    if (/[1-9]/.test(char)) throw new PatternError(`refers back with \\${char}, which RE2 does not know`);
    if (/[0-9A-Za-z]/.test(char)) throw new PatternError(`has an unknown escape \\${char}`);
    return charSet(this.take());
  }

  private hexadecimal(): number {
    const [all, short, long] =
      /^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(this.text.slice(this.at)) ?? [];
    const point = Number.parseInt(short ?? long ?? '', 16);
    if (all === undefined || point > 0x10ffff)
      throw new PatternError(String.raw`has an \x that is no character`);
    this.at += all.length;
    return point;
  }

  private unicode(): CharSet {
    const [all, letter = '', not, name, short] =
      /^([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(this.text.slice(this.at)) ?? [];
    const set = unicodeSet(name ?? short ?? '');
    if (all === undefined || set === undefined)
      throw new PatternError(String.raw`has a \p that is none of ${UNICODE_NAMES.join(', ')}`);
    this.at += all.length;
    return (letter === 'P') !== (not === '^') ? negated(set) : set;
  }

  private peek(): string {
    return this.text.charAt(this.at);
  }

  private sees(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  private eat(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  private take(): number {
    const point = this.text.codePointAt(this.at) ?? 0;
    this.at += point > 0xffff ? 2 : 1;
    return point;
  }
}
