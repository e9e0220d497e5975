/** A rotated log file that the engine has compressed: read in one go, for there is no place to come back to inside it. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { SourceRead } from './log-source.ts';
import { offsetOfStamp } from './seek-stamp.ts';

const NEWLINE = 10;

/**
 * Hands over all entries, those before the first at or after `since` left out. False when the file is damaged: what could be
 * read of it was handed over.
 */
export async function readCompressed(
  fd: number,
  since: string | null,
  { signal, onBytes }: Pick<SourceRead, 'signal' | 'onBytes'>,
): Promise<boolean> {
  const unpacked = createGunzip();
  pipeline(createReadStream('', { fd, autoClose: false, start: 0 }), unpacked, () => undefined);
  let rest = Buffer.alloc(0);
  let wanted = since;
  try {
    for await (const chunk of unpacked) {
      if (signal.aborted) return true;
      const bytes = Buffer.concat([rest, chunk as Buffer]);
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
