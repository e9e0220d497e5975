/** Keeps the table of spans: for each 512 records in order of arrival, between which ids and of which kinds they are. */
import type { DatabaseSync } from 'node:sqlite';
import { SPAN_BITS } from './hour-file.ts';

export interface SpanWriter {
  add(n: number, id: Uint8Array, kind: number): void;
  /** Writes the span that is still growing; within the transaction of its records. */
  flush(): void;
}

type Span = { span: number; low: Uint8Array; high: Uint8Array; kinds: Set<number> };

export function createSpanWriter(db: DatabaseSync): SpanWriter {
  const upsert = db.prepare('INSERT OR REPLACE INTO spans (span, low, high, kinds) VALUES (?, ?, ?, ?)');
  let current = lastSpan(db);
  let isChanged = false;

  function flush(): void {
    if (!current || !isChanged) return;
    upsert.run(current.span, current.low, current.high, JSON.stringify([...current.kinds]));
    isChanged = false;
  }

  return {
    flush,
    add(n, id, kind) {
      const span = (n - 1) >>> SPAN_BITS;
      if (current?.span !== span) {
        flush();
        current = { span, low: id, high: id, kinds: new Set() };
      }
      if (Buffer.compare(id, current.low) < 0) current.low = id;
      else if (Buffer.compare(id, current.high) > 0) current.high = id;
      current.kinds.add(kind);
      isChanged = true;
    },
  };
}

function lastSpan(db: DatabaseSync): Span | undefined {
  const row = db.prepare('SELECT * FROM spans ORDER BY span DESC LIMIT 1').get();
  if (!row) return undefined;
  return {
    span: Number(row['span']),
    low: row['low'] as Uint8Array,
    high: row['high'] as Uint8Array,
    kinds: new Set(JSON.parse(String(row['kinds'])) as number[]),
  };
}
