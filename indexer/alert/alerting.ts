/**
 * From container events to alerts and their deliveries. Alert, deliveries and the end of the wait are written at once, and
 * ids are made of rule and event: a crash at any point, or a batch that comes twice, makes one alert and one delivery
 * for each notifier.
 */
import type { Logger } from 'pino';
import type { ContainerEvent } from '#contract/container-event.ts';
import { QuaylogError } from '#contract/quaylog-error.ts';
import type { Alert, Delivery } from '#contract/rule.ts';
import type { Settings } from '#contract/settings.ts';
import type { StateStore } from '../state/state-store.ts';
import type { LogStore } from '../store/log-store.ts';
import { createAlertBook } from './alert-book.ts';
import { createDispatcher } from './dispatch.ts';
import { fireEvent } from './fire.ts';
import { createGuard } from './guard.ts';
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
  pace?: SettlePace & { stayUpMs?: number; retryAfterMs?: readonly number[] };
};

export type Alerting = {
  /** Takes up what was pending. */
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
  const onDelivery = (delivery: Delivery) => onChange({ delivery });
  const { retryAfterMs, stayUpMs } = pace;
  const dispatcher = createDispatcher({
    state,
    post: createPost(agent, now),
    now,
    log,
    onDelivery,
    retryAfterMs,
  });
  const recovery = createRecovery({ store, book, now, stayUpMs, onResolved: alert => onChange({ alert }) });
  const clockSkewMs = deps.clockSkewMs ?? (() => 0);
  const settling = createSettling({ state, now, log, clockSkewMs, pace, settle });

  /** The policy: judge; write alerts, deliveries and the end of the wait at once; tell. */
  async function settle(pending: ContainerEvent): Promise<void> {
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

  async function test(ruleId: string): Promise<Delivery[]> {
    const rule = rules.find(ruleId);
    if (!rule) throw new QuaylogError('not_found', 'There is no rule with this id.');
    const samples = sampleDeliveries(rule, { now: now(), publicUrl });
    await state.put(samples.map(document => ({ kind: 'delivery', id: document.delivery.id, document })));
    for (const { delivery } of samples) dispatcher.add(delivery);
    return samples.map(({ delivery }) => delivery);
  }

  return {
    async start() {
      await book.load();
      await dispatcher.start();
      await settling.start();
      recovery.watch(book.open());
    },
    async onEvents(events) {
      await settling.add(events);
      recovery.note(events);
    },
    async stop() {
      await Promise.all([settling.stop(), recovery.stop()]);
      await dispatcher.stop();
      await agent.destroy();
    },
    alerts: book.alerts,
    deliveries: book.deliveries,
    deliveriesOf: book.deliveriesOf,
    replay: dispatcher.replay,
    test,
  };
}
