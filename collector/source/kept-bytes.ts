/** How much of a log the engine keeps. Pure. */
import type { ContainerDetails } from '../engine/engine.ts';

/** Of a container that nobody could ask the engine about. Nobody lets it keep less. */
const UNKNOWN_BYTES = 1e6;
/** Of the engine's own copy for drivers that cannot be read back, and of the driver `local`. */
const LOCAL_DEFAULTS = { size: '20m', files: '5' };
const UNITS: Partial<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/**
 * Bytes of the log that are kept for certain behind its end, whatever was just rotated away; null: nothing is ever rotated away.
 * An engine with a single file empties it, so then nothing is certain: the size of the file stands for it.
 */
export function keptBytes({
  logDriver,
  logOptions,
}: Pick<ContainerDetails, 'logDriver' | 'logOptions'>): number | null {
  if (logDriver === '') return UNKNOWN_BYTES;
  const isFile = logDriver === 'json-file' || logDriver === 'k8s-file';
  if (logDriver === 'journald' || logDriver === 'none') return null;
  const isLocal = logDriver === 'local';
  const size = parseLogSize(
    isFile || isLocal ? (logOptions['max-size'] ?? (isFile ? '' : LOCAL_DEFAULTS.size)) : LOCAL_DEFAULTS.size,
  );
  if (size === null) return null;
  const files = Number(logOptions['max-file'] ?? (isFile ? '1' : LOCAL_DEFAULTS.files)) || 1;
  return size * Math.max(1, files - 1);
}

/** Of `json-file` only when asked for, of `local` and the engine's own copies unless it was switched off. */
export const isCompressed = ({
  logDriver,
  logOptions,
}: Pick<ContainerDetails, 'logDriver' | 'logOptions'>): boolean =>
  logDriver === 'json-file' ? logOptions['compress'] === 'true' : logOptions['compress'] !== 'false';

/** `10m` as the engine means it: 10,000,000; null for no size and for none at all. */
export function parseLogSize(text: string): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const size = Number(number) * (UNITS[unit?.toLowerCase() ?? ''] ?? Number.NaN);
  return size > 0 ? size : null;
}
