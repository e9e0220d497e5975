/**
 * Knows every container of the engine and keeps one tail on each that is collected. It listens to the engine's events; whenever
 * that stream begins (again) it lists and inspects all containers, and a moment later, when replayed events have come in, it
 * tells what must have happened in between.
 */
import type { Logger } from 'pino';
import type { WireContainer } from '#contract/batch.ts';
import type { ContainerSnapshot, ContainerState } from '#contract/container.ts';
import { stampOf } from '#contract/stamp.ts';
import { pause } from '../backoff.ts';
import type { Counters } from '../counters.ts';
import type { CursorStore } from '../cursor/cursor-store.ts';
import type { Batcher } from '../delivery/batcher.ts';
import type { ContainerDetails, Engine, EngineEvent } from '../engine/engine.ts';
import type { PlanOptions } from '../plan/container-plan.ts';
import { isKeptNowhere } from '../source/attach/attacher.ts';
import type { ChooseSource } from '../source/choose-source.ts';
import type { HeldLogs } from '../source/held-logs.ts';
import { EventListener } from './event-listener.ts';
import { Inspections } from './inspections.ts';
import { toLifecycleEvent } from './lifecycle.ts';
import { reconcile, stateAfter } from './reconcile.ts';
import type { TailSink } from './tail.ts';
import { Tails } from './tails.ts';
import { detailsOfEvent, toSnapshot, toWireContainer, wireContainerOfEvent } from './wire-container.ts';

/** Replayed events arrive within milliseconds of the subscription. */
const REPLAY_SETTLES_MS = 1_000;

/** What the watcher reads of the cursors. */
export type WatcherMemory = Pick<CursorStore, 'eventsSince' | 'logCursor' | 'known' | 'knownIds'>;

export type WatcherSink = Pick<Batcher, 'addLines' | 'addEvent' | 'addSnapshot' | 'addInventory'>;

export type WatcherOptions = {
  engine: Engine;
  memory: WatcherMemory;
  sink: WatcherSink;
  plan: PlanOptions;
  chooseSource: ChooseSource;
  /** Logs that must be held before anything is known of their containers. */
  held: Omit<HeldLogs, 'takeFile' | 'takeReads'>;
  maxLineBytes: number;
  /** How far back the log of a container not seen before is read; null: all of it. */
  historyAgeMs: number | null;
  counters: Counters;
  log: Logger;
  /** After how long a silence of the engine is looked into; the default is for everyone but tests. */
  checkMs?: number;
};

export type ContainerWatcher = {
  start(): void;
  /** Ids of the containers that run now. */
  runningIds(): string[];
  /** A container as the wire names it; one object until something about it changes. */
  wireContainer(id: string): WireContainer;
  /** Resolves when nothing is read any more. */
  stop(): Promise<void>;
};

export const createContainerWatcher = (options: WatcherOptions): ContainerWatcher => new Watcher(options);

class Watcher implements ContainerWatcher {
  private readonly options: WatcherOptions;
  private readonly stopping = new AbortController();
  private readonly inspections: Inspections;
  private readonly details = new Map<string, ContainerDetails>();
  private readonly wires = new Map<string, WireContainer>();
  /** State as of the last event told of each container. */
  private readonly told = new Map<string, ContainerDetails>();
  private readonly tails: Tails;
  private readonly listener: EventListener;
  private readonly isFirstRun: boolean;
  /** Events are told one after the other, in the order of the engine. */
  private telling: Promise<void> = Promise.resolve();
  private running: Promise<void> = Promise.resolve();

  constructor(options: WatcherOptions) {
    this.options = options;
    const { memory } = options;
    this.inspections = new Inspections(options.engine);
    this.tails = new Tails({
      ...options,
      sink: this.tailSink(),
      isRunning: id => this.inspections.isRunning(id),
    });
    this.listener = new EventListener({
      ...options,
      since: memory.eventsSince,
      signal: this.stopping.signal,
      onLook: () => this.enqueue(() => this.look()),
      onEvent: event => this.receive(event),
      isRunning: id => this.details.get(id)?.running,
      knownIds: () => [...this.details.keys()],
    });
    this.isFirstRun = memory.eventsSince === null && memory.knownIds().length === 0;
    for (const id of memory.knownIds()) {
      const known = memory.known(id);
      if (known !== undefined) this.told.set(id, known);
    }
  }

  start(): void {
    this.running = this.listener.run();
  }

  runningIds(): string[] {
    return [...this.details.values()].filter(({ running }) => running).map(({ id }) => id);
  }

  wireContainer(id: string): WireContainer {
    return this.wires.get(id) ?? { id, name: '', image: { name: '' }, labels: {} };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.tails.stop();
    this.options.held.close();
    await this.running;
    await this.telling;
  }

  /** Looks at every container there is, and a little later tells what happened to them unseen. */
  private async look(): Promise<void> {
    const listed = await this.options.engine.list();
    await Promise.all(
      listed.map(async ({ id }) => {
        const details = await this.inspections.ofList(id);
        if (details === null) return;
        this.learn(details);
        this.options.sink.addSnapshot(this.snapshotOf(details));
        this.tails.tend(details, false);
      }),
    );
    const ids = new Set(listed.map(({ id }) => id));
    for (const id of this.details.keys()) if (!ids.has(id)) this.details.delete(id);
    this.options.sink.addInventory([...ids]);
    this.options.log.info({ containers: ids.size }, 'containers listed');
    void pause(REPLAY_SETTLES_MS, this.stopping.signal).then(() => this.enqueue(() => this.reconcileAll()));
  }

  private reconcileAll(): Promise<void> {
    const at = stampOf(Date.now());
    for (const id of new Set([...this.told.keys(), ...this.details.keys()])) {
      const now = this.details.get(id) ?? null;
      const known = this.told.get(id) ?? null;
      const events = known === null && this.isFirstRun ? [] : reconcile(known, now, at);
      if (known !== null && now === null) {
        this.learn(known);
        this.noteUnread(known);
      }
      if (events.length > 0) this.tellForgotten(id, at);
      for (const event of events) this.options.sink.addEvent(this.wireContainer(id), event);
      this.settle(id, now, known);
    }
    return Promise.resolve();
  }

  /** The engine forgot events: told once, with the first container to which something has happened that no event told. */
  private tellForgotten(id: string, until: string): void {
    const gap = this.listener.takeGap(until);
    if (gap === null) return;
    this.options.counters.gaps++;
    this.tailSink().onGap(id, gap, 'events-missed');
  }

  /** The newest state is told now. */
  private settle(id: string, now: ContainerDetails | null, known: ContainerDetails | null): void {
    const progress = { known: new Map([[id, now]]) };
    if (now !== null) {
      this.told.set(id, now);
      if (now !== known) this.options.sink.addSnapshot(this.snapshotOf(now), progress);
    } else if (known !== null) {
      this.options.sink.addSnapshot(this.snapshotOf(known, 'removed'), progress);
      this.forget(id);
    }
  }

  private receive(event: EngineEvent): void {
    const { containerId: id, action } = event;
    if (action === 'start') this.openEarly(event);
    if (action === 'die') {
      this.tails.settle(id, event.stamp);
      this.options.held.noteDeath(id);
    }
    // Inspected now, not when its turn comes: the state right after the event is the evidence.
    const inspected = action === 'destroy' ? Promise.resolve(null) : this.inspections.ofEvent(id);
    void inspected.then(details => this.noteEarly(event, details ?? null));
    this.enqueue(async () => this.tell(event, await inspected));
  }

  /** Before anything is asked about it: a container may live for a moment, and an engine with much to do answers late. */
  private openEarly(event: EngineEvent): void {
    const { containerId: id, stamp } = event;
    const before = this.details.get(id);
    const isNew = !this.tails.has(id) && this.options.memory.logCursor(id) === undefined;
    if (isNew && this.tails.planOf(wireContainerOfEvent(event)).collected) this.options.held.hold(id);
    if (before !== undefined) this.tend({ ...before, running: true, startedAt: stamp });
  }

  /** What comes in turn may come too late for a container that lives for a moment. */
  private noteEarly({ action }: EngineEvent, details: ContainerDetails | null): void {
    if (details === null || this.stopping.signal.aborted) return;
    if (!this.details.has(details.id)) this.learn(details);
    if (action === 'start') this.tend(details);
    // What it prints first, only those are given who were attached before it starts.
    else if (action === 'create' && isKeptNowhere(details)) this.tails.tend(details, false);
  }

  /** It has started. What is held of its log now and was not taken, nobody wants. */
  private tend(details: ContainerDetails): void {
    this.tails.tend(details, true);
    this.options.held.drop(details.id);
  }

  /** `answer` null: the container is gone already; undefined: the engine could not say. */
  private tell(event: EngineEvent, answer: ContainerDetails | null | undefined): void {
    const { containerId: id, action, stamp } = event;
    const isDestroyed = action === 'destroy';
    const inspected = answer ?? null;
    if (inspected !== null) this.learn(inspected);
    else if (!this.wires.has(id)) this.wires.set(id, wireContainerOfEvent(event));
    const known = isDestroyed ? null : (this.stateAfter(event, inspected) ?? this.told.get(id));
    this.options.sink.addEvent(this.wireContainer(id), toLifecycleEvent(event, inspected), {
      eventsSince: stamp,
      ...(known === undefined ? {} : { known: new Map([[id, known]]) }),
    });
    if (inspected !== null) {
      if (known) this.told.set(id, known);
      this.options.sink.addSnapshot(this.snapshotOf(inspected));
      if (action === 'start') this.tend(inspected);
    } else if (isDestroyed) {
      this.tellLast(this.details.get(id) ?? this.told.get(id));
      this.forget(id);
    } else if (action === 'start' && !this.tails.has(id)) {
      if (answer === null) this.rescue(event);
      else this.lookSoon();
    }
  }

  private stateAfter({ action, containerId }: EngineEvent, inspected: ContainerDetails | null) {
    return inspected && stateAfter(action, this.told.get(containerId) ?? null, inspected);
  }

  private tellLast(last: ContainerDetails | undefined): void {
    if (last === undefined) return;
    this.noteUnread(last);
    this.options.sink.addSnapshot(this.snapshotOf({ ...last, running: false }, 'removed'));
  }

  /** The container is gone, but its log may be held. */
  private rescue(event: EngineEvent): void {
    const { containerId: id, stamp } = event;
    const details = this.details.get(id) ?? detailsOfEvent(event);
    if (this.options.held.has(id)) this.tend({ ...details, running: false, startedAt: stamp });
    else this.noteMissed(id, stamp);
  }

  /** It has run and was removed before its log could be opened. */
  private noteMissed(id: string, from: string): void {
    if (!this.tails.planOf(this.wireContainer(id)).collected) return;
    this.options.counters.gaps++;
    this.tailSink().onGap(id, { from, to: stampOf(Date.now()) }, 'removed');
  }

  /** It ran when it was last told of, and went while nobody read its log. */
  private noteUnread({ id, running, logDriver, startedAt, createdAt }: ContainerDetails): void {
    if (!running || logDriver === 'none' || this.tails.has(id)) return;
    this.noteMissed(id, this.options.memory.logCursor(id)?.watermark.stamp ?? startedAt ?? createdAt);
  }

  private lookSoon(): void {
    void pause(REPLAY_SETTLES_MS, this.stopping.signal).then(() => this.enqueue(() => this.look()));
  }

  private tailSink(): TailSink {
    const { sink, log } = this.options;
    return {
      onLines: (id, lines, cursor) => sink.addLines(this.wireContainer(id), lines, cursor),
      onGap: (id, gap, reason) => {
        log.warn({ containerId: id, ...gap, reason }, 'log lines are missing');
        sink.addEvent(this.wireContainer(id), {
          at: gap.to,
          ordinal: 0,
          action: 'log-gap',
          gap: { ...gap, reason },
        });
      },
      onUnreadable: id => {
        const details = this.details.get(id);
        if (details !== undefined) sink.addSnapshot(this.snapshotOf(details));
      },
    };
  }

  private learn(details: ContainerDetails): void {
    const before = this.details.get(details.id);
    this.details.set(details.id, details);
    if (before?.name !== details.name || !this.wires.has(details.id))
      this.wires.set(details.id, { ...toWireContainer(details), ...this.tails.planOf(details).wire });
  }

  private forget(id: string): void {
    this.details.delete(id);
    this.told.delete(id);
    this.options.held.drop(id);
    void this.tails.retire(id).then(() => this.wires.delete(id));
  }

  private snapshotOf(details: ContainerDetails, state?: ContainerState): ContainerSnapshot {
    const at = stampOf(Date.now());
    return toSnapshot(details, this.tails.readingOf(details), state === undefined ? { at } : { at, state });
  }

  private enqueue(task: () => Promise<void> | void): void {
    this.telling = this.telling.then(task).catch((cause: unknown) => {
      if (!this.stopping.signal.aborted)
        this.options.log.error({ err: cause }, 'containers could not be looked at');
    });
  }
}
