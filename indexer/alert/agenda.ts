/** Things to do at their time, each by its id, no id twice at once, so many at a time. In memory: who uses it keeps what must last. */

export type Agenda = {
  /** To be done at `dueMs` (Unix time); replaces an earlier appointment of the id. */
  set: (id: string, dueMs: number) => void;
  has: (id: string) => boolean;
  /** Nothing begins any more; resolves when what has begun is done. */
  stop: () => Promise<void>;
};

/** Longer waits overflow the timer (2^31 − 1 ms); it then just looks again. */
const LONGEST_WAIT_MS = 3_600_000;

export function createAgenda(deps: {
  now: () => Date;
  /** While it is false nothing is begun, and nothing is kept: another indexer has it to do. */
  isHeld?: () => boolean;
  atOnce: number;
  work: (id: string) => Promise<void>;
  /** Answers after how many milliseconds to try again. */
  onError: (id: string, error: unknown) => number;
}): Agenda {
  const { now, atOnce, work, onError, isHeld = () => true } = deps;
  const dueMs = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function set(id: string, due: number): void {
    dueMs.set(id, due);
    wake();
  }

  /** Begins what is due and free to begin, and sets the clock for the next. */
  function wake(): void {
    clearTimeout(timer);
    if (isStopped) return;
    if (!isHeld()) {
      dueMs.clear();
      return;
    }
    const nowMs = now().getTime();
    const waiting = [...dueMs].filter(([id]) => !running.has(id)).sort(([, a], [, b]) => a - b);
    for (const [id, due] of waiting) {
      if (running.size >= atOnce) return;
      if (due > nowMs) {
        timer = setTimeout(wake, Math.min(due - nowMs, LONGEST_WAIT_MS));
        return;
      }
      begin(id);
    }
  }

  function begin(id: string): void {
    dueMs.delete(id);
    const run = work(id)
      .catch((error: unknown) => {
        dueMs.set(id, now().getTime() + onError(id, error));
      })
      .then(() => {
        running.delete(id);
        wake();
      });
    running.set(id, run);
  }

  return {
    set,
    has: id => dueMs.has(id) || running.has(id),
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
