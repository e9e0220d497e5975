/**
 * The files of one container's log on the engine's disk. The newest has the plain name; at a rotation each is renamed by one
 * (`-json.log` → `.1` → `.2` …), maybe compressed (`.1.gz`), and the last is removed. A file that is held open stays readable under
 * whatever name, and without one.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';

/** `inode` tells files apart; `readTo`: where the next entry begins; `tail`: the bytes before that. */
export type LogFile = {
  fd: number;
  inode: bigint;
  isCompressed: boolean;
  readTo: number;
  tail: Buffer;
  /** Of a compressed file: what is older is left out, and so many bytes of what it holds. */
  since?: string;
  skip?: number;
  /** The engine may have had another file before this one, which is gone. */
  followsHole: boolean;
};

/** What is left of a file that was closed: enough to know it again, as it is or compressed. `first`: a digest of its first entry. */
export type Place = Pick<LogFile, 'inode' | 'readTo' | 'tail'> & { first: string };

const MAX_ATTEMPTS = 8;
const HEAD_BYTES = 64 * 1024;
const NEWLINE = 10;

/** Null when there is no such file. Throws when it may not be read. */
export function openLogFile(path: string): LogFile | null {
  try {
    const fd = openSync(path, 'r');
    const inode = fstatSync(fd, { bigint: true }).ino;
    const isCompressed = path.endsWith('.gz');
    return { fd, inode, isCompressed, readTo: 0, tail: Buffer.alloc(0), followsHole: false };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}

export const closeLogFiles = (files: readonly LogFile[]): void => {
  for (const { fd } of files) closeSync(fd);
};

/**
 * The files that are newer than `known` (null: all there are), oldest first, opened. When `known` is nowhere to be found, the
 * oldest of them `followsHole`. `rotated`: how many renamed files the engine keeps.
 */
export function openNewer(path: string, rotated: number, known: LogFile | null): LogFile[] {
  for (let attempt = 1; ; attempt++) {
    const newer = tryOpenNewer(path, rotated, known);
    const newest = newer.at(-1);
    // Two rotations in between would have mixed up their order.
    if (newest === undefined || isAt(path, newest) || attempt === MAX_ATTEMPTS) return newer;
    closeLogFiles(newer);
  }
}

function tryOpenNewer(path: string, rotated: number, known: LogFile | null): LogFile[] {
  const newer: LogFile[] = [];
  // From the newest on: a file that is renamed meanwhile is then met twice rather than not at all.
  for (let age = 0; age <= rotated; age++) {
    const name = age === 0 ? path : `${path}.${age}`;
    const file = openLogFile(name) ?? (age === 0 ? null : openLogFile(`${name}.gz`));
    if (file === null) continue;
    if (known !== null && isSame(file, known)) {
      closeLogFiles([file]);
      return newer.reverse();
    }
    if (newer.some(one => isSame(file, one))) closeLogFiles([file]);
    else newer.push(file);
  }
  const [oldest] = newer.reverse();
  if (oldest !== undefined && known !== null) oldest.followsHole = true;
  return newer;
}

/** Whether this path still (or again) leads to that file. */
export function isAt(path: string, { inode }: LogFile): boolean {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  // A name that is gone tells nothing of a newer file.
  return found === undefined || found.ino === inode;
}

export const sizeOf = ({ fd }: LogFile): number => fstatSync(fd).size;

/** Compressing makes another file of the same content: then the first entry tells, for it bears its time. */
export function isSame(file: LogFile, known: LogFile): boolean {
  if (file.inode === known.inode) return true;
  if (!file.isCompressed || known.isCompressed) return false;
  return firstEntry(file).equals(firstEntry(known));
}

export const placeIn = (file: LogFile): Place => {
  const { inode, readTo, tail } = file;
  return { inode, readTo, tail, first: digestOfFirst(file) };
};

export const isOf = (place: Place, file: LogFile): boolean =>
  file.inode === place.inode ||
  (file.isCompressed && place.readTo > 0 && digestOfFirst(file) === place.first);

const digestOfFirst = (file: LogFile): string =>
  createHash('sha256').update(firstEntry(file)).digest('base64');

/** The first entry of a file, or what of it lies in the first 64 KiB. */
export function firstEntry({ fd, isCompressed }: LogFile): Buffer {
  const read = Buffer.alloc(HEAD_BYTES);
  const bytes = read.subarray(0, readSync(fd, read, 0, HEAD_BYTES, 0));
  const head = isCompressed ? inflate(bytes) : bytes;
  const newline = head.indexOf(NEWLINE);
  return newline === -1 ? head : head.subarray(0, newline + 1);
}

/** As much as the beginning of a compressed file gives. */
function inflate(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 2 ** 20 });
  } catch {
    return Buffer.alloc(0);
  }
}
