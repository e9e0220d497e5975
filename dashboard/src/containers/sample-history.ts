/**
 * The last 15 minutes of samples of every container, outside React: history first, then one push a second.
 * Network and disk counters are totals since the container started, so a rate is a difference and a fall means a new run.
 */
import type { MetricSample } from '#contract/metric-sample.ts';

export const HISTORY_MS = 15 * 60_000;
/** A sparkline point per ten seconds: the collector's own pace when nobody looks. */
const SLOT_MS = 10_000;
const SLOTS = HISTORY_MS / SLOT_MS;
/** A sample that came a little late is no hole. */
const HOLE_SLOTS = 3;
const MAX_POINTS = 1_000;
/** A rate over one second jumps; over two it can be read. Samples further apart than a minute say nothing about now. */
const RATE_OVER_MS = 1_900;
const RATE_AT_MOST_MS = 60_000;

export type Rates = {
  networkRx: number | null;
  networkTx: number | null;
  blockRead: number | null;
  blockWrite: number | null;
};
/** What one row draws. A new object only when something changed, so a row re-renders only then. Rates in bytes a second. */
export type LiveReading = {
  sample: MetricSample;
  atMs: number;
  rates: Rates;
  cpu: (number | null)[];
  memory: (number | null)[];
};

type Point = { atMs: number; sample: MetricSample };

export type SampleHistory = {
  push: (samples: readonly MetricSample[]) => void;
  read: (containerId: string) => LiveReading | undefined;
  /** Called after each push that brought something new. */
  subscribe: (listener: () => void) => () => void;
  /** Grows with every such push. */
  version: () => number;
};

export function createSampleHistory(): SampleHistory {
  const points = new Map<string, Point[]>();
  const readings = new Map<string, LiveReading>();
  const listeners = new Set<() => void>();
  let version = 0;

  return {
    push(samples) {
      const touched = new Set<string>();
      for (const sample of samples) if (insert(points, sample)) touched.add(sample.container.id);
      if (touched.size === 0) return;
      for (const id of touched) readings.set(id, toReading(points.get(id) ?? []));
      version += 1;
      for (const listener of listeners) listener();
    },
    read: id => readings.get(id),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
  };
}

/** Keeps time order whatever the order of arrival (live pushes may overtake the history); false for a sample it has. */
function insert(points: Map<string, Point[]>, sample: MetricSample): boolean {
  const atMs = Date.parse(sample['@timestamp']);
  if (!Number.isFinite(atMs)) return false;
  const list = points.get(sample.container.id) ?? [];
  points.set(sample.container.id, list);
  let at = list.length;
  while (at > 0 && (list[at - 1]?.atMs ?? 0) > atMs) at -= 1;
  if (list[at - 1]?.atMs === atMs) return false;
  list.splice(at, 0, { atMs, sample });
  const oldest = (list.at(-1)?.atMs ?? atMs) - HISTORY_MS;
  let drop = Math.max(0, list.length - MAX_POINTS);
  while ((list[drop]?.atMs ?? oldest) < oldest) drop += 1;
  if (drop > 0) list.splice(0, drop);
  return true;
}

function toReading(list: Point[]): LiveReading {
  const newest = list.at(-1);
  if (newest === undefined) throw new RangeError('a reading needs a point');
  return {
    sample: newest.sample,
    atMs: newest.atMs,
    rates: ratesOf(list),
    cpu: toSlots(list, sample => sample.cpuPercent),
    memory: toSlots(list, sample => sample.memoryBytes),
  };
}

function ratesOf(list: Point[]): Rates {
  return {
    networkRx: rateOf(list, sample => sample.networkRxBytes),
    networkTx: rateOf(list, sample => sample.networkTxBytes),
    blockRead: rateOf(list, sample => sample.blockReadBytes),
    blockWrite: rateOf(list, sample => sample.blockWriteBytes),
  };
}

/** Null when it cannot be known: one sample only, too far apart, or the counter began again in between. */
export function rateOf(
  list: readonly { atMs: number; sample: MetricSample }[],
  counter: (sample: MetricSample) => number,
): number | null {
  const newest = list.at(-1);
  if (newest === undefined) return null;
  let later = newest;
  for (let index = list.length - 2; index >= 0; index -= 1) {
    const earlier = list[index];
    if (earlier === undefined || newest.atMs - earlier.atMs > RATE_AT_MOST_MS) return null;
    if (counter(earlier.sample) > counter(later.sample)) return null;
    later = earlier;
    const elapsedMs = newest.atMs - earlier.atMs;
    if (elapsedMs >= RATE_OVER_MS)
      return ((counter(newest.sample) - counter(earlier.sample)) * 1_000) / elapsedMs;
  }
  return null;
}

/** One value per slot, the largest in it so that a spike survives; null where nothing was sampled. Oldest first. */
function toSlots(list: Point[], value: (sample: MetricSample) => number): (number | null)[] {
  const last = Math.floor((list.at(-1)?.atMs ?? 0) / SLOT_MS);
  const slots: (number | null)[] = new Array<null>(SLOTS).fill(null);
  for (const point of list) {
    const slot = SLOTS - 1 - (last - Math.floor(point.atMs / SLOT_MS));
    if (slot >= 0) slots[slot] = Math.max(slots[slot] ?? 0, value(point.sample));
  }
  bridgeHoles(slots);
  return slots;
}

/** Short holes carry on what was before them. */
function bridgeHoles(slots: (number | null)[]): void {
  let known = -1;
  slots.forEach((value, slot) => {
    if (value === null) return;
    if (known >= 0 && slot - known - 1 <= HOLE_SLOTS) slots.fill(slots[known] ?? null, known + 1, slot);
    known = slot;
  });
}
