/** Rows in the order of their ids, which is the order of time; no id twice; at most `capacity`, the oldest leave first. */
import type { LogRow } from './log-row-types.ts';

/** `evicted`: the rows that left, oldest first. */
export type Inserted = { added: number; evicted: LogRow[] };

export class SortedRows {
  readonly #capacity: number;
  #rows: LogRow[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#rows.length;
  }

  at(index: number): LogRow | undefined {
    return this.#rows.at(index);
  }

  slice(start: number, end: number): LogRow[] {
    return this.#rows.slice(start, end);
  }

  /** The index of the first row whose id is not before `id`. */
  lowerBound(id: string): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle]?.id ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** -1 when the row is not here. */
  indexOf(id: string): number {
    const index = this.lowerBound(id);
    return this.#rows[index]?.id === id ? index : -1;
  }

  /**
   * Merges rows in any order; a row whose id is here already replaces it. Only what lies after the oldest of them is
   * moved: at the live edge that is a handful of rows.
   */
  insert(incoming: readonly LogRow[]): Inserted {
    const sorted = incoming.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    const [first] = sorted;
    if (!first) return { added: 0, evicted: [] };
    const before = this.#rows.length;
    const tail = this.#rows.splice(this.lowerBound(first.id));
    mergeInto(this.#rows, tail, sorted);
    const added = this.#rows.length - before;
    return { added, evicted: this.#rows.splice(0, Math.max(0, this.#rows.length - this.#capacity)) };
  }

  remove(unwanted: (row: LogRow) => boolean): number {
    const before = this.#rows.length;
    this.#rows = this.#rows.filter(row => !unwanted(row));
    return before - this.#rows.length;
  }

  clear(): void {
    this.#rows = [];
  }
}

/** Appends the merge of two sorted lists to `target`; of equal ids the newcomer stays. */
function mergeInto(target: LogRow[], old: readonly LogRow[], newcomers: readonly LogRow[]): void {
  let i = 0;
  for (const row of newcomers) {
    for (let next = old[i]; next !== undefined && next.id < row.id; next = old[++i]) target.push(next);
    if (old[i]?.id === row.id) i += 1;
    if (target.at(-1)?.id === row.id) target.pop();
    target.push(row);
  }
  for (; i < old.length; i += 1) {
    const row = old[i];
    if (row) target.push(row);
  }
}
