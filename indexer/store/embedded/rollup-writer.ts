/** Counts the records of one append for the rollup, and adds them up in the file. */
import type { DatabaseSync } from 'node:sqlite';
import { GRAINS_MS } from './hour-file.ts';

export interface RollupWriter {
  add(at: number, kind: number): void;
  /** Writes what was added; within the transaction of the records. */
  flush(): void;
}

export function createRollupWriter(db: DatabaseSync): RollupWriter {
  const upsert = db.prepare(`INSERT INTO rollup (grain, slot, kind, count) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`);
  /** By the finest slot, then by kind. */
  const counts = new Map<number, Map<number, number>>();
  return {
    add(at, kind) {
      const slot = Math.floor(at / GRAINS_MS[0]);
      let byKind = counts.get(slot);
      if (!byKind) counts.set(slot, (byKind = new Map<number, number>()));
      byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
    },
    flush() {
      for (const [slot, byKind] of counts) {
        for (const [kind, count] of byKind) {
          for (const grain of GRAINS_MS) {
            upsert.run(grain, Math.floor((slot * GRAINS_MS[0]) / grain), kind, count);
          }
        }
      }
      counts.clear();
    },
  };
}
