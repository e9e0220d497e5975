/** A disk that fails at a chosen moment, for the files of the spool. */
import * as fs from 'node:fs';
import type { FileCalls } from '#collector/delivery/spool/segment-files.ts';

/** `changes`: calls so far that change something on disk. `synced`: how many bytes of each segment are safe from a power cut. */
type FailingDisk = { calls: FileCalls; changes: () => number; synced: Map<string, number> };

const CHANGES = new Set([
  'mkdirSync',
  'writevSync',
  'ftruncateSync',
  'renameSync',
  'unlinkSync',
  'fsyncSync',
  'fdatasync',
]);

/** A file system that is gone from its nth change on (`dies`), or has no room for that one alone. */
export function failingDisk(n: number, how: 'dies' | 'is full'): FailingDisk {
  let changes = 0;
  const paths = new Map<number, string>();
  const synced = new Map<string, number>();
  const fail = () => Object.assign(new Error(how), { code: how === 'dies' ? 'EIO' : 'ENOSPC' });
  const track = (key: string, args: unknown[], result: unknown) => {
    if (key === 'openSync') paths.set(result as number, args[0] as string);
    const path = paths.get(args[0] as number) ?? '';
    if (key.includes('sync') && key !== 'syncFolder' && path.endsWith('.segment'))
      synced.set(path, fs.fstatSync(args[0] as number).size);
  };
  const calls = new Proxy(fs, {
    get(target, key: string) {
      const call = (target as unknown as Record<string, (...args: unknown[]) => unknown>)[key]!;
      return (...args: unknown[]) => {
        const isNow = CHANGES.has(key) && ++changes === n;
        if (isNow && key === 'writevSync') {
          const [file, parts] = args as [number, Buffer[]];
          const bytes = Buffer.concat(parts);
          fs.writeSync(file, bytes, 0, Math.floor(bytes.length * Math.random()));
        }
        const isDead = how === 'dies' && changes > n && CHANGES.has(key);
        if (isNow || isDead) {
          if (key !== 'fdatasync') throw fail();
          (args[1] as (error: Error) => void)(fail());
          return undefined;
        }
        const result = call(...args);
        if (key === 'openSync' || key === 'fdatasync') track(key, args, result);
        return result;
      };
    },
  }) as unknown as FileCalls;
  return { calls, changes: () => changes, synced };
}
