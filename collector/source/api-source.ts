/** The log of a container as the engine's API gives it: any driver that the engine can read back. */
import type { ContainerDetails, Engine } from '../engine/engine.ts';
import { createLineJoiner } from '../engine/lines.ts';
import type { LogSource } from './log-source.ts';

export const createApiSource = (
  engine: Engine,
  { id, tty }: Pick<ContainerDetails, 'id' | 'tty'>,
  reason: string,
): LogSource => ({
  kind: 'api',
  reason,
  keepsPlace: false,
  joiner: ({ maxLineBytes }) => createLineJoiner({ tty, maxLineBytes }),
  read: read => engine.readLogs(id, read),
  close: () => undefined,
});
