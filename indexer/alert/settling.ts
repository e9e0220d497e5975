/**
 * Events that may alarm wait, durably, until what belongs to them has come; then they are judged, one after the other.
 * A row of kind `pending-death` stands for the wait: written before the batch is acknowledged, removed in the
 * write that makes the alerts.
 */
import type { Logger } from 'pino';
import type { ContainerEvent } from '#contract/container-event.ts';
import { msOf } from '#contract/stamp.ts';
import type { StateStore } from '../state/state-store.ts';
import { createAgenda } from './agenda.ts';
import { OOM_TO_DEATH_MS } from './fire.ts';

/** `stop`, `oom`, `destroy` and the last lines come up to this long after a death. */
const SETTLE_MS = 2_500;
/** An `oom` waits until its container cannot die of it any more. */
const SETTLE_OOM_MS = OOM_TO_DEATH_MS + 500;
/** Events that are older when they come are history: the first start of a collector, or a long outage. */
const MAX_AGE_MS = 60 * 60_000;
/** What inspection found after a gap: at a first start that is whatever ever died on this host. */
const MAX_AGE_RECONCILED_MS = 15 * 60_000;
const RETRY_MS = 5_000;

export type SettlePace = { settleMs?: number; settleOomMs?: number };

export type SettlingDeps = {
  state: StateStore;
  now: () => Date;
  log: Pick<Logger, 'error'>;
  /** How far the clock of a host is ahead of ours. */
  clockSkewMs: (hostId: string) => number;
  /** Whether this indexer is the one that judges; what others take in is told to it by the state. */
  isHeld?: () => boolean;
  pace: SettlePace;
  /** Judges an event; removes its row in the same write that makes its alerts. */
  settle: (event: ContainerEvent) => Promise<void>;
};

export type Settling = {
  start: () => Promise<void>;
  /** Resolves when the events that may alarm are durable. Idempotent by event id. */
  add: (events: readonly ContainerEvent[]) => Promise<void>;
  stop: () => Promise<void>;
};

type Pending = { event: ContainerEvent; dueAt: string };

export function createSettling(deps: SettlingDeps): Settling {
  const { state, now, log, clockSkewMs, pace, settle, isHeld = () => true } = deps;
  // One at a time: whether an incident has been told is asked before it is told.
  const agenda = createAgenda({
    now,
    isHeld,
    atOnce: 1,
    async work(id) {
      const pending = await state.get<Pending>('pending-death', id);
      if (pending) await settle(pending.document.event);
    },
    onError(event, err) {
      log.error({ err, event }, 'event not settled, trying again');
      return RETRY_MS;
    },
  });

  const dueFromNow = (event: ContainerEvent): number => now().getTime() + (waitOf(event, pace) ?? 0);
  state.watch<Pending>('pending-death', rows => {
    // By this clock: that of whoever wrote it may be another.
    for (const { id, document } of rows) if (document) agenda.set(id, dueFromNow(document.event));
  });

  function isFresh({ '@timestamp': stamp, event, host }: ContainerEvent): boolean {
    const ageMs = now().getTime() + clockSkewMs(host.id) - msOf(stamp);
    return ageMs <= (event.reconciled ? MAX_AGE_RECONCILED_MS : MAX_AGE_MS);
  }

  return {
    async start() {
      for (const { id, document } of await state.list<Pending>('pending-death')) {
        agenda.set(id, Math.min(Date.parse(document.dueAt), dueFromNow(document.event)));
      }
    },
    async add(events) {
      const dueMs = new Map<string, number>();
      const rows = events.flatMap(event => {
        const waitMs = waitOf(event, pace);
        if (waitMs === null || agenda.has(event.event.id) || !isFresh(event)) return [];
        dueMs.set(event.event.id, now().getTime() + waitMs);
        const document: Pending = { event, dueAt: new Date(now().getTime() + waitMs).toISOString() };
        return { kind: 'pending-death' as const, id: event.event.id, document };
      });
      await state.put(rows);
      for (const [id, due] of dueMs) agenda.set(id, due);
    },
    stop: () => agenda.stop(),
  };
}

/** How long an event waits for its company; null when it cannot alarm. */
function waitOf({ event: { action } }: ContainerEvent, pace: SettlePace): number | null {
  if (action === 'die') return pace.settleMs ?? SETTLE_MS;
  if (action === 'oom') return pace.settleOomMs ?? SETTLE_OOM_MS;
  return action === 'health_status' ? 0 : null;
}
