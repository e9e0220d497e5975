/** The rows of all containers in memory: setting, finding, what is to be forgotten. */
import type { Container } from '#contract/container.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { stampOf, toStamp } from '#contract/stamp.ts';

const MAX_REMOVED = 5_000;
const SHORTEST_PREFIX = 4;

export type ContainerBook = ReturnType<typeof createContainerBook>;

export function createContainerBook() {
  const rows = new Map<string, Container>();
  return {
    get: (id: string) => rows.get(id),
    all: () => [...rows.values()],
    find: (asked: string) => rows.get(asked) ?? findByName(rows, asked) ?? findByPrefix(rows, asked),
    set(row: Container): void {
      rows.set(row.id, row);
    },
    /** A row that another indexer wrote: it knows no samples. */
    setOfOther(row: Container): Container {
      const { sample = null, sampledAt = null } = rows.get(row.id) ?? {};
      const whole = row.state === 'running' || row.state === 'paused' ? { ...row, sample, sampledAt } : row;
      rows.set(row.id, whole);
      return whole;
    },
    /** Whether the row differs from what is known in more than the time it was looked at. */
    isNews(row: Container): boolean {
      const known = rows.get(row.id);
      return !known || !isSame(known, row);
    },
    noteSample({ '@timestamp': sampledAt, container, ...sample }: MetricSample): void {
      const row = rows.get(container.id);
      if (!row || row.state === 'removed' || sampledAt < (row.sampledAt ?? '')) return;
      rows.set(row.id, { ...row, sample: readingOf(sample), sampledAt });
    },
    /** Ids of removed containers that ended before `oldestMs` or are too many. */
    expired(oldestMs: number): string[] {
      const oldest = stampOf(Math.max(0, oldestMs));
      const removed = [...rows.values()].filter(({ state }) => state === 'removed');
      return removed
        .sort((a, b) => (endOf(a) < endOf(b) ? 1 : -1))
        .filter((row, place) => place >= MAX_REMOVED || endOf(row) < oldest)
        .map(({ id }) => id);
    },
    drop: (id: string) => void rows.delete(id),
  };
}

/** The later of its end and of when it was last seen: a container that never ran has no end, or one in the year 1. */
function endOf({ finishedAt, observedAt }: Container): string {
  const [end, seen] = [toStamp(finishedAt ?? observedAt), toStamp(observedAt)];
  return end > seen ? end : seen;
}

const readingOf = (sample: Omit<MetricSample, '@timestamp' | 'container'>): Container['sample'] => ({
  cpuPercent: sample.cpuPercent,
  memoryBytes: sample.memoryBytes,
  memoryLimitBytes: sample.memoryLimitBytes,
  networkRxBytes: sample.networkRxBytes,
  networkTxBytes: sample.networkTxBytes,
  blockReadBytes: sample.blockReadBytes,
  blockWriteBytes: sample.blockWriteBytes,
  pids: sample.pids,
});

function isSame(a: Container, b: Container): boolean {
  const lasting = (row: Container) =>
    JSON.stringify({ ...row, observedAt: '', sample: null, sampledAt: null });
  return a === b || lasting(a) === lasting(b);
}

function findByName(rows: ReadonlyMap<string, Container>, name: string): Container | undefined {
  return newest([...rows.values()].filter(row => row.name === name));
}

function findByPrefix(rows: ReadonlyMap<string, Container>, prefix: string): Container | undefined {
  if (prefix.length < SHORTEST_PREFIX) return undefined;
  return newest([...rows.values()].filter(({ id }) => id.startsWith(prefix)));
}

/** One that still is there before one that is removed; then the one created last. */
function newest(found: Container[]): Container | undefined {
  const rank = ({ state, createdAt }: Container) => `${state === 'removed' ? 0 : 1} ${toStamp(createdAt)}`;
  return found.sort((a, b) => (rank(a) < rank(b) ? 1 : -1))[0];
}
