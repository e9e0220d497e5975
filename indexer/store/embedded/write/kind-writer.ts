/** Gives sources and kinds their numbers in one live file. */
import type { DatabaseSync } from 'node:sqlite';
import { checksumOfDocument, checksumOfKind } from '../segment/checksum.ts';
import { KindMap, type KindParts } from '../segment/kind.ts';

export interface KindWriter {
  /** The number of a kind, written when it is new. */
  kindNumber(parts: KindParts): number;
  /** The number of a source (JSON), written when it is new. */
  sourceNumber(document: string): number;
}

export function createKindWriter(db: DatabaseSync): KindWriter {
  const insertSource = db.prepare('INSERT INTO sources (source, document, checksum) VALUES (?, ?, ?)');
  const insertKind = db.prepare(
    'INSERT INTO kinds (kind, source, stream, level, level_source, key, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const sources = new Map<string, number>();
  for (const row of db.prepare('SELECT source, document FROM sources').iterate()) {
    sources.set(String(row['document']), Number(row['source']));
  }
  const kinds = new KindMap<number>();
  let lastKind = 0;
  const stored = db.prepare(
    `SELECT kind, stream, level, level_source AS levelSource, key, document AS source
     FROM kinds JOIN sources USING (source) ORDER BY kind`,
  );
  for (const row of stored.iterate()) {
    lastKind = Number(row['kind']);
    if (row['key'] !== null) kinds.set(row as unknown as KindParts, lastKind);
  }

  function sourceNumber(document: string): number {
    let number = sources.get(document);
    if (number === undefined) {
      number = sources.size + 1;
      insertSource.run(number, document, checksumOfDocument(document, number));
      sources.set(document, number);
    }
    return number;
  }

  return {
    sourceNumber,
    kindNumber(parts) {
      let kind = kinds.get(parts);
      if (kind === undefined) {
        kind = ++lastKind;
        const { stream, level, levelSource, key } = parts;
        const source = sourceNumber(parts.source);
        const checksum = checksumOfKind({ kind, source, stream, level, levelSource, key });
        insertKind.run(kind, source, stream, level, levelSource, key, checksum);
        kinds.set(parts, kind);
      }
      return kind;
    },
  };
}
