/** Reads one hourly file: a snapshot for each query, and the few forms of question the queries are made of. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { LogRecord } from '#contract/log-record.ts';
import { checksumOfDocument, checksumOfKind, verify } from './checksum.ts';
import { DamagedError, openForReading, startOfHour, type Hour } from './hour-file.ts';
import { decodeRecord, templateOf, type KindCodes, type RecordTemplate, type Source } from './record-row.ts';

/** What one query sees of a file: records up to `lastN` and the kinds they are of. Writes go on meanwhile. */
export type Snapshot = {
  lastN: number;
  templates: ReadonlyMap<number, RecordTemplate>;
  /** A record of each kind, without anything of its own. */
  samples: ReadonlyMap<number, LogRecord>;
};

export interface HourReader {
  readonly hour: Hour;
  readonly startMs: number;
  snapshot(): Snapshot;
  /** Where events came from. */
  source: (ref: number) => Source;
  /** Rows as arrays, in the order of the columns. */
  rows(sql: string, ...parameters: SQLInputValue[]): unknown[][];
  /** As `rows`, one by one: nothing else may be done with the file before the last. */
  each(sql: string, ...parameters: SQLInputValue[]): IterableIterator<unknown[]>;
  close(): void;
}

const NO_ID = new Uint8Array(20);
/** Statements kept prepared; those of queries with lists of kinds come and go. */
const MAX_STATEMENTS = 50;

export function openHourReader(path: string, hour: Hour): HourReader {
  const db = openForReading(path);
  const prepare = createStatementCache(db);
  const sources = new Map<number, Source>();
  const templates = new Map<number, RecordTemplate>();
  const samples = new Map<number, LogRecord>();

  const rows = (sql: string, ...parameters: SQLInputValue[]): unknown[][] =>
    prepare(sql).all(...parameters) as unknown as unknown[][];

  function source(ref: number): Source {
    let known = sources.get(ref);
    if (!known) {
      const [row] = rows('SELECT document, checksum FROM sources WHERE source = ?', ref);
      const document = String(row?.[0]);
      verify(row?.[1], checksumOfDocument(document, ref), `source ${ref}`);
      known = JSON.parse(document) as Source;
      sources.set(ref, known);
    }
    return known;
  }

  return {
    hour,
    startMs: startOfHour(hour),
    source,
    rows,
    each: (sql, ...parameters) =>
      prepare(sql).iterate(...parameters) as unknown as IterableIterator<unknown[]>,
    snapshot() {
      const [row] = rows('SELECT coalesce(max(n), 0) FROM records');
      // Kinds are numbered upwards, so the new ones are those beyond the last.
      for (const kindRow of rows('SELECT * FROM kinds WHERE kind > ?', lastKey(templates))) {
        const [kind, ref, stream, level, levelSource, checksum] = kindRow as [number, number, ...unknown[]];
        const codes = { stream, level, levelSource } as KindCodes;
        verify(checksum, checksumOfKind({ kind, source: ref, ...codes }), `kind ${kind}`);
        const template = templateOf(source(ref), codes);
        templates.set(kind, template);
        samples.set(kind, decodeRecord(template, { id: NO_ID, message: '', rest: '' }));
      }
      const lastN = Number(row?.[0]);
      if (lastN > 0 && templates.size === 0) throw new DamagedError(`${path} has records of no kind`);
      return { lastN, templates, samples };
    },
    close: () => db.close(),
  };
}

function createStatementCache(db: DatabaseSync): (sql: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return sql => {
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
  };
}

function lastKey(map: ReadonlyMap<number, unknown>): number {
  let last = 0;
  for (const key of map.keys()) last = key;
  return last;
}
