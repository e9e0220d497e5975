/** The thread that packs: one hour at a time, and only when nothing else wants the processor. */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { packHour } from './packer.ts';
import type { PackDraft, PackOrder } from '../write/packing.ts';
import { isDamage, MovedError, toStoreError } from '../segment/store-error.ts';
import { serveThread } from '../thread.ts';

export type PackMethods = {
  /** A draft, or null when there is nothing to be packed; `damage` when the hour cannot be read. */
  pack: { argument: PackOrder; answer: PackDraft | { damage: string } | null };
};

const { dir } = workerData as { dir: string };
stepBack();

serveThread<PackMethods>({
  pack(order) {
    try {
      return packHour(dir, order);
    } catch (error) {
      // Looked at again at the next round.
      if (error instanceof MovedError) return null;
      if (isDamage(error)) return { damage: (error as Error).message };
      throw toStoreError(error, dir);
    }
  },
});

/** On Linux a thread has a priority of its own; elsewhere it stays as it is. */
function stepBack(): void {
  if (process.platform !== 'linux') return;
  const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  setPriority(thread, constants.priority.PRIORITY_LOW);
}
