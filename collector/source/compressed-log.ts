/** A rotated log file that the engine has compressed: read in one go, for there is no place to come back to inside it. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LogFile } from './log-files.ts';
import type { SourceRead } from './log-source.ts';
import { offsetOfStamp } from './seek-stamp.ts';

const NEWLINE = 10;

/**
 * Hands over all entries, less those before the first at or after `since`, or those in the first `skip` bytes. False when the file
 * is damaged: what could be read of it was handed over.
 */
export async function readCompressed(
  { fd, since, skip = 0 }: Pick<LogFile, 'fd' | 'since' | 'skip'>,
  { signal, onBytes }: Pick<SourceRead, 'signal' | 'onBytes'>,
): Promise<boolean> {
  const unpacked = createGunzip();
  pipeline(createReadStream('', { fd, autoClose: false, start: 0 }), unpacked, () => undefined);
  let rest = Buffer.alloc(0);
  let wanted = since ?? null;
  let left = skip;
  try {
    for await (const chunk of unpacked) {
      if (signal.aborted) return true;
      const fresh = (chunk as Buffer).subarray(left);
      left -= (chunk as Buffer).length - fresh.length;
      const bytes = Buffer.concat([rest, fresh]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      const begin = wanted === null ? 0 : offsetOfStamp(bytes.subarray(0, end), wanted);
      if (begin !== null) wanted = null;
      if (begin !== null && begin < end) await onBytes(bytes.subarray(begin, end));
      rest = Buffer.from(bytes.subarray(end));
    }
    return rest.length === 0;
  } catch {
    return false;
  }
}
