/**
 * A small file that is always whole. Format: one line `quaylog-cursors 1 <CRC-32 of the rest, hex>`, then JSON.
 *
 * Invariants (cursor-file.invariants.test.ts):
 * 1. It is written to `<path>.new`, synced, then renamed, the folder synced: a crash leaves the old text or the new one.
 * 2. The generation before is kept as `<path>.old`, so that a damaged file costs one step back, never everything.
 * 3. A file that does not check is set aside as `<path>.damaged`, and never keeps the program from starting.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const HEADER = /^quaylog-cursors 1 ([0-9a-f]{8})$/;

export function encodeCheckedFile(value: unknown): string {
  const json = JSON.stringify(value);
  return `quaylog-cursors 1 ${checksum(json)}\n${json}`;
}

/** Null for text that was cut, changed or is of another kind. */
export function decodeCheckedFile(text: string): unknown {
  const headerEnd = text.indexOf('\n');
  const expected = HEADER.exec(text.slice(0, Math.max(0, headerEnd)))?.[1];
  const json = text.slice(headerEnd + 1);
  if (expected === undefined || expected !== checksum(json)) return null;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** The newest generation that checks; null when there is none. `onDamaged` gets the path of each that was set aside. */
export async function readCheckedFile(path: string, onDamaged: (path: string) => void): Promise<unknown> {
  for (const generation of [path, `${path}.old`]) {
    const text = await readFile(generation, 'utf8').catch(() => null);
    if (text === null) continue;
    const value = decodeCheckedFile(text);
    if (value !== null) return value;
    await rename(generation, `${generation}.damaged`).catch(() => undefined);
    onDamaged(`${generation}.damaged`);
  }
  return null;
}

/** Resolves when the value is on disk. The folder must exist. */
export async function writeCheckedFile(path: string, value: unknown): Promise<void> {
  await writeSynced(`${path}.new`, encodeCheckedFile(value));
  await rename(path, `${path}.old`).catch(ignoreMissing);
  await rename(`${path}.new`, path);
  await syncFolder(dirname(path));
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function ignoreMissing(cause: unknown): void {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
}
