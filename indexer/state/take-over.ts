/**
 * What an indexer kept in its own file before its state was shared goes to where it is shared, once: tokens, rules, the password,
 * sessions, alerts and what is pending. The file stays as it is; a file beside it says that it was taken over.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { stateFile } from './open-state.ts';
import { createSqliteStateStore } from './sqlite-state-store.ts';
import { STATE_KINDS, type StateStore } from './state-store.ts';

const AT_ONCE = 200;

/** Answers how many rows are new there: what is there already stays. Harmless when it is repeated after a crash. */
export async function takeOver(data: string, state: StateStore): Promise<number> {
  const file = stateFile(data);
  const done = `${file}.taken-over`;
  if (!state.isShared || !existsSync(file) || existsSync(done)) return 0;
  const own = createSqliteStateStore({ file });
  try {
    let taken = 0;
    for (const kind of STATE_KINDS) {
      const rows = await own.list(kind);
      for (let first = 0; first < rows.length; first += AT_ONCE) {
        const puts = rows
          .slice(first, first + AT_ONCE)
          .map(({ id, document }) => state.put([{ kind, id, document, ifVersion: 0 }]));
        taken += (await Promise.all(puts)).filter(Boolean).length;
      }
    }
    writeFileSync(done, 'Its rows are in Elasticsearch now, with those of other indexers.\n');
    return taken;
  } finally {
    await own.close();
  }
}
