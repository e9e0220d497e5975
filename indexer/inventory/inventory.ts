/**
 * Every container and host we ever heard of, in memory and durably. The newest snapshot of a container wins; a removed
 * one stays, marked. Heartbeats and samples live in memory only.
 */
import type { Logger } from 'pino';
import type { HostStatus, IngestBatch } from '#contract/batch.ts';
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import { toStamp } from '#contract/stamp.ts';
import type { StateStore } from '../state/state-store.ts';
import type { HostDocument, Silence } from './host-book.ts';
import { createContainerBook, type ContainerBook } from './container-book.ts';
import { ContainerRows } from './container-rows.ts';
import { HostRows } from './host-rows.ts';
import { afterEvent, afterSnapshot, asRemoved, fromEvent } from './next-container.ts';

export type InventoryDeps = {
  state: StateStore;
  now: () => Date;
  log: Pick<Logger, 'warn'>;
  /** How long a removed container is kept; the newest 5,000 at most in any case. */
  keepRemovedMs?: number;
  /** Another indexer took in what changed these containers: told once, when they are known here. */
  onOthers?: (containers: Container[]) => void;
};

export type Inventory = {
  /** Reads what was known before. Call once, before anything else. */
  load: () => Promise<void>;
  /** Takes in host, snapshots, events and the list of ids; answers the containers that changed, once durable. Idempotent. */
  apply: (batch: IngestBatch) => Promise<{ containers: Container[] }>;
  containers: () => Container[];
  /** By id, by the beginning of an id (4 characters or more), or by name: then the newest of that name. */
  container: (asked: string) => Container | undefined;
  hosts: () => HostStatus[];
  /** Times in which nobody watched a host: nothing may be claimed about its containers then. */
  silences: () => Silence[];
  noteSamples: (samples: readonly MetricSample[]) => void;
  /** Remembers a classified `die` as the container's last death; answers the changed container. */
  noteDeath: (event: ContainerEvent) => Promise<Container | null>;
  /** Writes what heartbeats left unwritten. */
  close: () => Promise<void>;
};

export function createInventory(deps: InventoryDeps): Inventory {
  const { state, now, log, keepRemovedMs = Infinity, onOthers = () => undefined } = deps;
  const book = createContainerBook();
  const rows = new ContainerRows(state, book, onOthers);
  const hosts = new HostRows({ state, now, log });
  const isNewListing = createListingOrder();
  const isOfAnother: IsOfAnother = (containerId, hostId) => {
    const owner = book.get(containerId)?.hostId ?? hostId;
    return owner !== hostId && hosts.isConnected(owner);
  };
  /** A listing says nothing of what it came too early for: elsewhere a later one may have been taken in already. */
  const isListed = ({ observedAt }: Container, { collector }: IngestBatch) =>
    !state.isShared || toStamp(observedAt) <= toStamp(collector.sentAt);

  async function forget(): Promise<void> {
    await rows.drop(book.expired(now().getTime() - keepRemovedMs));
  }

  state.watch<Container>('container', changes => rows.noteOthers(changes));
  state.watch<HostDocument>('host', changes => hosts.noteOthers(changes));

  return {
    async load() {
      await rows.load();
      await hosts.load();
      await forget();
    },

    async apply(batch) {
      await hosts.note(batch);
      const changed = await rows.change(() => rowsAfter(ownPart(batch, isOfAnother), book));
      const gone = isNewListing(batch)
        ? await rows.change(() =>
            missing(
              batch,
              book.all().filter(row => isListed(row, batch)),
            ),
          )
        : [];
      const containers = [...new Map([...changed, ...gone].map(row => [row.id, row])).values()];
      if (containers.some(row => row.state === 'removed')) await forget();
      return { containers };
    },

    containers: book.all,
    container: book.find,
    hosts: () => hosts.statuses(),
    silences: () => hosts.silences(),
    noteSamples: samples =>
      samples
        .filter(({ container, host }) => !isOfAnother(container.id, host.id))
        .forEach(sample => book.noteSample(sample)),

    async noteDeath(event) {
      const [changed] = await rows.change(() => withDeath(book.get(event.container.id), event));
      return changed ?? null;
    },

    close: () => hosts.close(),
  };
}

function withDeath(row: Container | undefined, event: ContainerEvent): Container[] {
  const at = event['@timestamp'];
  if (!row || !event.death || (row.lastDeath && row.lastDeath.at > at)) return [];
  return [{ ...row, lastDeath: { at, class: event.death.class, eventId: event.event.id } }];
}

/** Listings count in the order they were sent; an old one that comes again is ignored. */
function createListingOrder(): (batch: IngestBatch) => boolean {
  const newest = new Map<string, string>();
  return ({ inventory, collector, host }) => {
    if (!inventory || collector.sentAt < (newest.get(host.id) ?? '')) return false;
    newest.set(host.id, collector.sentAt);
    return true;
  };
}

/**
 * What a batch says of a container is taken from its own host alone while that host reports: a collector gone bad could else
 * rewrite the containers of others. When it is silent, another may have them: an engine that was given a new id.
 */
type IsOfAnother = (containerId: string, hostId: string) => boolean;

const ownPart = (batch: IngestBatch, isOfAnother: IsOfAnother): IngestBatch => ({
  ...batch,
  snapshots: batch.snapshots.filter(({ id }) => !isOfAnother(id, batch.host.id)),
  events: batch.events.filter(event => {
    const id = batch.containers[event.container]?.id;
    return id === undefined || !isOfAnother(id, batch.host.id);
  }),
});

/** Snapshots first; then the events that are newer than them, in the order of their time. */
function rowsAfter(batch: IngestBatch, known: Pick<ContainerBook, 'get'>): Iterable<Container> {
  const rows = new Map<string, Container>();
  const rowOf = (id: string) => rows.get(id) ?? known.get(id);
  for (const snapshot of batch.snapshots) {
    rows.set(snapshot.id, afterSnapshot(rowOf(snapshot.id), snapshot, batch.host));
  }
  for (const event of batch.events.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    const wire = batch.containers[event.container];
    if (!wire) continue;
    const row = rowOf(wire.id);
    if (row) rows.set(wire.id, afterEvent(row, event));
    else if (LIFE_ACTIONS.has(event.action)) rows.set(wire.id, fromEvent(wire, event, batch.host));
  }
  return rows.values();
}

const LIFE_ACTIONS = new Set([
  'create',
  'start',
  'die',
  'destroy',
  'pause',
  'unpause',
  'oom',
  'kill',
  'stop',
]);

function missing(batch: IngestBatch, known: Iterable<Container>): Container[] {
  const listed = new Set(batch.inventory);
  return [...known].filter(({ id, hostId }) => hostId === batch.host.id && !listed.has(id)).map(asRemoved);
}
