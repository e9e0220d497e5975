/** Why the indexer cannot start. */
import { statfsSync } from 'node:fs';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { IndexerConfig } from './config.ts';

/** SQLite says of a full disk only that it could not write; with less than this free, that is why. */
const NEARLY_FULL_BYTES = 2 ** 20;

/** `message`: one sentence that says what to do. `mayPass`: starting again later may help, without a change of settings. */
export type StartTrouble = { message: string; mayPass: boolean };

export function startTrouble(error: Error, config: IndexerConfig): StartTrouble {
  const message = settingTrouble(error, config);
  if (message !== null) return { message, mayPass: false };
  if (isFull(error, config.data))
    return {
      message: `the disk of the data folder ${config.data} is full: free some space.`,
      mayPass: true,
    };
  return { message: error instanceof QuaylogError ? error.sentence : error.message, mayPass: false };
}

function settingTrouble(error: Error, config: IndexerConfig): string | null {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return `${config.listen} is taken by another program: stop it, or set QUAYLOG_LISTEN to another address.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${config.listen} is not an address of this machine: correct QUAYLOG_LISTEN.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'SQLITE_CANTOPEN':
      return `cannot write to the data folder ${config.data} (${error.message}): set QUAYLOG_DATA to a folder this user may write to.`;
    default:
      return null;
  }
}

function isFull(error: Error, dir: string): boolean {
  const { code } = error as { code?: unknown };
  if (code === 'ENOSPC' || code === 'store_full') return true;
  if (code !== 'store_failed') return false;
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize < NEARLY_FULL_BYTES;
  } catch {
    return false;
  }
}
