import { readFile } from 'node:fs/promises';
import { decodeCheckedFile } from './cursor-file.ts';
import { cursorFilePath } from './cursor-store.ts';
import type { LogCursor } from './cursor.ts';

/** How far a container was acknowledged, as it stands on disk; null when nothing is known. Changes nothing, unlike the store itself. */
export async function peekCursor(
  place: { dir: string; engineId: string },
  containerId: string,
): Promise<LogCursor | null> {
  const text = await readFile(cursorFilePath(place), 'utf8').catch(() => '');
  const kept = decodeCheckedFile(text) as { containers?: Record<string, { log?: LogCursor }> } | null;
  return kept?.containers?.[containerId]?.log ?? null;
}
