/**
 * The lines of one container that went out since the last proven place of its log: a second reader of the same lines lets out only
 * what is not in here. It spares the store duplicates and decides nothing else: what a full ledger forgets goes out twice, and the
 * store knows it by its id.
 */
import type { Line } from '../engine/lines.ts';

const MAX_LINES = 65_536;
/** Of all containers together: some 25 MB. */
const MAX_LINES_OF_ALL = 262_144;

type Entry = Pick<Line, 'stream' | 'stamp' | 'ordinal'>;
type Lines = { 1: Set<string>; 2: Set<string> };

/** What the ledgers of all containers hold together. */
export type LedgerSpace = { lines: number };

export class Ledger {
  private readonly space: LedgerSpace;
  /** Before and since the reading that is to prove them began. */
  private old: Lines = { 1: new Set(), 2: new Set() };
  private young: Lines = { 1: new Set(), 2: new Set() };

  constructor(space: LedgerSpace) {
    this.space = space;
  }

  get size(): number {
    return sizeOf(this.old) + sizeOf(this.young);
  }

  /** Soon it will forget. */
  get isHalfFull(): boolean {
    return this.size * 2 >= MAX_LINES;
  }

  has(line: Entry): boolean {
    const key = keyOf(line);
    return this.young[line.stream].has(key) || this.old[line.stream].has(key);
  }

  add(line: Entry): void {
    if (this.space.lines >= MAX_LINES_OF_ALL || this.size >= MAX_LINES) return;
    this.young[line.stream].add(keyOf(line));
    this.space.lines++;
  }

  /** A reading begins that will come across every line in here. */
  turn(): void {
    for (const stream of [1, 2] as const) {
      const [small, large] =
        this.old[stream].size < this.young[stream].size
          ? [this.old[stream], this.young[stream]]
          : [this.young[stream], this.old[stream]];
      for (const key of small) large.add(key);
      this.old[stream] = large;
      this.young[stream] = new Set();
    }
  }

  /** It came to its end: the next one starts behind them. */
  settle(): void {
    this.space.lines -= sizeOf(this.old);
    this.old = { 1: new Set(), 2: new Set() };
  }

  /** Nothing is read any more. */
  clear(): void {
    this.turn();
    this.settle();
  }
}

const sizeOf = (lines: Lines): number => lines[1].size + lines[2].size;
const keyOf = ({ stamp, ordinal }: Entry): string => (ordinal === 0 ? stamp : `${stamp} ${ordinal}`);
