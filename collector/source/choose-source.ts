/** Which source reads the log of a container, and why, in words for people. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { ContainerDetails, Engine } from '../engine/engine.ts';
import { createAttacher, isKeptNowhere, type AttachAsked, type AttachOptions } from './attach/attacher.ts';
import { createApiSource } from './api-source.ts';
import { createFileSource } from './file-source.ts';
import type { HeldLogs } from './held-logs.ts';
import { logFilePath } from './log-file-path.ts';
import { openLogFile, type LogFile } from './log-files.ts';
import type { LogSource, SourceChoice } from './log-source.ts';
import { createReadTurns } from './read-turns.ts';

/** `attach`: what is known and wanted of a container whose log the engine does not keep. */
export type ChooseSource = (
  container: ContainerDetails,
  attach?: AttachAsked,
) => LogSource | { unreadable: string };

export type SourceOptions = {
  engine: Engine;
  source: SourceChoice;
  /** Where the engine's folder of containers is on this machine. */
  containersDir: string;
  /** See `EngineFacts`. */
  hasCoarseStamps?: boolean | undefined;
  /** Without it no container is attached to. */
  attach?: AttachOptions;
  /** Logs that are open already. Without them none is opened before it is read. */
  held?: Pick<HeldLogs, 'takeFile' | 'takeReads'>;
};

export function createSourceChooser({
  engine,
  source,
  containersDir,
  hasCoarseStamps,
  held,
  attach,
}: SourceOptions): ChooseSource {
  const turns = createReadTurns();
  const attachTo = createAttacher(attach ?? null);
  return (container, asked) => {
    const { id, tty, logOptions } = container;
    if (isKeptNowhere(container)) return attachTo(container, asked);
    const throughApi = (reason: string): LogSource => {
      const reads = held?.takeReads(id) ?? null;
      const apiSource = createApiSource(reads ?? engine, container, { reason, isCoarse: hasCoarseStamps });
      return reads === null ? apiSource : { ...apiSource, close: () => reads.close() };
    };
    if (source === 'api') return throughApi('QUAYLOG_SOURCE=api');
    const path = logFilePath(id, containersDir);
    const early = held?.takeFile(id) ?? null;
    const obstacle = early === null ? obstacleTo(path, container) : null;
    if (path !== null && obstacle === null) {
      const reason = `its log file is readable: ${path}`;
      const first = early ?? (held !== undefined && container.running ? openSoon(path) : null);
      const begunAt = early === null ? null : container.startedAt;
      return createFileSource({ path, tty, logOptions, turns, reason, first, begunAt });
    }
    if (source === 'file') return { unreadable: `${obstacle}, and QUAYLOG_SOURCE=file` };
    return throughApi(`read through the API of the engine: ${obstacle}`);
  };
}

/** Why the file cannot be read; null when it can, or will be once the container has started. */
function obstacleTo(path: string | null, { logDriver }: ContainerDetails): string | null {
  if (logDriver !== 'json-file') return `its log driver is ${logDriver}, which keeps no file of lines`;
  if (path === null) return 'its id is none of Docker';
  return accessError(path, constants.R_OK) ?? null;
}

function accessError(path: string, mode: number): string | null {
  try {
    accessSync(path, mode);
    return null;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Not there yet, if its folder is.
    if (code === 'ENOENT' && mode === constants.R_OK) return accessError(dirname(path), constants.X_OK);
    return code === 'ENOENT'
      ? `there is no ${path} here; mount the engine's folder of containers, or set QUAYLOG_CONTAINERS_DIR`
      : `${path} may not be read (${code ?? String(cause)})`;
  }
}

/** Held from now on, whatever comes before it is read. */
function openSoon(path: string): LogFile | null {
  try {
    return openLogFile(path);
  } catch {
    return null;
  }
}
