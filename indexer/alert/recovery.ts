/** Resolves alerts: the container runs again and stays up, or is healthy again. Decided from stored events alone. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Alert } from '#contract/rule.ts';
import { nextStamp, shiftStamp, stampOf } from '#contract/stamp.ts';
import type { LogStore } from '../store/log-store.ts';
import { createAgenda } from './agenda.ts';
import type { AlertBook } from './alert-book.ts';

const STAY_UP_MS = 10_000;
/** A start must be in the store, with what followed it, when it is looked at. */
const SLACK_MS = 500;
const RETRY_MS = 5_000;
const LIFE_ACTIONS = ['start', 'die', 'destroy'];

export type RecoveryDeps = {
  store: Pick<LogStore, 'findEvents'>;
  book: Pick<AlertBook, 'open' | 'resolve'>;
  now: () => Date;
  onResolved: (alert: Alert) => void;
  stayUpMs?: number | undefined;
};

export type Recovery = {
  /** Looks at these alerts when their containers had time to stay up. */
  watch: (alerts: readonly Alert[]) => void;
  /** Stored events that may resolve open alerts. */
  note: (events: readonly ContainerEvent[]) => void;
  stop: () => Promise<void>;
};

export function createRecovery({ store, book, now, onResolved, ...pace }: RecoveryDeps): Recovery {
  const stayUpMs = pace.stayUpMs ?? STAY_UP_MS;
  const agenda = createAgenda({ now, atOnce: 1, work: look, onError: () => RETRY_MS });

  /** Key: the alert, and the container that may have recovered: itself, or the one that took its name. */
  async function look(key: string): Promise<void> {
    const [alertId, containerId = ''] = key.split(' ');
    const alert = book.open().find(({ id }) => id === alertId);
    if (!alert) return;
    const to = nextStamp(stampOf(now().getTime()));
    const since = await wellSince(alert, { store, containerId, to, stayUpMs });
    const resolved = since === null ? null : await book.resolve(alert, since);
    if (resolved) onResolved(resolved);
  }

  const lookSoon = (alert: Alert, containerId: string) =>
    agenda.set(`${alert.id} ${containerId}`, now().getTime() + stayUpMs + SLACK_MS);

  return {
    watch: alerts => {
      for (const alert of alerts) lookSoon(alert, alert.container.id);
    },
    note: events => {
      for (const event of events.filter(isRecovery)) {
        for (const alert of book.open()) if (isOf(alert, event)) lookSoon(alert, event.container.id);
      }
    },
    stop: () => agenda.stop(),
  };
}

const isRecovery = ({ event, health }: ContainerEvent): boolean =>
  event.action === 'start' || (event.action === 'health_status' && health?.status === 'healthy');

const isOf = ({ container, host, firedAt }: Alert, event: ContainerEvent): boolean =>
  event['@timestamp'] > firedAt &&
  (event.container.id === container.id ||
    (event.container.name === container.name && event.host.name === host));

/** Since when it is well, null while it is not. A container that an OOM did not take with it has been up all the time. */
async function wellSince(
  alert: Alert,
  {
    store,
    containerId,
    to,
    stayUpMs,
  }: { store: RecoveryDeps['store']; containerId: string; to: string; stayUpMs: number },
): Promise<string | null> {
  const isAboutHealth = HEALTH_TYPES.has(alert.type);
  const [last] = await store.findEvents({
    containerIds: [containerId],
    actions: isAboutHealth ? ['health_status'] : LIFE_ACTIONS,
    from: alert.firedAt,
    to,
    order: 'desc',
    limit: 1,
  });
  if (isAboutHealth) return last?.health?.status === 'healthy' ? last['@timestamp'] : null;
  if (last && last.event.action !== 'start') return null;
  const since = last?.['@timestamp'] ?? alert.firedAt;
  return shiftStamp(since, stayUpMs) <= to ? since : null;
}

const HEALTH_TYPES = new Set(['container.unhealthy', 'container.healthy', 'container.starting']);
