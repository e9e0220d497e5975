/**
 * Log files opened the moment their containers start, before anything else is known of these: a container may be gone with its log
 * before the engine has answered what it was.
 */
import { closeLogFiles, openLogFile, type LogFile } from './log-files.ts';
import { logFilePath } from './log-file-path.ts';

/** More than start at once; the oldest is given up then. */
const MAX_HELD = 256;

export type HeldFiles = {
  /** The container has started. */
  hold(id: string): void;
  /** Whether its log can be read although the container may be gone. */
  has(id: string): boolean;
  /** Hands the file over; null when there is none. */
  take(id: string): LogFile | null;
  /** Nobody will read it. */
  drop(id: string): void;
  close(): void;
};

/** `containersDir` null: no log is read from its file. */
export function createHeldFiles(containersDir: string | null): HeldFiles {
  const files = new Map<string, LogFile>();
  const take = (id: string) => {
    const file = files.get(id) ?? null;
    files.delete(id);
    return file;
  };
  const drop = (id: string) => closeLogFiles([take(id)].filter(file => file !== null));
  return {
    hold(id) {
      const file = containersDir === null ? null : tryOpen(logFilePath(id, containersDir));
      drop(id);
      if (file !== null) files.set(id, file);
      const [oldest] = files.keys();
      if (files.size > MAX_HELD && oldest !== undefined) drop(oldest);
    },
    has: id => files.has(id),
    take,
    drop,
    close() {
      for (const id of [...files.keys()]) drop(id);
    },
  };
}

/** Whoever comes to read it will say why it cannot be. */
function tryOpen(path: string | null): LogFile | null {
  try {
    return path === null ? null : openLogFile(path);
  } catch {
    return null;
  }
}
