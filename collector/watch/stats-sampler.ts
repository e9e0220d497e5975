/**
 * Samples running containers: all of them each interval, those being watched each second. One-shot readings are cheapest for the
 * engine at such intervals, but carry no percentage: that comes from the container's own reading before.
 */
import type { Logger } from 'pino';
import type { WireSample } from '#contract/batch.ts';
import type { Counters } from '../counters.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { Engine, StatsReading } from '../engine/engine.ts';
import { createSlots } from '../slots.ts';

const WATCHED_EVERY_MS = 1_000;
const CONCURRENT_READS = 4;

export type StatsOptions = {
  engine: Pick<Engine, 'readStats'>;
  intervalMs: number;
  runningIds: () => string[];
  onSample: (id: string, sample: Omit<WireSample, 'container'>) => void;
  counters: Counters;
  log: Logger;
};

export type StatsSampler = {
  start(): void;
  /** Container ids people look at now. */
  watch(containerIds: readonly string[]): void;
  stop(): void;
};

export function createStatsSampler(options: StatsOptions): StatsSampler {
  const slots = createSlots(CONCURRENT_READS);
  const previous = new Map<string, StatsReading>();
  const busy = new Set<string>();
  let watched: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;
  let ticks = 0;

  async function sample(id: string): Promise<void> {
    if (busy.has(id)) return;
    busy.add(id);
    try {
      const reading = await slots.run(() => options.engine.readStats(id));
      const before = previous.get(id);
      if (reading === null) previous.delete(id);
      else previous.set(id, reading);
      if (reading === null || before === undefined) return;
      options.counters.samplesRead++;
      options.onSample(id, toSample(before, reading));
    } catch (cause) {
      previous.delete(id);
      const isExpected = cause instanceof EngineError;
      options.log[isExpected ? 'debug' : 'error'](
        { containerId: id, err: cause },
        'container was not sampled',
      );
    } finally {
      busy.delete(id);
    }
  }

  function tick(): void {
    const running = options.runningIds();
    const isFull = ticks++ % Math.max(1, Math.round(options.intervalMs / WATCHED_EVERY_MS)) === 0;
    // A container without a reading before gets one at once, so that its first percentage is a second away.
    for (const id of running) if (isFull || watched.has(id) || !previous.has(id)) void sample(id);
    const still = new Set(running);
    for (const id of previous.keys()) if (!still.has(id)) previous.delete(id);
  }

  return {
    start() {
      timer ??= setInterval(tick, WATCHED_EVERY_MS);
    },
    watch(containerIds) {
      watched = new Set(containerIds);
    },
    stop() {
      clearInterval(timer);
    },
  };
}

/** Percent of one core between two readings; 0 when the counters were reset between them. */
export function toSample(before: StatsReading, after: StatsReading): Omit<WireSample, 'container'> {
  const { stamp, cpuNanos, systemNanos, onlineCpus, ...reading } = after;
  const system = systemNanos - before.systemNanos;
  const cpu = cpuNanos - before.cpuNanos;
  const cpuPercent = system > 0 && cpu > 0 ? Math.round((cpu / system) * onlineCpus * 10_000) / 100 : 0;
  return { at: stamp, cpuPercent, ...reading };
}
