/**
 * Single lines, events and samples that the indexer refuses even on their own: kept under `<dir>/<day>.ndjson`, one JSON object
 * each with its container and the indexer's reason, never thrown away and never in the way of the others.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchContent } from './pending-batch.ts';

export type RefusedItems = { keep(content: BatchContent, reason: string): Promise<void> };

export function createRefusedItems(dir: string, now: () => number): RefusedItems {
  return {
    async keep(content, reason) {
      await mkdir(dir, { recursive: true });
      const at = new Date(now()).toISOString();
      const row = JSON.stringify({ at, reason, ...content });
      await appendFile(join(dir, `${at.slice(0, 10)}.ndjson`), `${row}\n`, { mode: 0o600 });
    },
  };
}
