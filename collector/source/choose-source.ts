/** Which source reads the log of a container, and why, in words for people. */
import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContainerDetails, Engine } from '../engine/engine.ts';
import { createApiSource } from './api-source.ts';
import { createFileSource } from './file-source.ts';
import type { LogSource } from './log-source.ts';
import { createReadTurns } from './read-turns.ts';

export type ChooseSource = (container: ContainerDetails) => LogSource | { unreadable: string };

export type SourceOptions = {
  engine: Engine;
  /** `file`: a container whose file cannot be read is not read at all. */
  source: 'auto' | 'api' | 'file';
  /** Where the engine's folder of containers is on this machine. */
  containersDir: string;
};

export function createSourceChooser({ engine, source, containersDir }: SourceOptions): ChooseSource {
  const turns = createReadTurns();
  return container => {
    const { logDriver, tty, logOptions } = container;
    if (logDriver === 'none') return { unreadable: 'its log driver is none: the engine keeps no logs of it' };
    if (source === 'api') return createApiSource(engine, container, 'QUAYLOG_SOURCE=api');
    const path = logFilePath(container, containersDir);
    const obstacle = obstacleTo(path, container);
    if (obstacle === null)
      return createFileSource({ path, tty, logOptions, turns, reason: `its log file is readable: ${path}` });
    if (source === 'file') return { unreadable: `${obstacle}, and QUAYLOG_SOURCE=file` };
    return createApiSource(engine, container, `read through the API of the engine: ${obstacle}`);
  };
}

const CONTAINER_ID = /^[0-9a-f]{64}$/;

/** Nothing that a container says of itself becomes part of it. */
const logFilePath = ({ id }: ContainerDetails, containersDir: string): string =>
  CONTAINER_ID.test(id) ? join(containersDir, id, `${id}-json.log`) : '';

/** Why the file cannot be read; null when it can, or will be once the container has started. */
function obstacleTo(path: string, { logDriver }: ContainerDetails): string | null {
  if (logDriver !== 'json-file') return `its log driver is ${logDriver}, which keeps no file of lines`;
  if (path === '') return 'its id is none of Docker';
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
