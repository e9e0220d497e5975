/** What another process has used so far, as Linux tells it. */
import { readFileSync } from 'node:fs';

/** Clock ticks per second of /proc/PID/stat. */
const TICKS = 100;

/** CPU seconds in user and kernel mode. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export const rssBytesOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
