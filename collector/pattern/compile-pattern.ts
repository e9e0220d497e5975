/** The tree of a pattern → a small program for `pattern.ts`. */
import { hasChar, type CharSet } from './char-set.ts';
import { PatternError, type PatternNode, type Place } from './parse-pattern.ts';

/**
 * `char`: take one character of the set, go on with the next step. `split`: go on at `first`, and at `second` if that fails.
 * `place`: go on with the next step if the place in the text is of this kind.
 */
export type Step =
  | { op: 'char'; set: CharSet }
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { op: 'place'; place: Place }
  | { op: 'match' };

export type Program = {
  steps: Step[];
  /** It can only match where the text begins. */
  isAnchored: boolean;
  /** ASCII characters with which a match can begin; null: it may be empty. Any other character may begin one. */
  first: readonly boolean[] | null;
  /** Every match contains this; empty when nothing is sure. */
  literal: string;
};

const MAX_STEPS = 2_000;
const ASCII = 128;

/** Throws a `PatternError` when the pattern is too large. */
export function compilePattern(node: PatternNode): Program {
  const { steps } = new Emitter(node);
  return { steps, isAnchored: isAnchored(node), first: firstOf(steps), literal: literalOf(node).best };
}

class Emitter {
  readonly steps: Step[] = [];
  private visits = 0;

  constructor(node: PatternNode) {
    this.emit(node);
    this.put({ op: 'match' });
  }

  private put(step: Step): number {
    return this.steps.push(step) - 1;
  }

  private emit(node: PatternNode): void {
    if (++this.visits > MAX_STEPS || this.steps.length > MAX_STEPS) throw new PatternError('is too large');
    switch (node.kind) {
      case 'char':
        this.put({ op: 'char', set: node.set });
        break;
      case 'place':
        this.put({ op: 'place', place: node.place });
        break;
      case 'sequence':
        for (const part of node.parts) this.emit(part);
        break;
      case 'choice':
        this.emitChoice(node.options);
        break;
      case 'repeat':
        this.emitRepeat(node);
        break;
    }
  }

  private emitChoice(options: PatternNode[]): void {
    const jumps: { op: 'jump'; to: number }[] = [];
    options.forEach((option, i) => {
      if (i === options.length - 1) {
        this.emit(option);
        return;
      }
      const split = { op: 'split' as const, first: this.steps.length + 1, second: 0 };
      this.put(split);
      this.emit(option);
      const jump = { op: 'jump' as const, to: 0 };
      this.put(jump);
      jumps.push(jump);
      split.second = this.steps.length;
    });
    for (const jump of jumps) jump.to = this.steps.length;
  }

  private emitRepeat({ part, min, max, isLazy }: PatternNode & { kind: 'repeat' }): void {
    for (let i = 0; i < min; i++) this.emit(part);
    const exits: { split: Step & { op: 'split' }; inside: number }[] = [];
    const emitExit = (): void => {
      const split = { op: 'split' as const, first: 0, second: 0 };
      exits.push({ split, inside: this.put(split) + 1 });
    };
    if (max === Infinity) {
      const again = this.steps.length;
      emitExit();
      this.emit(part);
      this.put({ op: 'jump', to: again });
    }
    for (let i = min; max !== Infinity && i < max; i++) {
      emitExit();
      this.emit(part);
    }
    const outside = this.steps.length;
    for (const { split, inside } of exits) {
      split.first = isLazy ? outside : inside;
      split.second = isLazy ? inside : outside;
    }
  }
}

function isAnchored(node: PatternNode): boolean {
  if (node.kind === 'place') return node.place === 'text-start';
  if (node.kind === 'choice') return node.options.every(isAnchored);
  return node.kind === 'sequence' && node.parts[0] !== undefined && isAnchored(node.parts[0]);
}

function firstOf(steps: Step[]): boolean[] | null {
  const first = Array.from({ length: ASCII }, () => false);
  const seen = new Set<number>();
  const open = [0];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const step = steps[at];
    if (step === undefined || seen.has(at)) continue;
    seen.add(at);
    if (step.op === 'match') return null;
    if (step.op === 'char') for (let i = 0; i < ASCII; i++) first[i] ||= hasChar(step.set, i);
    else if (step.op === 'split') open.push(step.first, step.second);
    else open.push(step.op === 'jump' ? step.to : at + 1);
  }
  return first;
}

/** The longest text that every match of the node contains, and the text that is the node, if it is one. */
function literalOf(node: PatternNode): { best: string; whole: string | null } {
  switch (node.kind) {
    case 'char': {
      const [from = 0, to] = node.set;
      const isOne = node.set.length === 2 && from === to;
      const text = isOne ? String.fromCodePoint(from) : '';
      return { best: text, whole: isOne ? text : null };
    }
    case 'place':
      return { best: '', whole: '' };
    case 'choice':
      return { best: '', whole: null };
    case 'repeat':
      return { best: node.min > 0 ? literalOf(node.part).best : '', whole: null };
    case 'sequence':
      return literalOfSequence(node.parts);
  }
}

function literalOfSequence(parts: PatternNode[]): { best: string; whole: string | null } {
  let [best, run, isWhole] = ['', '', true];
  for (const part of parts) {
    const inner = literalOf(part);
    run = inner.whole === null ? '' : run + inner.whole;
    isWhole &&= inner.whole !== null;
    for (const candidate of [run, inner.best]) if (candidate.length > best.length) best = candidate;
  }
  return { best, whole: isWhole ? run : null };
}
