/** What an operator does with the files of the embedded store; the terminal asks for it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve as absolute, sep } from 'node:path';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { StoreBackup, StoreCheck } from '#contract/store-upkeep.ts';
import { backUpDatabase, backUpFiles } from './store/embedded/hours/back-up.ts';
import { checkFiles } from './store/embedded/hours/check-files.ts';

/** `data`: the folder that QUAYLOG_DATA names. Rejects with `QuaylogError` `store_failed` when it has no store. */
export function checkStore(data: string): Promise<StoreCheck> {
  return new Promise(resolve => resolve(checkFiles(logsOf(data))));
}

/** Copies the store and what the indexer knows beside it, so that `target` can be a data folder. */
export const backUpStore = (data: string, target: string): Promise<StoreBackup> =>
  new Promise(resolve => resolve(backUp(data, target)));

function backUp(data: string, target: string): StoreBackup {
  const logs = logsOf(data);
  const dir = absolute(target);
  if (`${dir}${sep}`.startsWith(`${absolute(data)}${sep}`))
    throw new QuaylogError('store_failed', `${dir} is in the data folder itself: name another folder.`);
  mkdirSync(dir, { recursive: true });
  const state = join(data, 'state.db');
  const stateBytes = existsSync(state) ? backUpDatabase(state, join(dir, 'state.db')) : 0;
  const { copied, kept, bytes } = backUpFiles(logs, join(dir, 'logs'));
  return { dir, copied: copied + (stateBytes > 0 ? 1 : 0), kept, bytes: bytes + stateBytes };
}

/** The folder of the hourly files. Throws `QuaylogError` `store_failed` when there is none. */
export function logsOf(data: string): string {
  const logs = join(absolute(data), 'logs');
  if (!existsSync(logs))
    throw new QuaylogError(
      'store_failed',
      `${logs} is not there: is ${absolute(data)} the data folder of an indexer?`,
    );
  return logs;
}
