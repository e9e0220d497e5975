/**
 * From container events to alerts and their deliveries. Alert, deliveries and the end of the wait are written at once, and
 * ids are made of rule and event: a crash at any point, or a batch that comes twice, makes one alert and one delivery
 * for each notifier. Of several indexers that share their state the one that holds the lease judges, delivers and resolves;
 * the others write down what comes in there.
 */
import type { Logger } from 'pino';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Alert, Delivery } from '#contract/rule.ts';
import type { Settings } from '#contract/settings.ts';
import type { StateStore } from '../state/state-store.ts';
import type { LogStore } from '../store/log-store.ts';
import { createAlertBook } from './alert-book.ts';
import { createDispatcher, type Dispatcher, type StoredDelivery } from './dispatch.ts';
import { fireEvent } from './fire.ts';
import { createGuard } from './guard.ts';
import { createLease, type LeasePace } from './lease.ts';
import { createPost } from './notifier/post.ts';
import { createRecovery } from './recovery.ts';
import type { RuleStore } from './rule-store.ts';
import { sampleDeliveries } from './sample-delivery.ts';
import { createSettling, type SettlePace } from './settling.ts';

export type AlertingDeps = {
  state: StateStore;
  store: LogStore;
  rules: Pick<RuleStore, 'active' | 'find'>;
  settings: Pick<Settings, 'publicUrl' | 'listen' | 'webhookAllow'>;
  now: () => Date;
  log: Pick<Logger, 'info' | 'error'>;
  /** An alert fired or was resolved, or a delivery got further. */
  onChange: (change: { alert: Alert } | { delivery: Delivery }) => void;
  /** A `die` has been classified; it carries its `death`. */
  onDeath?: (event: ContainerEvent) => void | Promise<void>;
  /** How far the clock of a host is ahead of ours; 0 when not known. */
  clockSkewMs?: (hostId: string) => number;
  /** Shorter waits, for tests. */
  pace?: SettlePace & { stayUpMs?: number; retryAfterMs?: readonly number[]; lease?: Partial<LeasePace> };
};

export type Alerting = {
  /** Takes up what was pending, here or, where the state is shared, at whichever indexer holds the lease. */
  start: () => Promise<void>;
  /** Call with all events of a batch when they are stored and before it is acknowledged. Resolves when they are durable. Idempotent. */
  onEvents: (events: readonly ContainerEvent[]) => Promise<void>;
  /** Resolves when nothing is under way any more; what is pending is taken up by the next start. */
  stop: () => Promise<void>;
  alerts: (limit: number) => Promise<Alert[]>;
  deliveries: (limit: number) => Promise<Delivery[]>;
  /** Deliveries of the alerts that these events fired. */
  deliveriesOf: (eventIds: readonly string[]) => Promise<Delivery[]>;
  /** Sends a delivery again, under its id. Throws `not_found`. */
  replay: (deliveryId: string) => Promise<Delivery>;
  /** Sends a sample to every notifier of a rule. Throws `not_found`, or `bad_rule` when it has none. */
  test: (ruleId: string) => Promise<Delivery[]>;
};

/** Throws `bad_parameter` when the allow-list is wrong. */
export function createAlerting(deps: AlertingDeps): Alerting {
  const { state, store, rules, settings, now, log, onChange, pace = {} } = deps;
  const publicUrl = (settings.publicUrl || `http://${settings.listen}`).replace(/\/+$/, '');
  const book = createAlertBook(state);
  const agent = createGuard(settings.webhookAllow).createAgent();
  const lease = createLease({ state, log, onTaken: takeUp, pace: pace.lease });
  const common = { state, now, log, isHeld: lease.isHeld };
  const dispatcher = createDispatcher({
    ...common,
    post: createPost(agent, now),
    onDelivery: delivery => onChange({ delivery }),
    retryAfterMs: pace.retryAfterMs,
  });
  const recovery = createRecovery({
    ...common,
    store,
    book,
    stayUpMs: pace.stayUpMs,
    onResolved: alert => onChange({ alert }),
  });
  const clockSkewMs = deps.clockSkewMs ?? (() => 0);
  const settling = createSettling({ ...common, clockSkewMs, pace, settle });

  async function takeUp(): Promise<void> {
    await book.load();
    await dispatcher.start();
    await settling.start();
    await recovery.start();
  }

  /** The policy: judge; write alerts, deliveries and the end of the wait at once; tell. */
  async function settle(pending: ContainerEvent): Promise<void> {
    if (state.isShared) store.noteElsewhere?.(pending['@timestamp']);
    const { event, fired } = await fireEvent(pending, { store, book, rules, publicUrl, now });
    if (event.death) await deps.onDeath?.(event);
    if (!(await book.fire(fired, event.event.id))) throw new Error('one of its alerts was just written');
    for (const { alert, deliveries } of fired) {
      log.info({ alert: alert.id, rule: alert.ruleId, type: alert.type }, 'alert fired');
      onChange({ alert });
      for (const { delivery } of deliveries) dispatcher.add(delivery);
    }
    recovery.watch(fired.map(({ alert }) => alert));
  }

  return {
    start: lease.start,
    async onEvents(events) {
      await settling.add(events);
      recovery.note(events);
    },
    async stop() {
      await Promise.all([settling.stop(), recovery.stop()]);
      await dispatcher.stop();
      await lease.stop();
      await agent.destroy();
    },
    alerts: book.alerts,
    deliveries: book.deliveries,
    deliveriesOf: book.deliveriesOf,
    replay: dispatcher.replay,
    test: async id =>
      sendSamples(sampleDeliveries(rules.find(id), { now: now(), publicUrl }), { state, dispatcher }),
  };
}

async function sendSamples(
  samples: readonly StoredDelivery[],
  { state, dispatcher }: { state: StateStore; dispatcher: Dispatcher },
): Promise<Delivery[]> {
  await state.put(samples.map(document => ({ kind: 'delivery', id: document.delivery.id, document })));
  for (const { delivery } of samples) dispatcher.add(delivery);
  return samples.map(({ delivery }) => delivery);
}
