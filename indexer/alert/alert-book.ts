/** Alerts and their deliveries in the state store, and what is asked of them often in memory. */
import type { Alert, Delivery } from '#contract/rule.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { StateChange, StateStore } from '../state/state-store.ts';
import type { StoredDelivery } from './dispatch.ts';

const MAX_ALERTS = 5_000;
const MAX_DELIVERIES = 2_000;
/** Old ones are looked for after so many new ones. */
const PRUNE_EVERY = 100;

export type Fired = { alert: Alert; deliveries: StoredDelivery[] };

export type AlertBook = {
  load: () => Promise<void>;
  has: (alertId: string) => Promise<boolean>;
  /** Alerts that are not resolved, newest first. */
  open: () => Alert[];
  /** Stamp of the last alert of a rule for a container that somebody was told of. */
  lastToldAt: (ruleId: string, event: ContainerEvent) => string | undefined;
  /** Writes alerts with their deliveries, and removes the pending row, all at once. False when one of them was there already. */
  fire: (fired: Fired[], pendingId: string) => Promise<boolean>;
  resolve: (alert: Alert, resolvedAt: string) => Promise<Alert | null>;
  alerts: (limit: number) => Promise<Alert[]>;
  deliveries: (limit: number) => Promise<Delivery[]>;
  /** Deliveries of the alerts of these events, newest first. */
  deliveriesOf: (eventIds: readonly string[]) => Promise<Delivery[]>;
};

export function createAlertBook(state: StateStore): AlertBook {
  const openAlerts = new Map<string, Alert>();
  const told = new Map<string, string>();
  let sincePrune = 0;

  function note(alert: Alert): void {
    if (alert.resolvedAt === null) openAlerts.set(alert.id, alert);
    else openAlerts.delete(alert.id);
    const key = toldKey(alert.ruleId, alert.host, alert.container.name);
    if (!alert.suppressed && alert.firedAt > (told.get(key) ?? '')) told.set(key, alert.firedAt);
  }

  state.watch<Alert>('alert', rows => {
    for (const { id, document } of rows) {
      if (document === null) openAlerts.delete(id);
      else note(document);
    }
  });

  async function pruneNow(): Promise<void> {
    sincePrune = 0;
    for (const id of await prune(state)) openAlerts.delete(id);
  }

  return {
    async load() {
      openAlerts.clear();
      told.clear();
      for (const alert of (await list<Alert>(state, 'alert', MAX_ALERTS)).reverse()) note(alert);
      await pruneNow();
    },
    has: async id => (await state.get('alert', id)) !== null,
    open: () => [...openAlerts.values()].reverse(),
    lastToldAt: (ruleId, { host, container }) => told.get(toldKey(ruleId, host.name, container.name)),

    async fire(fired, pendingId) {
      const isWritten = await state.put([
        ...fired.flatMap(changesOf),
        { kind: 'pending-death', id: pendingId, document: null },
      ]);
      if (!isWritten) return false;
      for (const { alert } of fired) note(alert);
      sincePrune += fired.length;
      if (sincePrune >= PRUNE_EVERY) await pruneNow();
      return true;
    },

    async resolve(alert, resolvedAt) {
      const resolved = { ...alert, resolvedAt };
      if (!(await state.put([{ kind: 'alert', id: alert.id, document: resolved, ifVersion: 1 }])))
        return null;
      note(resolved);
      return resolved;
    },

    alerts: limit => list<Alert>(state, 'alert', limit),
    deliveries: limit => listDeliveries(state, limit),

    async deliveriesOf(eventIds) {
      const alerts = await list<Alert>(state, 'alert', -1);
      const wanted = alerts.filter(({ eventId }) => eventIds.includes(eventId)).map(({ id }) => id);
      if (wanted.length === 0) return [];
      return (await listDeliveries(state, -1)).filter(({ alertId }) => wanted.includes(alertId));
    },
  };
}

/** Each is new, or none of them is written. */
function changesOf({ alert, deliveries }: Fired): StateChange[] {
  return [
    { kind: 'alert', id: alert.id, document: alert, ifVersion: 0 },
    ...deliveries.map((document): StateChange => {
      return { kind: 'delivery', id: document.delivery.id, document, ifVersion: 0 };
    }),
  ];
}

/** Keeps the newest, and what is still to be delivered whatever its age; answers the ids of alerts that went. */
async function prune(state: StateStore): Promise<string[]> {
  const alerts = (await list<Alert>(state, 'alert', -1)).slice(MAX_ALERTS).map(({ id }) => id);
  const deliveries = (await listDeliveries(state, -1))
    .slice(MAX_DELIVERIES)
    .filter(({ status }) => status !== 'pending')
    .map(({ id }) => id);
  const gone = (kind: 'alert' | 'delivery') => (id: string) => ({ kind, id, document: null });
  await state.put([...alerts.map(gone('alert')), ...deliveries.map(gone('delivery'))]);
  return alerts;
}

/** Newest first. `limit` −1: all. */
async function list<T>(state: StateStore, kind: 'alert' | 'delivery', limit: number): Promise<T[]> {
  return (await state.list<T>(kind, { limit, newestFirst: true })).map(({ document }) => document);
}

const listDeliveries = async (state: StateStore, limit: number): Promise<Delivery[]> =>
  (await list<StoredDelivery>(state, 'delivery', limit)).map(({ delivery }) => delivery);

/** By name, not id: a container that is recreated each time it dies is one container to people. */
const toldKey = (ruleId: string, host: string, name: string): string => [ruleId, host, name].join('\n');
