/** What is known of each host: its engine, its collector, whether it reports, and when nobody watched it. */
import type { HostStatus, IngestBatch } from '#contract/batch.ts';
import { msOf } from '#contract/stamp.ts';

/** Three heartbeats (contract/batch.ts: one every 5 s). */
const CONNECTED_MS = 15_000;
/** A heartbeat is no reason to write: what is on disk may be this old. */
const SAVE_EVERY_MS = 60_000;
const MAX_SILENCES = 200;
/** Heartbeats to judge a clock by: delays on the way only ever make it look behind. */
const SKEW_READINGS = 12;

/** A time in which no collector watched the host, by the host's clock. `to: null`: it still lasts. */
export type Silence = { hostId: string; from: string; to: string | null };

/** As kept in the state store under kind `host`. */
export type HostDocument = {
  status: Omit<HostStatus, 'connected'>;
  /** Newest `sentAt` of its collector, and when its first collector started. */
  lastSentAt: string;
  firstWatchedAt: string;
  silences: { from: string; to: string }[];
};

/** `skews`: sentAt minus arrival of the last heartbeats, in milliseconds. */
export type HostEntry = { document: HostDocument; savedAtMs: number; skews: number[] };

export const loadedHost = (document: HostDocument): HostEntry => ({ document, savedAtMs: 0, skews: [] });

/** The entry after a batch of this host. `isDue`: its document should be written now. */
export function afterBatch(
  known: HostEntry | undefined,
  batch: IngestBatch,
  nowMs: number,
): { entry: HostEntry; isDue: boolean } {
  const { sentAt } = batch.collector;
  const skews = [...(known?.skews ?? []), msOf(sentAt) - nowMs].slice(-SKEW_READINGS);
  const document = nextDocument(known?.document, batch, {
    lastSeenAt: new Date(nowMs).toISOString(),
    clockSkewMs: Math.max(...skews),
  });
  const savedAtMs = known?.savedAtMs ?? 0;
  const isDue = !known || !isSameHost(known.document, document) || nowMs - savedAtMs >= SAVE_EVERY_MS;
  return { entry: { document, skews, savedAtMs: isDue ? nowMs : savedAtMs }, isDue };
}

export const statusOf = (entry: HostEntry, nowMs: number): HostStatus => ({
  ...entry.document.status,
  connected: isConnected(entry, nowMs),
});

/** From the beginning of time to the first collector, between collectors, and since the last word of one that is gone. */
export function silencesOf(entry: HostEntry, nowMs: number): Silence[] {
  const { status, firstWatchedAt, lastSentAt, silences } = entry.document;
  const hostId = status.id;
  const before = { hostId, from: new Date(0).toISOString(), to: firstWatchedAt };
  const between = silences.map(silence => ({ hostId, ...silence }));
  const now = isConnected(entry, nowMs) ? [] : [{ hostId, from: lastSentAt, to: null }];
  return [before, ...between, ...now];
}

function nextDocument(
  known: HostDocument | undefined,
  { collector, host }: IngestBatch,
  heard: { lastSeenAt: string; clockSkewMs: number },
): HostDocument {
  const { id, version, startedAt, sentAt, counters, spool, lagMs } = collector;
  const hasRestarted = known !== undefined && known.status.collector.startedAt !== startedAt;
  return {
    status: {
      id: host.id,
      name: host.name,
      engineVersion: host.engineVersion,
      cpus: host.cpus,
      memoryBytes: host.memoryBytes,
      collector: { id, version, startedAt },
      counters,
      ...(spool && { spool }),
      ...(lagMs !== undefined && { lagMs }),
      ...heard,
    },
    lastSentAt: known && known.lastSentAt > sentAt ? known.lastSentAt : sentAt,
    firstWatchedAt: known?.firstWatchedAt ?? startedAt,
    silences: hasRestarted ? withSilence(known, startedAt) : (known?.silences ?? []),
  };
}

const isConnected = (entry: HostEntry, nowMs: number): boolean =>
  nowMs - Date.parse(entry.document.status.lastSeenAt) <= CONNECTED_MS;

function withSilence({ lastSentAt, silences }: HostDocument, startedAt: string): HostDocument['silences'] {
  if (msOf(startedAt) - msOf(lastSentAt) <= CONNECTED_MS) return silences;
  return [...silences, { from: lastSentAt, to: startedAt }].slice(-MAX_SILENCES);
}

/** Equal in everything that does not change with each heartbeat. */
function isSameHost(a: HostDocument, b: HostDocument): boolean {
  const lasting = ({ status, silences }: HostDocument) => {
    const { id, name, engineVersion, cpus, memoryBytes, collector } = status;
    return JSON.stringify([id, name, engineVersion, cpus, memoryBytes, collector, silences.length]);
  };
  return lasting(a) === lasting(b);
}
