/** Work on the files, one piece after the other; appends that wait together share one sync. */

export interface Syncable {
  /** Resolves when everything written so far is on the disk. */
  sync(): Promise<void>;
}

/** Does the work and names what it wrote to. */
export type Work<T> = (touched: Set<Syncable>) => T;

export interface WriteQueue {
  /** Settles after the work was done and what it touched was synced. */
  enqueue<T>(work: Work<T>): Promise<T>;
  /** For work that moves or removes files: not between an append and its sync. */
  enqueueAlone<T>(work: Work<T>): Promise<T>;
}

type Job = { work: Work<unknown>; isAlone: boolean; settle: (result: Result) => void };
type Result = { value: unknown } | { error: Error };

/** `onSynced` is called after each sync, when nothing is on its way. */
export function createWriteQueue(onSynced: () => void): WriteQueue {
  const waiting: Job[] = [];
  let isDraining = false;

  function put<T>(work: Work<T>, isAlone: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (result: Result): void => {
        if ('error' in result) reject(result.error);
        else resolve(result.value as T);
      };
      waiting.push({ work, isAlone, settle });
      if (!isDraining) void drain();
    });
  }

  async function drain(): Promise<void> {
    isDraining = true;
    // Whoever comes in this turn of the event loop shares the first sync.
    await Promise.resolve();
    while (waiting.length > 0) {
      const jobs = waiting.splice(0, groupSize(waiting));
      const touched = new Set<Syncable>();
      const results = jobs.map(job => attempt(() => job.work(touched)));
      const failure = await syncAll(touched);
      jobs.forEach((job, i) => job.settle(failure ?? results[i] ?? { value: undefined }));
      onSynced();
    }
    isDraining = false;
  }

  return {
    enqueue: work => put(work, false),
    enqueueAlone: work => put(work, true),
  };
}

/** One that is alone, or all up to the next of those. */
function groupSize(waiting: readonly Job[]): number {
  const alone = waiting.findIndex(job => job.isAlone);
  return alone === -1 ? waiting.length : Math.max(1, alone);
}

async function syncAll(touched: Iterable<Syncable>): Promise<Result | undefined> {
  try {
    await Promise.all([...touched].map(file => file.sync()));
    return undefined;
  } catch (error) {
    return { error: error as Error };
  }
}

function attempt(work: () => unknown): Result {
  try {
    return { value: work() };
  } catch (error) {
    return { error: error as Error };
  }
}
