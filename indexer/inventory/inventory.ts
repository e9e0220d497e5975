/**
 * Every container and host we ever heard of, in memory and durably. The newest snapshot of a container wins; a removed
 * one stays, marked. Heartbeats and samples live in memory only.
 */
import type { Logger } from 'pino';
import type { HostStatus, IngestBatch } from '#contract/batch.ts';
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { MetricSample } from '#contract/metric-sample.ts';
import type { StateChange, StateStore } from '../state/state-store.ts';
import {
  afterBatch,
  loadedHost,
  silencesOf,
  statusOf,
  type HostDocument,
  type HostEntry,
  type Silence,
} from './host-book.ts';
import { createContainerBook, type ContainerBook } from './container-book.ts';
import { afterEvent, afterSnapshot, asRemoved, fromEvent } from './next-container.ts';

export type InventoryDeps = {
  state: StateStore;
  now: () => Date;
  log: Pick<Logger, 'warn'>;
  /** How long a removed container is kept; the newest 5,000 at most in any case. */
  keepRemovedMs?: number;
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

export function createInventory({ state, now, log, keepRemovedMs = Infinity }: InventoryDeps): Inventory {
  const book = createContainerBook();
  const hosts = new Map<string, HostEntry>();
  const save = createRowWriter(state);
  const isNewListing = createListingOrder();
  const nowMs = () => now().getTime();
  const isOfAnother: IsOfAnother = (containerId, hostId) => {
    const owner = hosts.get(book.get(containerId)?.hostId ?? hostId);
    return owner !== undefined && owner.document.status.id !== hostId && statusOf(owner, nowMs()).connected;
  };

  function noteHost(batch: IngestBatch): StateChange[] {
    const { entry, isDue } = afterBatch(hosts.get(batch.host.id), batch, nowMs());
    hosts.set(batch.host.id, entry);
    return isDue ? [hostChange(entry)] : [];
  }

  const forget = (): StateChange[] =>
    book.forget(nowMs() - keepRemovedMs).map(id => ({ kind: 'container', id, document: null }));

  return {
    async load() {
      const saved = await state.list<Container>('container');
      book.take(saved.map(({ document }) => document));
      for (const { id, document } of await state.list<HostDocument>('host'))
        hosts.set(id, loadedHost(document));
      await state.put(forget());
    },

    async apply(batch) {
      const hostChanges = noteHost(batch);
      const changed = book.take(rowsAfter(ownPart(batch, isOfAnother), book));
      const gone = isNewListing(batch) ? book.take(missing(batch, book.all())) : [];
      const rows = [...new Map([...changed, ...gone].map(row => [row.id, row])).values()];
      const forgotten = rows.some(row => row.state === 'removed') ? forget() : [];
      await save(rows, [...hostChanges, ...forgotten]);
      return { containers: rows };
    },

    containers: book.all,
    container: book.find,
    hosts: () => [...hosts.values()].map(entry => statusOf(entry, nowMs())),
    silences: () => [...hosts.values()].flatMap(entry => silencesOf(entry, nowMs())),
    noteSamples: samples =>
      samples
        .filter(({ container, host }) => !isOfAnother(container.id, host.id))
        .forEach(sample => book.noteSample(sample)),

    async noteDeath(event) {
      const row = book.get(event.container.id);
      const at = event['@timestamp'];
      if (!row || !event.death || (row.lastDeath && row.lastDeath.at > at)) return null;
      const lastDeath = { at, class: event.death.class, eventId: event.event.id };
      const [changed] = book.take([{ ...row, lastDeath }]);
      if (changed) await save([changed]);
      return changed ?? null;
    },

    async close() {
      try {
        await state.put([...hosts.values()].map(hostChange));
      } catch (err) {
        log.warn({ err }, 'hosts not saved');
      }
    },
  };
}

/** A row that could not be written is written with the next: it would not differ from memory any more. */
function createRowWriter(state: StateStore) {
  const unsaved = new Map<string, Container>();
  return async (rows: Container[], changes: StateChange[] = []): Promise<void> => {
    for (const row of rows) unsaved.set(row.id, row);
    await state.put([...[...unsaved.values()].map(containerChange), ...changes]);
    unsaved.clear();
  };
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

const hostChange = ({ document }: HostEntry): StateChange => ({
  kind: 'host',
  id: document.status.id,
  document,
});

/** Samples are not written: they are in the log store. */
const containerChange = (row: Container): StateChange => ({
  kind: 'container',
  id: row.id,
  document: { ...row, sample: null, sampledAt: null },
});

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
