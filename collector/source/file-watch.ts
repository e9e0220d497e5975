/**
 * Notices that a file has grown, was renamed or removed, without asking it all the time. The kernel tells (inotify), once for
 * every line the engine writes; of a busy file that is too much to listen to, so listening stops there until the file is quiet.
 * Where the kernel tells nothing, as of some network and shared folders, the file is looked at now and then.
 */
import { watch, type FSWatcher } from 'node:fs';

/** More between two waits is a busy file. */
const MAX_EVENTS = 32;
const LOOK_MS = 2_000;
const LOOK_DEAF_MS = 100;
/** So many changes in a row of which nothing was heard are no coincidence. */
const MAX_UNHEARD = 3;

export class FileWatch {
  private readonly path: string;
  private watcher: FSWatcher | null = null;
  /** Since the last wait ended. */
  private events = 0;
  private unheard = 0;
  private wake: ((isHeard: boolean) => void) | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** Whether nothing has happened since the last wait ended, for sure. */
  get isQuiet(): boolean {
    return this.watcher !== null && this.events === 0;
  }

  /**
   * Resolves when the file may have changed; at once if a change may have been missed. True when it was told, false when it is
   * only time to look.
   */
  async wait(signals: readonly AbortSignal[]): Promise<boolean> {
    const isNewlyHeard = this.watcher === null && this.listen();
    const hasHappened = this.events > 0;
    this.events = 0;
    if (isNewlyHeard || hasHappened || signals.some(({ aborted }) => aborted)) return true;
    return this.untilHeard(signals);
  }

  /** The path leads to another file now, or nothing is read any more. */
  close(): void {
    this.watcher?.close();
    this.watcher = null;
  }

  /** There was a change that nothing was heard of. */
  noteUnheard(): void {
    this.unheard++;
  }

  private untilHeard(signals: readonly AbortSignal[]): Promise<boolean> {
    const isDeaf = this.watcher === null || this.unheard >= MAX_UNHEARD;
    return new Promise(resolve => {
      const timer = setTimeout(() => this.wake?.(false), isDeaf ? LOOK_DEAF_MS : LOOK_MS);
      const onAbort = () => this.wake?.(true);
      for (const signal of signals) signal.addEventListener('abort', onAbort);
      this.wake = isHeard => {
        this.wake = null;
        this.events = 0;
        clearTimeout(timer);
        for (const signal of signals) signal.removeEventListener('abort', onAbort);
        resolve(isHeard);
      };
    });
  }

  /** True when listening has begun now: of what happened before, nothing was heard. */
  private listen(): boolean {
    try {
      this.watcher = watch(this.path, () => this.hear());
      this.watcher.on('error', () => this.close());
      return true;
    } catch {
      // The file is gone, or there are more watches than the system allows.
      return false;
    }
  }

  private hear(): void {
    this.unheard = 0;
    this.events++;
    if (this.events > MAX_EVENTS) this.close();
    this.wake?.(true);
  }
}
