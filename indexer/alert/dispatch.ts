/**
 * Brings deliveries to their notifiers: at least once, with the same id in every attempt, across restarts. A delivery is
 * written before its first attempt and after each; a crash between an attempt and its record repeats that one attempt.
 */
import type { Logger } from 'pino';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { Delivery, Notifier as NotifierTarget, WebhookPayload } from '#contract/rule.ts';
import type { StateStore, Versioned } from '../state/state-store.ts';
import { createAgenda } from './agenda.ts';
import { decide, type Decision } from './delivery-schedule.ts';
import { createNotifier } from './notifier/index.ts';
import type { Attempt, Post } from './notifier/notifier.ts';
import { shownTarget } from './rule.ts';

/** As kept in the state store: what people see, and what it takes to send it again. */
export type StoredDelivery = { delivery: Delivery; target: NotifierTarget; payload: WebhookPayload };

const AT_ONCE = 4;
const MAX_ATTEMPTS_SHOWN = 50;

export type DispatcherDeps = {
  state: StateStore;
  /** Whether this indexer is the one that delivers. */
  isHeld?: () => boolean;
  post: Post;
  now: () => Date;
  log: Pick<Logger, 'info' | 'error'>;
  onDelivery: (delivery: Delivery) => void;
  random?: () => number;
  retryAfterMs?: readonly number[] | undefined;
};

export type Dispatcher = {
  /** Takes up what was pending. */
  start: () => Promise<void>;
  /** A delivery that has just been written. */
  add: (delivery: Delivery) => void;
  /** Sends it again now, under the same id. Throws `not_found`. */
  replay: (id: string) => Promise<Delivery>;
  /** Resolves when no attempt is under way; what is pending stays so. */
  stop: () => Promise<void>;
};

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { state, post, now, log, onDelivery, random = Math.random, isHeld = () => true } = deps;
  const agenda = createAgenda({ now, isHeld, atOnce: AT_ONCE, work: dispatch, onError: noteError });
  // Samples that people send, and deliveries they ask for again, at other indexers.
  state.watch<StoredDelivery>('delivery', rows => {
    for (const { document } of rows) if (document) add(document.delivery);
  });

  /** The policy: one attempt, what it means, written down, told, and when to come again. */
  async function dispatch(id: string): Promise<void> {
    const stored = await state.get<StoredDelivery>('delivery', id);
    if (stored?.document.delivery.status !== 'pending') return;
    const { target, payload, delivery } = stored.document;
    const at = now();
    const attempt = await createNotifier(target, post).send({ id, payload, at });
    const attempts = delivery.attempts.length + 1;
    const decision = decide(attempt, { attempts, random: random(), ...retries(deps) });
    const next = afterAttempt(delivery, { attempt, decision, at, now: now() });
    const isWritten = await write(stored, next);
    if (isWritten) add(next);
  }

  async function write(stored: Versioned<StoredDelivery>, delivery: Delivery): Promise<boolean> {
    const document = { ...stored.document, delivery };
    const isWritten = await state.put([
      { kind: 'delivery', id: stored.id, document, ifVersion: stored.version },
    ]);
    if (isWritten) onDelivery(delivery);
    return isWritten;
  }

  function add({ id, status, nextAttemptAt }: Delivery): void {
    if (status === 'pending') agenda.set(id, Date.parse(nextAttemptAt ?? '') || 0);
  }

  function noteError(id: string, err: unknown): number {
    log.error({ err, delivery: id }, 'delivery not written down');
    return STATE_RETRY_MS;
  }

  return {
    async start() {
      for (const { document } of await state.list<StoredDelivery>('delivery')) add(document.delivery);
    },
    add,
    async replay(id) {
      const stored = await state.get<StoredDelivery>('delivery', id);
      if (!stored) throw new QuaylogError('not_found', 'There is no delivery with this id.');
      const next: Delivery = {
        ...stored.document.delivery,
        status: 'pending',
        nextAttemptAt: now().toISOString(),
      };
      if (!(await write(stored, next))) throw new QuaylogError('store_failed', 'It was just being sent.');
      add(next);
      return next;
    },
    stop: () => agenda.stop(),
  };
}

/** When the state cannot be written, the attempt is repeated after this. */
const STATE_RETRY_MS = 5_000;

const retries = ({ retryAfterMs }: DispatcherDeps) => (retryAfterMs ? { retryAfterMs } : {});

/** A delivery that is due at once. */
export function createDelivery(
  parts: Pick<Delivery, 'id' | 'alertId' | 'ruleName'>,
  target: NotifierTarget,
  now: Date,
): Delivery {
  return {
    ...parts,
    type: target.type,
    target: shownTarget(target),
    status: 'pending',
    createdAt: now.toISOString(),
    nextAttemptAt: now.toISOString(),
    attempts: [],
  };
}

function afterAttempt(
  delivery: Delivery,
  { attempt, decision, at, now }: { attempt: Attempt; decision: Decision; at: Date; now: Date },
): Delivery {
  const made = {
    at: at.toISOString(),
    durationMs: attempt.durationMs,
    statusCode: attempt.kind === 'answered' ? attempt.statusCode : null,
    outcome: decision.outcome,
  };
  const { retryInMs, status } = decision;
  return {
    ...delivery,
    status,
    nextAttemptAt: retryInMs === null ? null : new Date(now.getTime() + retryInMs).toISOString(),
    attempts: [...delivery.attempts, made].slice(-MAX_ATTEMPTS_SHOWN),
  };
}
