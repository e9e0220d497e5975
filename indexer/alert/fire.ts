/** From an event that has settled to the alerts it fires. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Delivery } from '#contract/rule.ts';
import { msOf, nextStamp, shiftStamp } from '#contract/stamp.ts';
import type { LogStore } from '../store/log-store.ts';
import type { AlertBook, Fired } from './alert-book.ts';
import { classifyDeath } from '../death/classify-death.ts';
import { deathWindow, eventsOfRun } from '../death/death-facts.ts';
import { createDelivery } from './dispatch.ts';
import { alertId, createAlert, deliveryId, isFiredBy } from './evaluate.ts';
import { createPayload, readEvidence } from './payload.ts';
import type { ActiveRule, RuleStore } from './rule-store.ts';
import { DEATH_ACTIONS, lastSample } from '../death/with-deaths.ts';

/** A process killed by the kernel takes its container with it within this time, or not at all. */
export const OOM_TO_DEATH_MS = 5_000;
const MAX_NEIGHBOURS = 1_000;

export type FireDeps = {
  store: LogStore;
  book: AlertBook;
  rules: Pick<RuleStore, 'active'>;
  publicUrl: string;
  now: () => Date;
};

/**
 * Everything that an event fires, nothing of it written. `event` comes back with its death. An OOM death has two events, and
 * an engine may tell a death twice: whichever settles first fires, the others find its alert and are silent.
 */
export async function fireEvent(
  event: ContainerEvent,
  deps: FireDeps,
): Promise<{ event: ContainerEvent; fired: Fired[] }> {
  const neighbours = await readNeighbours(event, deps.store);
  if (toldByDeath(event, neighbours)) return { event, fired: [] };
  const settled = await withDeath(event, neighbours, deps.store);
  const fired: Fired[] = [];
  for (const rule of deps.rules.active()) {
    if (!isFiredBy(rule, settled)) continue;
    if (await hasFired(rule, sameIncident(event, neighbours), deps.book)) continue;
    fired.push(await fireRule(rule, settled, deps));
  }
  return { event: settled, fired };
}

async function readNeighbours(event: ContainerEvent, store: LogStore): Promise<ContainerEvent[]> {
  if (event.event.action === 'health_status') return [];
  const { from, to } = deathWindow(event);
  return store.findEvents({
    containerIds: [event.container.id],
    actions: DEATH_ACTIONS,
    from,
    to: nextStamp(shiftStamp(to, OOM_TO_DEATH_MS)),
    order: 'asc',
    limit: MAX_NEIGHBOURS,
  });
}

/** An `oom` whose container died of it: its `die` tells more. One made by inspection says no more than the `die` beside it. */
function toldByDeath(event: ContainerEvent, neighbours: readonly ContainerEvent[]): boolean {
  if (event.event.action !== 'oom') return false;
  const at = event['@timestamp'];
  const latest = shiftStamp(at, OOM_TO_DEATH_MS);
  return neighbours.some(
    die =>
      die.event.action === 'die' &&
      die['@timestamp'] <= latest &&
      sameIncident(die, neighbours).some(({ event: { id } }) => id === event.event.id) &&
      (event.event.reconciled === true || classifyDeath(die, neighbours).class === 'oom'),
  );
}

async function withDeath(
  event: ContainerEvent,
  neighbours: readonly ContainerEvent[],
  store: LogStore,
): Promise<ContainerEvent> {
  if (event.event.action !== 'die') return event;
  const sample = await lastSample(event, store);
  const { class: deathClass, cause } = classifyDeath(event, neighbours, sample);
  return { ...event, death: { class: deathClass, cause } };
}

/** The event and those of its run that tell of the same thing. */
function sameIncident(event: ContainerEvent, neighbours: readonly ContainerEvent[]): ContainerEvent[] {
  if (event.event.action === 'health_status') return [event];
  const isTelling = ({ event: { action } }: ContainerEvent) => action === 'oom' || action === 'die';
  return [event, ...eventsOfRun(event, neighbours).filter(isTelling)];
}

async function hasFired(rule: ActiveRule, incident: ContainerEvent[], book: AlertBook): Promise<boolean> {
  for (const event of incident) if (await book.has(alertId(rule.id, event))) return true;
  return false;
}

async function fireRule(rule: ActiveRule, event: ContainerEvent, deps: FireDeps): Promise<Fired> {
  const alert = createAlert(rule, event, isCooling(rule, event, deps.book));
  if (alert.suppressed || rule.notify.length === 0) return { alert, deliveries: [] };
  const evidence = await readEvidence(event, deps.store);
  const payload = createPayload(rule, event, { evidence, publicUrl: deps.publicUrl });
  const deliveries = rule.notify.map((target, place) => {
    const delivery: Delivery = createDelivery(
      { id: deliveryId(alert.id, place), alertId: alert.id, ruleName: rule.name },
      target,
      deps.now(),
    );
    return { delivery, target, payload };
  });
  return { alert, deliveries };
}

function isCooling(rule: ActiveRule, event: ContainerEvent, book: AlertBook): boolean {
  const last = book.lastToldAt(rule.id, event);
  if (last === undefined || rule.cooldownSeconds === 0) return false;
  return msOf(event['@timestamp']) - msOf(last) < rule.cooldownSeconds * 1_000;
}
