/** Who this collector is, for as long as its data folder lives: clones of a machine share the engine's id, not this one. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Rejects when the folder cannot be written. */
export async function readCollectorId(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, 'id');
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (UUID.test(kept.trim())) return kept.trim();
  const id = randomUUID();
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(`${id}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return id;
}
