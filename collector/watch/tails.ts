/** One tail on each container that is collected, and the answer to why another one has none. */
import type { Logger } from 'pino';
import type { ContainerSnapshot } from '#contract/container.ts';
import { stampOf } from '#contract/stamp.ts';
import type { Counters } from '../counters.ts';
import type { CursorStore } from '../cursor/cursor-store.ts';
import type { ContainerDetails } from '../engine/engine.ts';
import { planContainer, type ContainerPlan, type PlanOptions } from '../plan/container-plan.ts';
import { createSlots } from '../slots.ts';
import type { ChooseSource } from '../source/choose-source.ts';
import type { LogSource } from '../source/log-source.ts';
import type { LedgerSpace } from './ledger.ts';
import { createContainerTail } from './container-tail.ts';
import type { ContainerTail, TailSink } from './tail.ts';

const CONCURRENT_HISTORIES = 4;
const CONCURRENT_CHECKS = 4;

export type TailsOptions = {
  memory: Pick<CursorStore, 'logCursor' | 'known'>;
  plan: PlanOptions;
  chooseSource: ChooseSource;
  maxLineBytes: number;
  /** How far back the log of a container not seen before is read; null: all of it. */
  historyAgeMs: number | null;
  isRunning: (id: string) => Promise<boolean>;
  sink: TailSink;
  counters: Counters;
  log: Logger;
};

/** What of a snapshot is decided here. */
export type Reading = Pick<
  ContainerSnapshot,
  'collected' | 'collectedReason' | 'source' | 'sourceReason' | 'mistakes'
>;

export class Tails {
  private readonly options: TailsOptions;
  private readonly slots = createSlots(CONCURRENT_HISTORIES);
  private readonly checkSlots = createSlots(CONCURRENT_CHECKS);
  private readonly space: LedgerSpace = { lines: 0 };
  private readonly tails = new Map<string, { tail: ContainerTail; source: LogSource }>();
  private readonly unreadable = new Map<string, string>();
  /** When each died last, as its event said: what was inspected before may say otherwise. */
  private readonly deaths = new Map<string, string>();
  private isStopped = false;

  constructor(options: TailsOptions) {
    this.options = options;
  }

  has(id: string): boolean {
    return this.tails.has(id);
  }

  planOf = (container: Pick<ContainerDetails, 'id' | 'name' | 'image' | 'labels'>): ContainerPlan =>
    planContainer(container, this.options.plan);

  /** Sees to it that a container that is collected has a tail, awake if it runs. `isNew`: it has just been started. */
  tend(details: ContainerDetails, isNew: boolean): void {
    const { id } = details;
    const running = details.running && !((this.deaths.get(id) ?? '') > (details.startedAt ?? ''));
    const known = this.tails.get(id);
    if (known !== undefined) {
      if (running) known.tail.wake();
      else known.tail.settle();
      return;
    }
    if (this.isStopped || !this.planOf(details).collected || this.unreadable.has(id)) return;
    const source = this.choose(details);
    if ('unreadable' in source) this.unreadable.set(id, source.unreadable);
    else this.tails.set(id, { source, tail: this.open({ ...details, running }, source, isNew) });
  }

  /** The container has stopped, as the event of this stamp says. */
  settle(id: string, stamp: string): void {
    this.deaths.set(id, stamp);
    this.tails.get(id)?.tail.settle();
  }

  readingOf(details: ContainerDetails): Reading {
    const { collected, reason, mistakes: labelMistakes } = this.planOf(details);
    const mistakes = [...labelMistakes, ...(collected ? silentLosses(details) : [])];
    const unreadable = this.unreadable.get(details.id);
    const source = this.tails.get(details.id)?.source;
    return {
      collected: collected && unreadable === undefined,
      collectedReason: (collected ? unreadable : undefined) ?? reason,
      ...(source === undefined ? {} : { source: source.kind, sourceReason: source.reason }),
      ...(mistakes.length === 0 ? {} : { mistakes }),
    };
  }

  /** The container is gone. Resolves when all that could still be read of it was. */
  async retire(id: string): Promise<void> {
    this.unreadable.delete(id);
    this.deaths.delete(id);
    const known = this.tails.get(id);
    known?.tail.retire();
    await known?.tail.ended;
    known?.source.close();
    this.tails.delete(id);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(
      [...this.tails.values()].map(async ({ tail, source }) => {
        await tail.stop();
        source.close();
      }),
    );
  }

  private choose(details: ContainerDetails): ReturnType<ChooseSource> {
    const { memory, chooseSource } = this.options;
    return chooseSource(details, {
      because: this.planOf(details).attachedBecause,
      lastStamp: memory.logCursor(details.id)?.watermark.stamp ?? null,
      known: memory.known(details.id),
    });
  }

  private open(details: ContainerDetails, source: LogSource, isNew: boolean): ContainerTail {
    const { memory, maxLineBytes, counters, log, sink, isRunning } = this.options;
    const { id, running } = details;
    const startedAt = details.startedAt ?? details.createdAt;
    // Where nothing can be read again, nothing is gone on with.
    const cursor = source.kind === 'attach' ? null : (memory.logCursor(id) ?? null);
    const { treatment, historyAgeMs = this.options.historyAgeMs } = this.planOf(details);
    const historySince = isNew || historyAgeMs === null ? null : stampOf(Date.now() - historyAgeMs);
    return createContainerTail(
      {
        id,
        source,
        treatment,
        cursor,
        historySince,
        startedAt,
        isRunning: running,
        isNew: isNew && cursor === null,
        ...(details.isRemovedAtEnd === true ? { isRemovedAtEnd: true } : {}),
      },
      {
        maxLineBytes,
        slots: this.slots,
        checkSlots: this.checkSlots,
        space: this.space,
        isRunning,
        counters,
        log,
        sink: {
          ...sink,
          onUnreadable: (unreadableId, reason) => {
            this.unreadable.set(unreadableId, reason);
            sink.onUnreadable(unreadableId, reason);
          },
        },
      },
    );
  }
}

/** What the engine may drop without a trace, so that no gap can tell of it. */
const silentLosses = ({ logOptions }: ContainerDetails): string[] =>
  logOptions['mode'] === 'non-blocking'
    ? [
        'it logs in non-blocking mode: the engine drops what it cannot keep up with, and no gap can tell of it',
      ]
    : [];
