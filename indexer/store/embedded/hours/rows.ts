/** Questions to a SQLite file, with their statements kept prepared. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

export interface Rows {
  /** Rows as arrays, in the order of the columns. */
  (sql: string, ...parameters: SQLInputValue[]): unknown[][];
  /** One by one: nothing else may be done with the file before the last. */
  each(sql: string, ...parameters: SQLInputValue[]): IterableIterator<unknown[]>;
}

/** Statements kept prepared; those with lists of values come and go. */
const MAX_STATEMENTS = 30;

export function createRows(db: DatabaseSync): Rows {
  const statements = new Map<string, StatementSync>();
  function prepare(sql: string): StatementSync {
    let statement = statements.get(sql);
    if (!statement) {
      statement = db.prepare(sql);
      statement.setReturnArrays(true);
    }
    statements.delete(sql);
    statements.set(sql, statement);
    for (const oldest of statements.keys()) {
      if (statements.size <= MAX_STATEMENTS) break;
      statements.delete(oldest);
    }
    return statement;
  }
  const all = (sql: string, ...parameters: SQLInputValue[]): unknown[][] =>
    prepare(sql).all(...parameters) as unknown as unknown[][];
  return Object.assign(all, {
    each: (sql: string, ...parameters: SQLInputValue[]) =>
      prepare(sql).iterate(...parameters) as unknown as IterableIterator<unknown[]>,
  });
}
