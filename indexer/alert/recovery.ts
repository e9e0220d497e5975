/** Resolves alerts: the container runs again and stays up, or is healthy again. Decided from stored events alone. */
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Alert } from '#contract/rule.ts';
import { nextStamp, shiftStamp, stampOf, toStamp } from '#contract/stamp.ts';
import type { StateStore } from '../state/state-store.ts';
import type { LogStore } from '../store/log-store.ts';
import { createAgenda } from './agenda.ts';
import type { AlertBook } from './alert-book.ts';

const STAY_UP_MS = 10_000;
/** A start must be in the store, with what followed it, when it is looked at. */
const SLACK_MS = 500;
const RETRY_MS = 5_000;
const LIFE_ACTIONS = ['start', 'die', 'destroy'];

export type RecoveryDeps = {
  state: StateStore;
  store: Pick<LogStore, 'findEvents' | 'noteElsewhere'>;
  book: Pick<AlertBook, 'open' | 'resolve'>;
  now: () => Date;
  onResolved: (alert: Alert) => void;
  stayUpMs?: number | undefined;
  /** Whether this indexer is the one that resolves. */
  isHeld?: () => boolean;
};

export type Recovery = {
  /** Looks at whatever is open: also at containers that took a name while nobody looked. */
  start: () => Promise<void>;
  /** Looks at these alerts when their containers had time to stay up. */
  watch: (alerts: readonly Alert[]) => void;
  /** Stored events that may resolve open alerts. */
  note: (events: readonly ContainerEvent[]) => void;
  stop: () => Promise<void>;
};

export function createRecovery(deps: RecoveryDeps): Recovery {
  const { state, store, book, now, onResolved, isHeld = () => true } = deps;
  const stayUpMs = deps.stayUpMs ?? STAY_UP_MS;
  const agenda = createAgenda({ now, isHeld, atOnce: 1, work: look, onError: () => RETRY_MS });
  // A start that was told to another indexer shows in its container's row.
  state.watch<Container>('container', rows => {
    noteLife(rows.flatMap(({ document }) => lifeOf(document)));
  });

  /** Key: the alert, and the container that may have recovered: itself, or the one that took its name. */
  async function look(key: string): Promise<void> {
    const [alertId, containerId = ''] = key.split(' ');
    const alert = book.open().find(({ id }) => id === alertId);
    if (!alert) return;
    const to = nextStamp(stampOf(now().getTime()));
    if (state.isShared) store.noteElsewhere?.(to);
    const since = await wellSince(alert, { store, containerId, to, stayUpMs });
    const resolved = since === null ? null : await book.resolve(alert, since);
    if (resolved) onResolved(resolved);
  }

  function lookSoon(alert: Alert, containerId: string): void {
    agenda.set(`${alert.id} ${containerId}`, now().getTime() + stayUpMs + SLACK_MS);
  }

  function noteLife(signs: readonly Life[]): void {
    for (const sign of signs)
      for (const alert of book.open()) if (isOf(alert, sign)) lookSoon(alert, sign.id);
  }

  function watch(alerts: readonly Alert[]): void {
    for (const alert of alerts) lookSoon(alert, alert.container.id);
  }

  return {
    async start() {
      watch(book.open());
      if (book.open().length === 0) return;
      noteLife((await state.list<Container>('container')).flatMap(({ document }) => lifeOf(document)));
    },
    watch,
    note: events => {
      const signs = events.filter(isRecovery).map(({ '@timestamp': at, container: { id, name }, host }) => {
        return { id, name, host: host.name, at };
      });
      noteLife(signs);
    },
    stop: () => agenda.stop(),
  };
}

const isRecovery = ({ event, health }: ContainerEvent): boolean =>
  event.action === 'start' || (event.action === 'health_status' && health?.status === 'healthy');

/** A container started, or became healthy, at this time or later. */
type Life = { id: string; name: string; host: string; at: string };

function lifeOf(row: Container | null): Life[] {
  if (row?.state !== 'running' || row.startedAt === null) return [];
  const at = toStamp(row.health === 'healthy' ? row.observedAt : row.startedAt);
  return [{ id: row.id, name: row.name, host: row.host, at }];
}

const isOf = ({ container, host, firedAt }: Alert, { id, name, ...sign }: Life): boolean =>
  sign.at > firedAt && (id === container.id || (name === container.name && sign.host === host));

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
