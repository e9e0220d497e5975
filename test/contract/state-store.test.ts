import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStateStore } from '#indexer/state/sqlite-state-store.ts';
import { stateStoreContract } from './state-store.contract.ts';

stateStoreContract('state in memory', () => ({ store: createSqliteStateStore({ file: ':memory:' }) }));

stateStoreContract('state in a SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quaylog-state-'));
  const open = () => createSqliteStateStore({ file: join(folder, 'deep', 'state.db') });
  return { store: open(), reopen: open, dispose: () => rmSync(folder, { recursive: true }) };
});
