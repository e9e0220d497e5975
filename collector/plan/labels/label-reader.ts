/** Reads the labels of one container, and keeps what could not be understood as sentences for people. */
import { createPattern, PatternError, type Pattern } from '../../pattern/pattern.ts';
import type { Wish } from './label-family.ts';

/** Of one container, over all families: each costs time on every line. */
const MAX_PATTERNS = 20;
const MAX_SHOWN = 80;
const MAX_MISTAKES = 20;

const YES = ['true', '1', 'yes', 'on'];
const NO = ['false', '0', 'no', 'off'];

export class LabelReader {
  readonly labels: Readonly<Record<string, string>>;
  readonly mistakes: string[] = [];
  private patterns = 0;

  constructor(labels: Readonly<Record<string, string>>) {
    this.labels = labels;
  }

  /** Null when it is not there or blank. */
  text(label: string): string | null {
    return this.raw(label)?.trim() ?? null;
  }

  /** As `text`, with the blanks around it, which mean something in a pattern. */
  raw(label: string): string | null {
    const value = Object.hasOwn(this.labels, label) ? (this.labels[label] ?? '') : '';
    return value.trim() === '' ? null : value;
  }

  /** The first of these labels that is there. */
  first(...labels: string[]): Wish<string> | undefined {
    for (const label of labels) {
      const value = this.text(label);
      if (value !== null) return { value, label };
    }
    return undefined;
  }

  flag(label: string): Wish<boolean> | undefined {
    const value = this.text(label)?.toLowerCase();
    if (value === undefined) return undefined;
    if (YES.includes(value) || NO.includes(value)) return { value: YES.includes(value), label };
    this.complain(label, 'is neither true nor false');
    return undefined;
  }

  oneOf<T extends string>(label: string, choices: readonly T[]): Wish<T> | undefined {
    const text = this.text(label)?.toLowerCase();
    const value = choices.find(choice => choice === text);
    if (value !== undefined) return { value, label };
    if (text !== undefined) this.complain(label, `is none of ${choices.join(', ')}`);
    return undefined;
  }

  /** `source` is the label's own value unless it is given. Null for a pattern that cannot be used. */
  pattern(label: string, source: string | null = this.raw(label)): Pattern | null {
    if (source === null) return null;
    try {
      if (++this.patterns > MAX_PATTERNS)
        throw new PatternError(`is one more than the ${MAX_PATTERNS} patterns allowed`);
      return createPattern(source);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.complain(label, error.message, source);
      return null;
    }
  }

  /** `reason` is the end of a sentence that begins with the label. */
  complain(label: string, reason: string, value: string | null = this.text(label)): void {
    const shown =
      value === null ? '' : `=${value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value}`;
    const mistake = `${label}${shown} ${reason}`;
    if (this.mistakes.length < MAX_MISTAKES && !this.mistakes.includes(mistake)) this.mistakes.push(mistake);
  }
}
