/**
 * Patterns that people write into labels. They are run in time proportional to the text, whatever they say: all alternatives are
 * followed at the same time (Thompson's construction), never tried one after the other, so that no pattern and no line can stall
 * the collector. V8's own expressions take 36 s for `^(a+)+$` on 28 characters.
 */
import { hasChar } from './char-set.ts';
import { compilePattern, type Program, type Step } from './compile-pattern.ts';
import { parsePattern, PatternError, type Place } from './parse-pattern.ts';

export type Pattern = {
  /** As it was written. */
  readonly source: string;
  /** Whether it matches anywhere. A text that is too long for it counts as one that does not match. */
  test(text: string): boolean;
  /** Every match replaced. Of a text that is too long for it, what was not looked at is replaced too. */
  replace(text: string, by: string): string;
};

/** Bounds the work on one text, in steps of about 10 ns. A pattern of ten steps may look at 400,000 characters. */
const MAX_WORK = 4_000_000;

/** Throws a `PatternError`, whose message is the end of a sentence about the pattern. */
export function createPattern(source: string): Pattern {
  return new Runner(source, compilePattern(parsePattern(source)));
}

export { PatternError };

/** Alternatives that are followed at one place of the text, surest first: where in the program, and where the match began. */
type Threads = { steps: Int32Array; starts: Int32Array; count: number };

class Runner implements Pattern {
  readonly source: string;
  private readonly program: Program;
  private now: Threads;
  private next: Threads;
  /** The turn in which a step was last added: each step is followed once at each place. */
  private readonly addedIn: Int32Array;
  /** Steps still to be added; each puts at most two there. */
  private readonly open: Int32Array;
  private text = '';
  private at = 0;
  private turn = 0;
  private work = 0;
  private start = 0;
  private end = 0;

  constructor(source: string, program: Program) {
    this.source = source;
    this.program = program;
    const size = program.steps.length;
    const threads = (): Threads => ({ steps: new Int32Array(size), starts: new Int32Array(size), count: 0 });
    this.now = threads();
    this.next = threads();
    this.addedIn = new Int32Array(size);
    this.open = new Int32Array(2 * size + 1);
  }

  test(text: string): boolean {
    if (!text.includes(this.program.literal)) return false;
    this.work = 0;
    return this.find(text, 0, true);
  }

  replace(text: string, by: string): string {
    if (!text.includes(this.program.literal)) return text;
    this.work = 0;
    let [done, out] = [0, ''];
    for (let from = 0; from <= text.length && this.find(text, from, false);) {
      const isEmpty = this.start === this.end;
      if (!isEmpty) {
        out += text.slice(done, this.start) + by;
        done = this.end;
      }
      from = isEmpty ? this.end + widthAt(text, this.end) : this.end;
    }
    return this.work > MAX_WORK ? out + by : out + text.slice(done);
  }

  /** Sets `start` and `end` of the first match that begins at `from` or later; `any`: that there is one is enough. */
  private find(text: string, from: number, any: boolean): boolean {
    let isFound = false;
    this.text = text;
    this.now.count = this.next.count = 0;
    this.beginTurn();
    for (let at = from; this.work <= MAX_WORK;) {
      if (this.now.count === 0) {
        if (isFound || (this.program.isAnchored && at > 0)) return isFound;
        at = this.skip(text, at);
        this.beginTurn();
      }
      this.at = at;
      if (!isFound) this.add(this.now, 0, at);
      const point = text.codePointAt(at);
      this.beginTurn();
      this.at = at + widthAt(text, at);
      if (this.advance(point ?? -1)) {
        isFound = true;
        this.end = at;
        if (any) return true;
      }
      [this.now, this.next] = [this.next, this.now];
      this.next.count = 0;
      if (point === undefined) return isFound;
      at = this.at;
    }
    return false;
  }

  /** Moves every thread over one character. True when one of them has matched before it. */
  private advance(point: number): boolean {
    const { now, next, program } = this;
    this.work += now.count + 1;
    for (let i = 0; i < now.count; i++) {
      const at = now.steps[i] ?? 0;
      const step = program.steps[at];
      const start = now.starts[i] ?? 0;
      if (step?.op === 'match') {
        this.start = start;
        // Those behind it are less sure.
        return true;
      }
      if (step?.op === 'char' && point >= 0 && hasChar(step.set, point)) this.add(next, at + 1, start);
    }
    return false;
  }

  /** Adds the step and those that it leads to without a character, at the place `at`. */
  private add(threads: Threads, first: number, start: number): void {
    const { open, addedIn, program } = this;
    let depth = 0;
    open[depth++] = first;
    while (depth > 0) {
      const index = open[--depth] ?? 0;
      if (addedIn[index] === this.turn) continue;
      addedIn[index] = this.turn;
      this.work++;
      const step = program.steps[index] as Step;
      switch (step.op) {
        case 'split':
          open[depth++] = step.second;
          open[depth++] = step.first;
          break;
        case 'jump':
          open[depth++] = step.to;
          break;
        case 'place':
          if (isAt(step.place, this.text, this.at)) open[depth++] = index + 1;
          break;
        default:
          threads.steps[threads.count] = index;
          threads.starts[threads.count++] = start;
      }
    }
  }

  private beginTurn(): void {
    if (this.turn === 0x7fffffff) this.addedIn.fill((this.turn = 0));
    this.turn++;
  }

  /** The next place where a match may begin. */
  private skip(text: string, from: number): number {
    const { first } = this.program;
    if (first === null) return from;
    let at = from;
    for (; at < text.length; at++) if (first[text.charCodeAt(at)] ?? true) break;
    return at;
  }
}

function isAt(place: Place, text: string, at: number): boolean {
  switch (place) {
    case 'text-start':
      return at === 0;
    case 'text-end':
      return at === text.length;
    case 'line-start':
      return at === 0 || text.charCodeAt(at - 1) === LINE_END;
    case 'line-end':
      return at === text.length || text.charCodeAt(at) === LINE_END;
    case 'word-edge':
      return isWord(text, at - 1) !== isWord(text, at);
    case 'no-word-edge':
      return isWord(text, at - 1) === isWord(text, at);
  }
}

const widthAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

const LINE_END = 10;
const isWord = (text: string, at: number): boolean => /\w/.test(text.charAt(at));
