/** What is said of a host and how loud: quiet while all is well, and a collector that is away is "no data", never "stopped". */
import type { HostStatus, SpoolStatus } from '#contract/batch.ts';
import { formatBytes, formatDuration, formatNumber, formatSince } from '../ui/format.ts';
import type { Zone } from '../ui/zone.ts';

type HostTone = 'ok' | 'idle' | 'warn' | 'error';
/** `short` stands in the strip, `text` in the details. */
export type HostFlag = { tone: 'warn' | 'error'; short: string; text: string };
export type ShownHost = {
  host: HostStatus;
  tone: HostTone;
  shape: 'dot' | 'ring' | 'triangle' | 'cross';
  /** The gravest first. */
  flags: HostFlag[];
};

/** The indexer flags a clock by its fastest heartbeats; below this it may be the way. */
const SKEW_MS = 2_000;
/** Lines that wait longer than a batch and its retry are late. */
const LATE_MS = 10_000;
const SPOOL_NEARLY_FULL = 0.8;
/** A host that has been away for a day is no news: it is shown, and nobody is called. */
const OLD_NEWS_MS = 24 * 3_600_000;

type About = { zone: Zone; nowMs: number };

/** Trouble first, hosts that left long ago last; else in the order given. */
export function showHosts(hosts: readonly HostStatus[], about: About): ShownHost[] {
  const version = usualVersion(hosts);
  return hosts.map(host => showHost(host, { ...about, version })).sort((a, b) => rank(a) - rank(b));
}

const rank = ({ tone }: ShownHost): number => ['error', 'warn', 'ok', 'idle'].indexOf(tone);

function showHost(host: HostStatus, about: About & { version: string | undefined }): ShownHost {
  if (!host.connected && about.nowMs - Date.parse(host.lastSeenAt) > OLD_NEWS_MS) {
    return { host, tone: 'idle', shape: 'ring', flags: [silence(host, about)] };
  }
  const flags = flagsOf(host, about);
  if (flags.some(({ tone }) => tone === 'error')) return { host, tone: 'error', shape: 'cross', flags };
  if (!host.connected) return { host, tone: 'warn', shape: 'ring', flags };
  return flags.length > 0
    ? { host, tone: 'warn', shape: 'triangle', flags }
    : { host, tone: 'ok', shape: 'dot', flags };
}

function flagsOf(host: HostStatus, about: About & { version: string | undefined }): HostFlag[] {
  const { counters, spool, connected } = host;
  const { linesDropped: dropped, gaps } = counters;
  return [
    !connected && silence(host, about),
    dropped > 0 && loud(`${formatNumber(dropped)} dropped`, `${formatNumber(dropped)} lines dropped`),
    ...spoolFlags(spool),
    connected && isLate(host) && flag(`lag ${formatDuration(host.lagMs ?? 0)}`),
    gaps > 0 && flag(gaps === 1 ? '1 gap' : `${formatNumber(gaps)} gaps`),
    isSkewed(host) && flag(clockInWords(host.clockSkewMs)),
    about.version !== undefined &&
      host.collector.version !== about.version &&
      flag(`version ${host.collector.version}`, `version ${host.collector.version}, others ${about.version}`),
  ].filter(one => typeof one === 'object');
}

const spoolFlags = (spool: SpoolStatus | undefined): (HostFlag | false)[] =>
  spool === undefined
    ? []
    : [
        spool.damagedBytes > 0 &&
          loud('spool damaged', `${formatBytes(spool.damagedBytes)} of the spool were damaged on disk`),
        isSpoolWarning(spool) && flag(`spool ${percent(spoolShare(spool))} full`),
      ];

const flag = (short: string, text = short): HostFlag => ({ tone: 'warn', short, text });
const loud = (short: string, text = short): HostFlag => ({ tone: 'error', short, text });
const silence = ({ lastSeenAt }: HostStatus, { zone, nowMs }: About): HostFlag =>
  flag(`no data since ${formatSince(lastSeenAt, zone, nowMs)}`);

export const isLate = ({ lagMs = 0 }: HostStatus): boolean => lagMs > LATE_MS;
export const isSkewed = ({ clockSkewMs }: HostStatus): boolean => Math.abs(clockSkewMs ?? 0) > SKEW_MS;

/** `3.2 s ahead`; within what the way may take it is `right`. */
export function clockInWords(skewMs: number | null): string {
  if (skewMs === null) return 'clock unknown';
  if (Math.abs(skewMs) <= SKEW_MS) return 'clock right';
  return `clock ${formatDuration(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead' : 'behind'}`;
}

/** 0 to 1. */
export const spoolShare = ({ bytes, limitBytes }: SpoolStatus): number =>
  Math.min(1, bytes / Math.max(1, limitBytes));

export const isSpoolWarning = (spool: SpoolStatus): boolean => spoolShare(spool) >= SPOOL_NEARLY_FULL;

export const percent = (share: number): string => `${Math.floor(share * 100)} %`;

const POLICY_WORDS: Record<SpoolStatus['policy'], string> = {
  block: 'when full, reading waits',
  'drop-oldest': 'when full, the oldest lines are dropped',
  'drop-debug-first': 'when full, debug lines are dropped first',
};

/** `12 MiB of 1 GiB; when full, reading waits`. */
export const spoolInWords = ({ bytes, limitBytes, policy }: SpoolStatus): string =>
  `${formatBytes(bytes)} of ${formatBytes(limitBytes)}; ${POLICY_WORDS[policy]}`;

/** What most collectors that report run; the newer of two as frequent. Undefined while all are of one version. */
function usualVersion(hosts: readonly HostStatus[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { connected, collector } of hosts) {
    if (connected) counts.set(collector.version, (counts.get(collector.version) ?? 0) + 1);
  }
  if (counts.size < 2) return undefined;
  const newestFirst = [...counts].sort(
    ([a, countA], [b, countB]) => countB - countA || b.localeCompare(a, 'en', { numeric: true }),
  );
  return newestFirst[0]?.[0];
}

/** One line for all of them: a name while there is one host, a number for more. */
export function hostsInWords(shown: readonly ShownHost[]): string {
  const troubled = shown.filter(({ tone }) => tone === 'warn' || tone === 'error');
  const [only] = shown;
  if (only && shown.length === 1) return [only.host.name, only.flags[0]?.short].filter(Boolean).join(' · ');
  const total = formatNumber(shown.length);
  return troubled.length === 0 ? `${total} hosts` : `${troubled.length} of ${total} hosts`;
}

/** Host id → when its collector was last heard of. */
export type SilentHosts = ReadonlyMap<string, string>;

export const silentHosts = (hosts: readonly HostStatus[]): SilentHosts =>
  new Map(hosts.filter(({ connected }) => !connected).map(({ id, lastSeenAt }) => [id, lastSeenAt]));

/** Since when none of the hosts (or of those of one name) reports, in ms; null while one does, and where none is known. */
export function silentFrom(hosts: readonly HostStatus[], name: string | null): number | null {
  const asked = hosts.filter(host => name === null || host.name === name);
  if (asked.length === 0 || asked.some(({ connected }) => connected)) return null;
  return Math.max(...asked.map(({ lastSeenAt }) => Date.parse(lastSeenAt)));
}
