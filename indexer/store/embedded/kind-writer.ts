/** The dictionary of one file, seen from its writer: what records have in common, once per content. */
import type { DatabaseSync } from 'node:sqlite';
import type { LogRecord } from '#contract/log-record.ts';
import { checksumOfDocument, checksumOfKind } from './checksum.ts';
import { kindCodesOf, sourceOf, type KindCodes, type Source } from './record-row.ts';

export interface KindWriter {
  /** The number of the record's kind, written when it is new. */
  kindOf(record: LogRecord): number;
  /** The number of a source, written when it is new. */
  sourceRef(source: Source): number;
}

export function createKindWriter(db: DatabaseSync): KindWriter {
  const insertSource = db.prepare('INSERT INTO sources (source, document, checksum) VALUES (?, ?, ?)');
  const insertKind = db.prepare(
    'INSERT INTO kinds (kind, source, stream, level, level_source, checksum) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const sources = new Map<string, number>();
  for (const row of db.prepare('SELECT source, document FROM sources').iterate()) {
    sources.set(String(row['document']), Number(row['source']));
  }
  const kinds = new Map<string, number>();
  for (const row of db.prepare('SELECT * FROM kinds').iterate()) {
    const codes = { stream: row['stream'], level: row['level'], levelSource: row['level_source'] };
    kinds.set(kindKey(Number(row['source']), codes as KindCodes), Number(row['kind']));
  }
  // The lines of one batch share their container object, which saves printing it for each.
  const seen = new WeakMap<object, { source: Source; ref: number }>();

  function sourceRef(source: Source): number {
    const known = seen.get(source.container);
    if (known?.source.host === source.host && known.source.compose === source.compose) return known.ref;
    const document = JSON.stringify(source);
    let ref = sources.get(document);
    if (ref === undefined) {
      ref = sources.size + 1;
      insertSource.run(ref, document, checksumOfDocument(document, ref));
      sources.set(document, ref);
    }
    seen.set(source.container, { source, ref });
    return ref;
  }

  return {
    sourceRef,
    kindOf(record) {
      const source = sourceRef(sourceOf(record));
      const codes = kindCodesOf(record);
      const key = kindKey(source, codes);
      let kind = kinds.get(key);
      if (kind === undefined) {
        kind = kinds.size + 1;
        const checksum = checksumOfKind({ kind, source, ...codes });
        insertKind.run(kind, source, codes.stream, codes.level, codes.levelSource, checksum);
        kinds.set(key, kind);
      }
      return kind;
    },
  };
}

const kindKey = (source: number, { stream, level, levelSource }: KindCodes): string =>
  `${source} ${stream} ${level ?? ''} ${levelSource ?? ''}`;
