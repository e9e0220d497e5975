/** Which rules an event fires, and the alert that comes of it. Pure: the same rule and event make the same alert, with the same id. */
import { createHash } from 'node:crypto';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Alert } from '#contract/rule.ts';
import type { ActiveRule } from './rule-store.ts';
import type { Rule } from './rule.ts';

/** `oom` means once per OOM death, whichever of its events tells of it. */
export function isFiredBy(rule: ActiveRule, event: ContainerEvent): boolean {
  return isOfAction(rule.match, event) && rule.matchesQuery(event);
}

function isOfAction({ action, class: classes, health }: Rule['match'], event: ContainerEvent): boolean {
  const { event: told, death } = event;
  switch (action) {
    case 'oom':
      return told.action === 'oom' || death?.class === 'oom';
    case 'die':
      return told.action === 'die' && death !== undefined && (classes?.includes(death.class) ?? true);
    case 'health_status':
      return told.action === 'health_status' && (health === undefined || health === event.health?.status);
  }
}

/** Begins with the time of the event, so that ids stand in the order of time; no full stop, as webhook ids ask. */
export function alertId(ruleId: string, event: ContainerEvent): string {
  const digits = event['@timestamp'].replace(/\D/g, '');
  const hash = createHash('sha256').update(`${ruleId}\n${event.event.id}`).digest('hex');
  return `${digits}-${hash.slice(0, 16)}`;
}

export const deliveryId = (alert: string, place: number): string => `${alert}-${place}`;

/** `container.oom`, `container.crash` and so on by class; `container.unhealthy`, `container.healthy`. */
export function alertType({ event, death, health }: ContainerEvent): string {
  if (event.action === 'health_status') return `container.${health?.status ?? 'health'}`;
  return `container.${death?.class ?? event.action}`;
}

export function createAlert(rule: Rule, event: ContainerEvent, isSuppressed: boolean): Alert {
  const { id, name, image } = event.container;
  return {
    id: alertId(rule.id, event),
    ruleId: rule.id,
    ruleName: rule.name,
    severity: rule.severity,
    type: alertType(event),
    firedAt: event['@timestamp'],
    resolvedAt: null,
    eventId: event.event.id,
    summary: `${name}: ${causeOf(event)}`,
    container: { id, name, image: imageText(image) },
    host: event.host.name,
    suppressed: isSuppressed,
  };
}

export function causeOf({ event, death, health }: ContainerEvent): string {
  if (death) return death.cause;
  if (event.action === 'oom') {
    return 'The kernel killed one of its processes: memory reached its limit. The container runs on.';
  }
  return event.action === 'health_status'
    ? `Its health check says ${health?.status ?? 'nothing'}.`
    : `${event.action}.`;
}

export const imageText = ({ name, tag }: ContainerEvent['container']['image']): string =>
  tag === undefined ? name : `${name}:${tag}`;
