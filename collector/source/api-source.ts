/** The log of a container as the engine's API gives it: any driver that the engine can read back. */
import type { ContainerDetails, Engine } from '../engine/engine.ts';
import { createLineJoiner } from '../engine/lines.ts';
import { isCompressed, keptBytes } from './kept-bytes.ts';
import type { LogSource } from './log-source.ts';

/** `isCoarse`: of its stamps, see `EngineFacts.hasCoarseStamps`. */
export const createApiSource = (
  engine: Pick<Engine, 'readLogs'>,
  container: Pick<ContainerDetails, 'id' | 'tty' | 'logDriver' | 'logOptions'>,
  { reason, isCoarse = false }: { reason: string; isCoarse?: boolean | undefined },
): LogSource => ({
  kind: 'api',
  reason,
  keepsPlace: false,
  doubt: { keptBytes: keptBytes(container), isCompressed: isCompressed(container), isCoarse },
  joiner: ({ maxLineBytes }) => createLineJoiner({ tty: container.tty, maxLineBytes }),
  read: read => engine.readLogs(container.id, read),
  close: () => undefined,
});
