/** The folder of the collector: may it be written, and is there room for the spool. */
import { access, constants, statfs, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Finding } from '#contract/check-report.ts';
import type { CollectorConfig } from '../config.ts';
import { note, ok, risk, trouble } from './finding.ts';

export async function checkData({
  data,
  spoolSize,
}: Pick<CollectorConfig, 'data' | 'spoolSize'>): Promise<Finding[]> {
  const dir = join(resolve(data), 'collector');
  const place = await nearest(dir);
  try {
    await access(place, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    return [
      trouble(
        `${place} may not be written (${code})`,
        'The collector does not start without it: set QUAYLOG_DATA.',
      ),
    ];
  }
  return [
    place === dir
      ? ok(`${dir} may be written`)
      : note(`${dir} is not there yet; it will be made at the first start`),
    await sayRoom(place, spoolSize, await spooledBytes(dir)),
  ];
}

/** The folder, or the nearest one above it that there is. */
async function nearest(dir: string): Promise<string> {
  const isThere = await access(dir).then(
    () => true,
    () => false,
  );
  return isThere || dirname(dir) === dir ? dir : nearest(dirname(dir));
}

async function sayRoom(place: string, spoolSize: number, usedBytes: number): Promise<Finding> {
  const { bavail, bsize } = await statfs(place);
  const freeBytes = bavail * bsize;
  const room = `the spool holds ${inMib(usedBytes)} of ${inMib(spoolSize)}; ${inMib(freeBytes)} are free on its disk`;
  return freeBytes + usedBytes < spoolSize
    ? risk(`${room}: it cannot grow to its size`, 'Free disk space, or set QUAYLOG_SPOOL_SIZE.')
    : ok(room);
}

async function spooledBytes(dir: string): Promise<number> {
  const names = await readdir(dir, { recursive: true }).catch(() => []);
  const sizes = names
    .filter(name => name.startsWith('spool-'))
    .map(name =>
      stat(join(dir, name)).then(
        found => (found.isFile() ? found.size : 0),
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

const inMib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
