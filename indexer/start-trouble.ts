import { QuaylogError } from '#contract/quaylog-error.ts';
import type { IndexerConfig } from './config.ts';

/** One sentence that says why the indexer cannot start and what to do about it. */
export function startTrouble(error: Error, config: IndexerConfig): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
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
    case 'ENOSPC':
      return `the disk of the data folder ${config.data} is full: free some space.`;
    default:
      return error instanceof QuaylogError && error.hint ? `${error.message} ${error.hint}` : error.message;
  }
}
