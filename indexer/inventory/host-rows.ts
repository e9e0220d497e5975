/** Hosts, in memory and durably. Heartbeats are written together, now and then; what is more than a heartbeat at once. */
import type { Logger } from 'pino';
import type { HostStatus, IngestBatch } from '#contract/batch.ts';
import type { StateChange, StateStore, WatchedRow } from '../state/state-store.ts';
import {
  afterBatch,
  afterOther,
  loadedHost,
  silencesOf,
  statusOf,
  type HostDocument,
  type HostEntry,
  type Silence,
} from './host-book.ts';

/** What is on disk may be this old. */
const SAVE_EVERY_MS = 60_000;
/** What others know may be this old: with a heartbeat every 5 s, well within the 15 s after which a host is taken for silent. */
const SHARE_EVERY_MS = 2_500;

export type HostRowsDeps = { state: StateStore; now: () => Date; log: Pick<Logger, 'warn'> };

export class HostRows {
  private readonly deps: HostRowsDeps;
  private readonly hosts = new Map<string, HostEntry>();
  private readonly unsaved = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  constructor(deps: HostRowsDeps) {
    this.deps = deps;
    const everyMs = deps.state.isShared ? SHARE_EVERY_MS : SAVE_EVERY_MS;
    this.timer = setInterval(() => void this.saveHeartbeats(), everyMs).unref();
  }

  async load(): Promise<void> {
    for (const { id, document } of await this.deps.state.list<HostDocument>('host'))
      this.hosts.set(id, loadedHost(document));
  }

  /** A batch of this host has come. Resolves when what is more than a heartbeat is durable. */
  async note(batch: IngestBatch): Promise<void> {
    await this.refresh(batch);
    const { id } = batch.host;
    const { entry, isNews } = afterBatch(this.hosts.get(id), batch, this.nowMs());
    this.hosts.set(id, entry);
    this.unsaved.add(id);
    if (isNews) await this.save([id]);
  }

  noteOthers(rows: readonly WatchedRow<HostDocument>[]): void {
    for (const { id, document } of rows) {
      if (document === null) continue;
      const { entry, isNews } = afterOther(this.hosts.get(id), document, this.nowMs());
      this.hosts.set(id, entry);
      if (isNews) this.unsaved.add(id);
    }
  }

  statuses(): HostStatus[] {
    return [...this.hosts.values()].map(entry => statusOf(entry, this.nowMs()));
  }

  silences(): Silence[] {
    return [...this.hosts.values()].flatMap(entry => silencesOf(entry, this.nowMs()));
  }

  isConnected(hostId: string): boolean {
    const entry = this.hosts.get(hostId);
    return entry !== undefined && statusOf(entry, this.nowMs()).connected;
  }

  /** Writes what heartbeats left unwritten. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.saveHeartbeats();
  }

  /** What the collector said last may have been said to another indexer: else its restart looks like a silence. */
  private async refresh({ host, collector }: IngestBatch): Promise<void> {
    const known = this.hosts.get(host.id);
    if (!this.deps.state.isShared || known?.document.status.collector.startedAt === collector.startedAt)
      return;
    const row = await this.deps.state.get<HostDocument>('host', host.id);
    if (row && !this.hosts.has(host.id)) this.hosts.set(host.id, loadedHost(row.document));
  }

  private async saveHeartbeats(): Promise<void> {
    try {
      await this.save([...this.unsaved]);
    } catch (err) {
      this.deps.log.warn({ err }, 'hosts not saved');
    }
  }

  private async save(ids: readonly string[]): Promise<void> {
    const rows = ids.flatMap(id => this.hosts.get(id) ?? []);
    for (const id of ids) this.unsaved.delete(id);
    try {
      await this.deps.state.put(rows.map(changeOf));
    } catch (error) {
      for (const id of ids) this.unsaved.add(id);
      throw error;
    }
  }

  private nowMs(): number {
    return this.deps.now().getTime();
  }
}

const changeOf = ({ document }: HostEntry): StateChange => ({
  kind: 'host',
  id: document.status.id,
  document,
});
