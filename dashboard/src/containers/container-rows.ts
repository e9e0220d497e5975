/** Filter, order and groups of the container table: everything the page decides before it draws. */
import type { Container } from '#contract/container.ts';
import type { SilentHosts } from '../hosts/host-words.ts';
import { shownState, STATE_ORDER } from './container-state.ts';
import type { LiveReading } from './sample-history.ts';

export const SORT_KEYS = [
  'state',
  'name',
  'image',
  'logs',
  'health',
  'restarts',
  'exit',
  'since',
  'cpu',
  'memory',
  'network',
  'disk',
  'pids',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];
export type Sort = { key: SortKey; descending: boolean };
export const DEFAULT_SORT: Sort = { key: 'name', descending: false };

/** Columns whose first click should show the largest first. */
const LARGEST_FIRST: readonly SortKey[] = ['restarts', 'exit', 'cpu', 'memory', 'network', 'disk', 'pids'];

export type Grouping = 'project' | 'none';
export type Group = { key: string; project: string | null; host: string | null; containers: Container[] };
export type ReadLive = (containerId: string) => LiveReading | undefined;

/** `name`, `-cpu`; anything else is the default. */
export function parseSort(text: string | null): Sort {
  const key = SORT_KEYS.find(candidate => candidate === text?.replace(/^-/, ''));
  return key === undefined ? DEFAULT_SORT : { key, descending: text?.startsWith('-') ?? false };
}

export function formatSort(sort: Sort): string {
  return `${sort.descending ? '-' : ''}${sort.key}`;
}

/** Whether the order follows figures that change each second. */
export function isLiveSort(key: SortKey): boolean {
  return ['cpu', 'memory', 'network', 'disk', 'pids'].includes(key);
}

/** A click on a head: first its natural direction, then the other one. */
export function nextSort(current: Sort, clicked: SortKey): Sort {
  if (current.key !== clicked) return { key: clicked, descending: LARGEST_FIRST.includes(clicked) };
  return { key: clicked, descending: !current.descending };
}

/** By compose project, then host; containers outside compose come last. `none`: one group of all. */
export function groupContainers(containers: readonly Container[], grouping: Grouping): Group[] {
  if (grouping === 'none') return [{ key: 'all', project: null, host: null, containers: [...containers] }];
  const groups = new Map<string, Group>();
  for (const container of containers) {
    const project = container.compose?.project ?? null;
    const key = JSON.stringify([project, container.hostId]);
    const group = groups.get(key) ?? { key, project, host: container.host, containers: [] };
    group.containers.push(container);
    groups.set(key, group);
  }
  return [...groups.values()].sort(compareGroups);
}

function compareGroups(left: Group, right: Group): number {
  if ((left.project === null) !== (right.project === null)) return left.project === null ? 1 : -1;
  return (
    compareText(left.project ?? '', right.project ?? '') || compareText(left.host ?? '', right.host ?? '')
  );
}

/** What the table draws, one under the other and all of one height. */
export type Item = { kind: 'group'; group: Group } | { kind: 'row'; container: Container };

export function itemsOf(groups: readonly Group[], isGrouped: boolean): Item[] {
  return groups.flatMap(group => [
    ...(isGrouped ? [{ kind: 'group' as const, group }] : []),
    ...group.containers.map(container => ({ kind: 'row' as const, container })),
  ]);
}

/** Stable; what is unknown comes last in both directions; removed ones after the rest; ties by name, then id. */
export function sortContainers(containers: readonly Container[], sort: Sort, read: ReadLive): Container[] {
  const keyed = containers.map(container => ({ container, value: sortValue(container, sort.key, read) }));
  keyed.sort((left, right) => {
    const gone = Number(left.container.state === 'removed') - Number(right.container.state === 'removed');
    if (gone !== 0 && sort.key !== 'state') return gone;
    return (
      compareValues(left.value, right.value, sort.descending) ||
      compareText(left.container.name, right.container.name) ||
      compareText(left.container.id, right.container.id)
    );
  });
  return keyed.map(entry => entry.container);
}

type SortValue = number | string | null;

function compareValues(left: SortValue, right: SortValue, descending: boolean): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  const order =
    typeof left === 'number' && typeof right === 'number'
      ? left - right
      : compareText(String(left), String(right));
  return descending ? -order : order;
}

const text = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
/** `web-2` before `web-10`. */
function compareText(left: string, right: string): number {
  return text.compare(left, right);
}

function sortValue(container: Container, key: SortKey, read: ReadLive): SortValue {
  switch (key) {
    case 'state':
      return STATE_ORDER.indexOf(shownState(container).key);
    case 'name':
      return container.name;
    case 'image':
      return container.image;
    case 'logs':
      return container.collected ? (container.source ?? null) : 'not read';
    case 'health':
      return container.health === 'none' ? null : container.health;
    case 'restarts':
      return container.restartCount;
    case 'exit':
      return shownExit(container);
    case 'since':
      return sinceMs(container);
    default:
      return liveValue(key, read(container.id));
  }
}

function liveValue(
  key: 'cpu' | 'memory' | 'network' | 'disk' | 'pids',
  live: LiveReading | undefined,
): number | null {
  if (live === undefined) return null;
  switch (key) {
    case 'cpu':
      return live.sample.cpuPercent;
    case 'memory':
      return live.sample.memoryBytes;
    case 'network':
      return sum(live.rates.networkRx, live.rates.networkTx);
    case 'disk':
      return sum(live.rates.blockRead, live.rates.blockWrite);
    case 'pids':
      return live.sample.pids;
  }
}

function sum(left: number | null, right: number | null): number | null {
  return left === null && right === null ? null : (left ?? 0) + (right ?? 0);
}

/** The engine reports exit code 0 for what still runs: only a finished run has one. */
export function shownExit(container: Container): number | null {
  const isOver = ['exited', 'dead', 'restarting', 'removed', 'removing'].includes(container.state);
  return isOver ? container.exitCode : null;
}

/** When its present state began: start of the run, or end of the last one. Null for what never ran. */
export function sinceMs(container: Container): number | null {
  const isUp = container.state === 'running' || container.state === 'paused';
  const stamp = isUp ? container.startedAt : (container.finishedAt ?? container.createdAt);
  const ms = stamp === null ? Number.NaN : Date.parse(stamp);
  // The engine writes year 1 for "never".
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

/** What a group's head says: how many, how many of them want attention, and of how many nothing is known now. */
export function summarize(
  containers: readonly Container[],
  silent: SilentHosts = new Map(),
): { total: number; running: number; attention: number; withoutData: number } {
  let running = 0;
  let attention = 0;
  let withoutData = 0;
  for (const container of containers) {
    const { key } = shownState(container);
    if (silent.has(container.hostId)) withoutData += 1;
    else {
      if (key === 'running' || key === 'starting' || key === 'unhealthy' || key === 'paused') running += 1;
      if (['oom', 'dead', 'restarting', 'unhealthy', 'failed'].includes(key)) attention += 1;
    }
  }
  return { total: containers.length, running, attention, withoutData };
}
