/** A column of numbers that is read run by run, as its numbers are asked for: whoever wants one does not unpack them all. */
import type { Numbers } from './number-column.ts';

export type RunsOptions = {
  count: number;
  /** Numbers in each run; the last has what is left. */
  runLength: number;
  read: (run: number) => Numbers;
};

/** Runs count from 0, and so do numbers. The run asked last stays at hand. */
export class NumberRuns {
  readonly #runLength: number;
  readonly #count: number;
  readonly #read: RunsOptions['read'];
  #first = 0;
  #run: Numbers = new Uint8Array(0);

  constructor({ count, runLength, read }: RunsOptions) {
    this.#count = count;
    this.#runLength = runLength;
    this.#read = read;
  }

  /** `index`: below the count. */
  at(index: number): number {
    const within = index - this.#first;
    if (within >= 0 && within < this.#run.length) return this.#run[within] ?? 0;
    const { numbers, first } = this.runOf(index);
    return numbers[index - first] ?? 0;
  }

  /** The run that a number is in, and which is its first: for who goes through many. */
  runOf(index: number): { numbers: Numbers; first: number } {
    if (index < this.#first || index >= this.#first + this.#run.length) {
      const run = Math.floor(index / this.#runLength);
      this.#run = this.#read(run);
      this.#first = run * this.#runLength;
    }
    return { numbers: this.#run, first: this.#first };
  }

  get runs(): number {
    return Math.ceil(this.#count / this.#runLength);
  }

  /** In one array. */
  all(): Numbers {
    if (this.runs === 1) return this.#read(0);
    const all = new Uint32Array(this.#count);
    for (let run = 0; run < this.runs; run++) all.set(this.#read(run), run * this.#runLength);
    return all;
  }
}

/** What is in memory anyway. */
export const oneRun = (numbers: Numbers): NumberRuns =>
  new NumberRuns({ count: numbers.length, runLength: Math.max(1, numbers.length), read: () => numbers });
