/** What is known of each host: its engine, its collector, whether it reports, and when nobody watched it. */
import type { HostStatus, IngestBatch } from '#contract/batch.ts';
import { msOf } from '#contract/stamp.ts';

/** Three heartbeats (contract/batch.ts: one every 5 s). */
const CONNECTED_MS = 15_000;
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

/**
 * `skews`: sentAt minus arrival of the last heartbeats that came here, in milliseconds. `heardAtMs`: by this clock, when a heartbeat
 * came, here or, as told by the state, at another indexer.
 */
export type HostEntry = { document: HostDocument; heardAtMs: number; skews: number[] };

export const loadedHost = (document: HostDocument): HostEntry => ({
  document,
  heardAtMs: Date.parse(document.status.lastSeenAt),
  skews: [],
});

/** The entry after a batch of this host. `isNews`: more than a heartbeat, to be written now. */
export function afterBatch(
  known: HostEntry | undefined,
  batch: IngestBatch,
  nowMs: number,
): { entry: HostEntry; isNews: boolean } {
  const { sentAt } = batch.collector;
  const skews = [...(known?.skews ?? []), msOf(sentAt) - nowMs].slice(-SKEW_READINGS);
  const document = nextDocument(known?.document, batch, {
    lastSeenAt: new Date(nowMs).toISOString(),
    clockSkewMs: Math.max(...skews),
  });
  return {
    entry: { document, skews, heardAtMs: nowMs },
    isNews: !known || !isSameHost(known.document, document),
  };
}

/**
 * The entry after another indexer wrote this document of the host, each knowing what came in there. The newer word of the collector
 * counts, and every silence that either knows. `isNews`: the other lacks something lasting.
 */
export function afterOther(
  known: HostEntry | undefined,
  other: HostDocument,
  nowMs: number,
): { entry: HostEntry; isNews: boolean } {
  if (!known) return { entry: { document: other, heardAtMs: nowMs, skews: [] }, isNews: false };
  const mine = known.document;
  const newer = other.lastSentAt >= mine.lastSentAt ? other : mine;
  const silences = bothSilences(mine.silences, other.silences);
  const firstWatchedAt =
    mine.firstWatchedAt < other.firstWatchedAt ? mine.firstWatchedAt : other.firstWatchedAt;
  return {
    entry: {
      document: { ...newer, silences, firstWatchedAt },
      heardAtMs: newer === other ? nowMs : known.heardAtMs,
      skews: known.skews,
    },
    isNews: silences.length > other.silences.length || firstWatchedAt < other.firstWatchedAt,
  };
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

const isConnected = (entry: HostEntry, nowMs: number): boolean => nowMs - entry.heardAtMs <= CONNECTED_MS;

function withSilence({ lastSentAt, silences }: HostDocument, startedAt: string): HostDocument['silences'] {
  if (msOf(startedAt) - msOf(lastSentAt) <= CONNECTED_MS) return silences;
  return [...silences, { from: lastSentAt, to: startedAt }].slice(-MAX_SILENCES);
}

/** One that both saw begin is one: it began with the last word that came to either. */
function bothSilences(a: HostDocument['silences'], b: HostDocument['silences']): HostDocument['silences'] {
  const byEnd = new Map<string, string>();
  for (const { from, to } of [...a, ...b]) if (from > (byEnd.get(to) ?? '')) byEnd.set(to, from);
  return [...byEnd]
    .map(([to, from]) => ({ from, to }))
    .sort((x, y) => (x.to < y.to ? -1 : 1))
    .slice(-MAX_SILENCES);
}

/** Equal in everything that does not change with each heartbeat. */
function isSameHost(a: HostDocument, b: HostDocument): boolean {
  const lasting = ({ status, silences }: HostDocument) => {
    const { id, name, engineVersion, cpus, memoryBytes, collector } = status;
    return JSON.stringify([id, name, engineVersion, cpus, memoryBytes, collector, silences.length]);
  };
  return lasting(a) === lasting(b);
}
