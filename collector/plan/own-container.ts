/** Finds out in which container this process runs, if in any. */
import { readFileSync } from 'node:fs';

const MOUNTED = /\/containers\/([0-9a-f]{64})\//;

/** The engine mounts `…/containers/<id>/hostname` into every container. */
export const containerIdOfMounts = (mountinfo: string): string | null => MOUNTED.exec(mountinfo)?.[1] ?? null;

export function findOwnContainerId(): string | null {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    // Of the host's own mounts, those of other containers are seen too, but never on this mount point.
    return containerIdOfMounts(lines.find(line => line.includes(' /etc/hostname ')) ?? '');
  } catch {
    return null;
  }
}
