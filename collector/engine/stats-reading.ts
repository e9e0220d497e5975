/** The engine's statistics of one container as one reading. Pure; every field may be missing on some engine. */
import type { StatsReading } from './engine.ts';
import { readStamp } from './stamp.ts';

type CpuStats = {
  cpu_usage?: { total_usage?: number; percpu_usage?: number[] };
  system_cpu_usage?: number;
  online_cpus?: number;
};

export type StatsAnswer = {
  read?: string;
  cpu_stats?: CpuStats;
  memory_stats?: { usage?: number; limit?: number; stats?: Record<string, number> };
  networks?: Record<string, { rx_bytes?: number; tx_bytes?: number }>;
  blkio_stats?: { io_service_bytes_recursive?: { op?: string; value?: number }[] | null };
  pids_stats?: { current?: number };
};

/** Null for the empty reading of a container that does not run. The engine reports the host's memory when there is no limit. */
export function toStatsReading(answer: StatsAnswer, hostMemoryBytes: number): StatsReading | null {
  const stamp = readStamp(answer.read);
  const { cpu_stats: cpu = {}, memory_stats: memory = {} } = answer;
  if (stamp === null || memory.usage === undefined) return null;
  const networks = Object.values(answer.networks ?? {});
  const limit = memory.limit ?? 0;
  return {
    stamp,
    ...cpuOf(cpu),
    memoryBytes: Math.max(0, memory.usage - inactiveFileBytes(memory.stats ?? {})),
    memoryLimitBytes: limit > 0 && (hostMemoryBytes === 0 || limit < hostMemoryBytes) ? limit : null,
    networkRxBytes: sum(networks.map(network => network.rx_bytes)),
    networkTxBytes: sum(networks.map(network => network.tx_bytes)),
    blockReadBytes: blockBytes(answer, 'read'),
    blockWriteBytes: blockBytes(answer, 'write'),
    pids: answer.pids_stats?.current ?? 0,
  };
}

const cpuOf = (cpu: CpuStats) => ({
  cpuNanos: cpu.cpu_usage?.total_usage ?? 0,
  systemNanos: cpu.system_cpu_usage ?? 0,
  onlineCpus: cpu.online_cpus || cpu.cpu_usage?.percpu_usage?.length || 1,
});

/** cgroup v1 names it `total_inactive_file`, v2 `inactive_file`; v1 has both, of which only the total counts children. */
const inactiveFileBytes = (stats: Record<string, number>): number =>
  stats.total_inactive_file ?? stats.inactive_file ?? 0;

/** cgroup v1 writes `Read`, v2 `read`. */
const blockBytes = (answer: StatsAnswer, op: 'read' | 'write'): number =>
  sum(
    (answer.blkio_stats?.io_service_bytes_recursive ?? [])
      .filter(entry => entry.op?.toLowerCase() === op)
      .map(entry => entry.value),
  );

const sum = (values: (number | undefined)[]): number => values.reduce<number>((a, b) => a + (b ?? 0), 0);
