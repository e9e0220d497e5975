/**
 * Listens to the engine's events for ever: opens the stream again when it ends or has died without a word, from the last event on, and
 * hands over each event about the life of a container once. The engine remembers the last 256 events of all kinds; the last one that
 * was read comes first when it still knows that, and when it does not, some may be missing.
 */
import type { Logger } from 'pino';
import { stampOf } from '#contract/stamp.ts';
import { backoffMs, pause } from '../backoff.ts';
import type { Counters } from '../counters.ts';
import type { Engine, EngineEvent } from '../engine/engine.ts';
import type { LogGap } from '../source/log-source.ts';
import { LISTEN_CHECK_EVERY_MS, untilDeaf } from './hears-engine.ts';
import { createEventSieve, isLifecycle } from './lifecycle.ts';

const ANSWER_MAY_TAKE_MS = 2_000;

export type ListenerOptions = {
  engine: Engine;
  /** The last event that was told of; null: none ever was. */
  since: string | null;
  signal: AbortSignal;
  /** The stream has begun (again), or does not begin soon: what happened unseen is to be found out. */
  onLook: () => void;
  onEvent: (event: EngineEvent) => void;
  /** As far as the events have told. */
  isRunning: (id: string) => boolean | undefined;
  knownIds: () => string[];
  counters: Counters;
  log: Logger;
  /** After how long a silence of the engine is looked into. */
  checkMs?: number;
};

export class EventListener {
  private readonly options: ListenerOptions;
  private readonly isNewEvent = createEventSieve();
  private since: string | null;
  private lastEvent: string | null;
  /** What the engine is to begin with; null once it has given an event. */
  private expected: string | null = null;
  private gap: LogGap | null = null;
  private keepsEvents = false;

  constructor(options: ListenerOptions) {
    this.options = options;
    this.since = this.lastEvent = options.since;
  }

  async run(): Promise<void> {
    const { signal, log } = this.options;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await this.listen(() => (failures = 0));
      } catch (cause) {
        log.warn({ err: cause }, 'engine does not give events, trying again');
      }
      await pause(backoffMs(failures, Math.random()), signal);
    }
  }

  /** Between these stamps the engine forgot events before they were read; told once. `until`: when it has replayed all it knows. */
  takeGap(until: string): LogGap | null {
    const { gap, expected } = this;
    this.gap = this.expected = null;
    return gap ?? (expected === null || this.keepsEvents ? null : { from: expected, to: until });
  }

  private async listen(onOpen: () => void): Promise<void> {
    const { engine, signal, onLook, log } = this.options;
    this.keepsEvents = (await engine.describe()).keepsEvents === true;
    // An engine may answer only with its first event, so the containers are not left waiting for it.
    const impatient = setTimeout(onLook, ANSWER_MAY_TAKE_MS);
    const ending = new AbortController();
    void this.endWhenDeaf(ending);
    this.expected = this.lastEvent;
    try {
      await engine.readEvents({
        since: this.since,
        signal: AbortSignal.any([signal, ending.signal]),
        onOpen: () => {
          onOpen();
          clearTimeout(impatient);
          this.since ??= stampOf(Date.now());
          log.info({ since: this.since }, 'listening to the engine');
          onLook();
        },
        onEvent: event => this.receive(event),
      });
    } finally {
      clearTimeout(impatient);
      ending.abort();
    }
  }

  private receive(event: EngineEvent): void {
    if (this.expected !== null && event.stamp > this.expected)
      this.gap = { from: this.gap?.from ?? this.expected, to: event.stamp };
    this.expected = null;
    if (!isLifecycle(event) || !this.isNewEvent(event)) return;
    this.options.counters.eventsRead++;
    this.since = this.lastEvent = event.stamp;
    this.options.onEvent(event);
  }

  private async endWhenDeaf(ending: AbortController): Promise<void> {
    const { engine, signal, isRunning, knownIds, counters, log, checkMs } = this.options;
    const isDeaf = await untilDeaf({
      engine,
      everyMs: checkMs ?? LISTEN_CHECK_EVERY_MS,
      signal: AbortSignal.any([signal, ending.signal]),
      isRunning,
      knownIds,
      heard: () => counters.eventsRead,
      log,
    });
    if (!isDeaf) return;
    log.warn('the stream of events is silent although something happened, opened again');
    ending.abort();
  }
}
