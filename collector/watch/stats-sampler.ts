/**
 * Samples running containers: each once an interval, spread over it, and those being watched each second. One-shot readings are
 * cheapest for the engine at such intervals, but carry no percentage: that comes from the container's own reading before.
 */
import type { Logger } from 'pino';
import type { WireSample } from '#contract/batch.ts';
import type { Counters } from '../counters.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { Engine, StatsReading } from '../engine/engine.ts';
import { createSlots } from '../slots.ts';

/** How often a container that is watched is read, and how finely the others are spread. */
const TICK_MS = 1_000;
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

export const createStatsSampler = (options: StatsOptions): StatsSampler => new Sampler(options);

class Sampler implements StatsSampler {
  private readonly options: StatsOptions;
  private readonly slots = createSlots(CONCURRENT_READS);
  private readonly previous = new Map<string, StatsReading>();
  private readonly busy = new Set<string>();
  /** Second of the interval in which a container is read. */
  private readonly turns = new Map<string, number>();
  private readonly turnsPerInterval: number;
  /** Containers to read in the next second as well: a first percentage needs two readings. */
  private readonly again = new Set<string>();
  private watched: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;
  private ticks = 0;

  constructor(options: StatsOptions) {
    this.options = options;
    this.turnsPerInterval = Math.max(1, Math.round(options.intervalMs / TICK_MS));
  }

  start(): void {
    this.timer ??= setInterval(() => this.tick(), TICK_MS);
  }

  watch(containerIds: readonly string[]): void {
    this.watched = new Set(containerIds);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const running = this.options.runningIds();
    const turn = this.ticks++ % this.turnsPerInterval;
    const again = new Set(this.again);
    this.again.clear();
    for (const id of running) {
      const own = this.turns.get(id);
      if (own === undefined) {
        this.turns.set(id, this.turns.size % this.turnsPerInterval);
        this.again.add(id);
      }
      if (own === undefined || own === turn || again.has(id) || this.watched.has(id)) void this.sample(id);
    }
    this.forgetAllBut(new Set(running));
  }

  private async sample(id: string): Promise<void> {
    if (this.busy.has(id)) return;
    this.busy.add(id);
    try {
      const reading = await this.slots.run(() => this.options.engine.readStats(id));
      const before = this.previous.get(id);
      if (reading === null) this.previous.delete(id);
      else this.previous.set(id, reading);
      if (reading === null || before === undefined) return;
      this.options.counters.samplesRead++;
      this.options.onSample(id, toSample(before, reading));
    } catch (cause) {
      this.previous.delete(id);
      const isExpected = cause instanceof EngineError;
      this.options.log[isExpected ? 'debug' : 'error'](
        { containerId: id, err: cause },
        'container was not sampled',
      );
    } finally {
      this.busy.delete(id);
    }
  }

  private forgetAllBut(running: ReadonlySet<string>): void {
    for (const id of this.turns.keys()) {
      if (running.has(id)) continue;
      this.turns.delete(id);
      this.previous.delete(id);
    }
  }
}

/** Percent of one core between two readings; 0 when the counters were reset between them. */
export function toSample(before: StatsReading, after: StatsReading): Omit<WireSample, 'container'> {
  const { stamp, cpuNanos, systemNanos, onlineCpus, ...reading } = after;
  const system = systemNanos - before.systemNanos;
  const cpu = cpuNanos - before.cpuNanos;
  const cpuPercent = system > 0 && cpu > 0 ? Math.round((cpu / system) * onlineCpus * 10_000) / 100 : 0;
  return { at: stamp, cpuPercent, ...reading };
}
