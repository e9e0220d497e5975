/**
 * What the list shows, outside React: at most `capacity` rows, and while held (paused) the rows that came meanwhile.
 * Every change bumps `version` once and tells the listeners once; React reads rows by index when it draws.
 */
import { linesIn, type LogRow } from './log-row-types.ts';
import { SortedRows } from './sorted-rows.ts';

export const ROWS_KEPT = 100_000;

export class LogBuffer {
  readonly #shown: SortedRows;
  readonly #held: SortedRows;
  readonly #listeners = new Set<() => void>();
  #isHeld = false;
  /** Lines that came while held and fell out of the hold again because it is bounded too. */
  #overflow = 0;
  #version = 0;

  constructor(capacity = ROWS_KEPT) {
    this.#shown = new SortedRows(capacity);
    this.#held = new SortedRows(capacity);
  }

  get size(): number {
    return this.#shown.size;
  }

  get version(): number {
    return this.#version;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Exactly how many lines came since `hold`: kept ones, skipped ones, and those beyond the bound of the hold. */
  get heldLines(): number {
    return linesIn(this.#held.slice(0, this.#held.size)) + this.#overflow;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  at(index: number): LogRow | undefined {
    return this.#shown.at(index);
  }

  slice(start: number, end: number): LogRow[] {
    return this.#shown.slice(Math.max(0, start), end);
  }

  /** The index of the row with this id, or -1. */
  indexOf(id: string): number {
    return this.#shown.indexOf(id);
  }

  /** Where the row with this id is, or would be. */
  lowerBound(id: string): number {
    return this.#shown.lowerBound(id);
  }

  /** The newest row, held ones included. */
  newest(): LogRow | undefined {
    return this.#held.at(-1) ?? this.#shown.at(-1);
  }

  /** Rows of the past, asked for by the reader: shown at once, also while held. Answers how many were new. */
  insert(rows: readonly LogRow[]): number {
    const { added } = this.#shown.insert(rows);
    if (rows.length > 0) this.#changed();
    return added;
  }

  /** Rows of the present: shown, or while held kept aside so that nothing moves under the reader's eyes. */
  push(rows: readonly LogRow[]): void {
    if (rows.length === 0) return;
    if (this.#isHeld) this.#hold(rows);
    else this.#shown.insert(rows);
    this.#changed();
  }

  remove(unwanted: (row: LogRow) => boolean): void {
    this.#held.remove(unwanted);
    if (this.#shown.remove(unwanted) > 0) this.#changed();
  }

  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#changed();
  }

  /** Shows what came meanwhile. Answers how many lines did not fit the hold and are only in the store. */
  release(): number {
    if (!this.#isHeld) return 0;
    this.#isHeld = false;
    this.#shown.insert(this.#held.slice(0, this.#held.size));
    this.#held.clear();
    const lost = this.#overflow;
    this.#overflow = 0;
    this.#changed();
    return lost;
  }

  clear(): void {
    this.#shown.clear();
    this.#held.clear();
    this.#overflow = 0;
    this.#changed();
  }

  #hold(rows: readonly LogRow[]): void {
    const fresh = rows.filter(row => this.#shown.indexOf(row.id) === -1);
    const { evicted } = this.#held.insert(fresh);
    this.#overflow += linesIn(evicted);
  }

  #changed(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
