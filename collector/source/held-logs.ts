/**
 * Logs that are opened the moment their containers start, before anything else is known of these: a container may be gone with its
 * log before the engine has answered what it was. Where the log file can be read, it is held open; else reads through the API are.
 */
import type { Engine } from '../engine/engine.ts';
import { HeldReads } from './held-reads.ts';
import { closeLogFiles, openLogFile, type LogFile } from './log-files.ts';
import { logFilePath } from './log-file-path.ts';
import type { SourceChoice } from './log-source.ts';

/** More than start at once; the oldest is given up then. */
const MAX_HELD = 256;

export type HeldLogs = {
  /** The container has started. */
  hold(id: string): void;
  /** It has died: what it left is asked for at once, if nobody has taken its log yet. */
  noteDeath(id: string): void;
  /** Whether its log can be read although the container may be gone. */
  has(id: string): boolean;
  /** Hands over what is held, whoever asks for it; null when there is none. */
  takeFile(id: string): LogFile | null;
  takeReads(id: string): HeldReads | null;
  /** Nobody will read it. */
  drop(id: string): void;
  close(): void;
};

export type HeldLogsOptions = {
  engine: Pick<Engine, 'readLogs'>;
  /** What is not to be read is not held. */
  source: SourceChoice;
  /** Where the engine's folder of containers is on this machine. */
  containersDir: string;
};

type Held = { file: LogFile | null; reads: HeldReads | null };

export function createHeldLogs({ engine, source, containersDir }: HeldLogsOptions): HeldLogs {
  const logs = new Map<string, Held>();
  const open = (id: string): Held => {
    const file = source === 'api' ? null : tryOpen(logFilePath(id, containersDir));
    return { file, reads: file === null && source !== 'file' ? new HeldReads(engine, id) : null };
  };
  const drop = (id: string) => {
    const { file, reads } = logs.get(id) ?? {};
    logs.delete(id);
    if (file) closeLogFiles([file]);
    reads?.close();
  };
  const take = <K extends keyof Held>(id: string, kind: K): Held[K] | null => {
    const taken = logs.get(id)?.[kind] ?? null;
    if (taken !== null) logs.delete(id);
    return taken;
  };
  return {
    hold(id) {
      drop(id);
      logs.set(id, open(id));
      const [oldest] = logs.keys();
      if (logs.size > MAX_HELD && oldest !== undefined) drop(oldest);
    },
    noteDeath: id => logs.get(id)?.reads?.noteDeath(),
    has(id) {
      const { file, reads } = logs.get(id) ?? {};
      return Boolean(file ?? reads);
    },
    takeFile: id => take(id, 'file'),
    takeReads: id => take(id, 'reads'),
    drop,
    close() {
      for (const id of [...logs.keys()]) drop(id);
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
