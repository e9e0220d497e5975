/**
 * Small state in one SQLite file. One table, keyed by kind and id; a document is JSON and carries a version that grows
 * by one with each change. A `put` is one transaction in WAL mode with `synchronous=FULL`: what was answered survives
 * a crash and a power loss, and all changes of a put are there or none.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { StateChange, StateKind, StateStore, Versioned } from './state-store.ts';

type Row = { id: string; document: string; version: number };

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS state (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
`;
const SQLITE_FULL = 13;

/** `file` may be `:memory:`. Creates the folder. Throws `store_failed` when the file cannot be opened. */
export function createSqliteStateStore({ file }: { file: string }): StateStore {
  const database = open(file);
  const selectOne = database.prepare('SELECT id, version, document FROM state WHERE kind = ? AND id = ?');
  const selectAll = {
    ascending: database.prepare('SELECT id, version, document FROM state WHERE kind = ? ORDER BY id LIMIT ?'),
    descending: database.prepare(
      'SELECT id, version, document FROM state WHERE kind = ? ORDER BY id DESC LIMIT ?',
    ),
  };
  const upsert = database.prepare(
    `INSERT INTO state (kind, id, version, document) VALUES (?, ?, 1, ?)
     ON CONFLICT (kind, id) DO UPDATE SET version = version + 1, document = excluded.document`,
  );
  const remove = database.prepare('DELETE FROM state WHERE kind = ? AND id = ?');

  const read = (kind: StateKind, id: string) => selectOne.get(kind, id) as Row | undefined;
  const fits = ({ kind, id, ifVersion }: StateChange) =>
    ifVersion === undefined || ifVersion === (read(kind, id)?.version ?? 0);
  const write = ({ kind, id, document }: StateChange) =>
    document === null ? remove.run(kind, id) : upsert.run(kind, id, JSON.stringify(document));

  function putAll(changes: StateChange[]): boolean {
    database.exec('BEGIN IMMEDIATE');
    try {
      const isFitting = changes.every(change => fits(change) && write(change));
      database.exec(isFitting ? 'COMMIT' : 'ROLLBACK');
      return isFitting;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    isShared: false,
    get: <T>(kind: StateKind, id: string) =>
      guarded(() => {
        const row = read(kind, id);
        return row ? versioned<T>(row) : null;
      }),
    list: <T>(kind: StateKind, { limit = -1, newestFirst = false } = {}) =>
      guarded(() => {
        const rows = selectAll[newestFirst ? 'descending' : 'ascending'].all(kind, limit);
        return rows.map(row => versioned<T>(row as Row));
      }),
    put: changes => guarded(() => changes.length === 0 || putAll(changes)),
    watch: () => undefined,
    trouble: () => null,
    close: () =>
      guarded(() => {
        if (database.isOpen) database.close();
      }),
  };
}

function open(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    const database = new DatabaseSync(file);
    database.exec(SCHEMA);
    return database;
  } catch (cause) {
    throw failure(cause);
  }
}

const versioned = <T>({ id, document, version }: Row): Versioned<T> => ({
  id,
  version,
  document: JSON.parse(document) as T,
});

/** SQLite works synchronously; the port is asynchronous and knows only our errors. */
function guarded<T>(work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      resolve(work());
    } catch (cause) {
      reject(failure(cause));
    }
  });
}

function failure(cause: unknown): QuaylogError {
  const isFull = (cause as { errcode?: number }).errcode === SQLITE_FULL;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new QuaylogError(isFull ? 'store_full' : 'store_failed', `The state file: ${message}`, { cause });
}
