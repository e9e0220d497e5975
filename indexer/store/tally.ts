/** Counting what a query found, into the shapes of the contract. Every store counts with these. */
import type { Facets, Histogram, Total } from '#contract/query.ts';
import { compareCodePoints } from '../query/match-record.ts';
import { createFieldReader, type Leaf } from '../query/read-field.ts';
import type { Buckets } from './histogram-interval.ts';

/** More different values than this are not told apart: they would fill the memory, and nobody reads them. */
const MAX_DISTINCT = 200_000;

/** Exact up to `countUpTo`, then `gte`, as the port words it. */
export const totalOf = (count: number, countUpTo: number): Total =>
  count > countUpTo ? { value: countUpTo, relation: 'gte' } : { value: count, relation: 'eq' };

/** Records per bucket and level. */
export class BucketTally {
  readonly #buckets: Buckets;
  readonly #levels: Record<string, number>[];

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
    this.#levels = Array.from({ length: buckets.count }, () => ({}));
  }

  /** Counts `count` records of one level, all in the bucket that holds `atMs`. */
  add(atMs: number, level: string | undefined, count = 1): void {
    const byLevel = this.#levels[Math.floor((atMs - this.#buckets.firstMs) / this.#buckets.intervalMs)];
    if (byLevel) byLevel[level ?? 'none'] = (byLevel[level ?? 'none'] ?? 0) + count;
  }

  toHistogram(): Histogram {
    const { intervalMs, firstMs } = this.#buckets;
    const buckets = this.#levels.map((byLevel, i) => ({
      from: new Date(firstMs + i * intervalMs).toISOString(),
      total: Object.values(byLevel).reduce((sum, n) => sum + n, 0),
      byLevel,
    }));
    return { intervalMs, buckets };
  }
}

/** Records per value of one field. A record with several values counts once for each of them. */
export class FacetTally {
  readonly #field: string;
  readonly #read: (document: object) => Leaf[];
  readonly #counts = new Map<string, number>();
  #missing = 0;

  constructor(field: string) {
    this.#field = field;
    this.#read = createFieldReader(field);
  }

  /** Counts `count` records that have in this field what `document` has there. */
  add(document: object, count = 1): void {
    const values = new Set(this.#read(document).map(String));
    if (values.size === 0) this.addMissing(count);
    for (const value of values) this.addValue(value, count);
  }

  /** Counts `count` records with this value. */
  addValue(value: string, count: number): void {
    const counted = this.#counts.get(value);
    if (counted !== undefined || this.#counts.size < MAX_DISTINCT)
      this.#counts.set(value, (counted ?? 0) + count);
  }

  /** Counts `count` records without a value. */
  addMissing(count: number): void {
    this.#missing += count;
  }

  /** The `limit` most frequent values, ties by value. */
  toFacets(limit: number): Facets {
    const values = [...this.#counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || compareCodePoints(a.value, b.value))
      .slice(0, limit);
    return { field: this.#field, values, missing: this.#missing };
  }
}
