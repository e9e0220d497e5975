/** From a container's events to the bars of its row: what state it was in, and when. Pure. */
import type { Container } from '#contract/container.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Timeline } from '#contract/query.ts';
import { isNever, msOf, toStamp } from '#contract/stamp.ts';

export type Bar = Timeline['rows'][number]['bars'][number];
/** `to: null`: the silence lasts. */
export type Gap = { from: string; to: string | null };
type BarOptions = { span: Span; gaps: readonly Gap[] };
export type Span = { from: string; to: string; now: string };

/** A fact of inspection closer than this to an event is that event. */
const SAME_MS = 2_000;
/** The engine waits at most a minute before it restarts a container. */
const RESTART_WITHIN_MS = 120_000;
const MEANT = new Set(['operator_stop', 'operator_kill', 'redeploy']);

/** A change of state; `state: null` ends the row. */
type Change = { at: string; action: string; event?: ContainerEvent };

/**
 * Bars without overlap, in order, within the span; the last is open (`to: null`) when it still is so. `container` is what the
 * inventory knows, if anything; `events` are those of the span, in any order. `gaps`: times when nobody watched its host.
 */
export function buildBars(
  container: Container | undefined,
  events: readonly ContainerEvent[],
  options: BarOptions,
): Bar[] {
  const { span, gaps } = options;
  const changes = changesOf(container, events, span);
  const bars = walk(container, changes, options);
  return merged(gaps.reduce<Bar[]>((list, gap) => withGap(list, gap, { container, span }), bars));
}

/** Events that change the state, and what only inspection tells. */
function changesOf(
  container: Container | undefined,
  events: readonly ContainerEvent[],
  span: Span,
): Change[] {
  const told = events
    .filter(({ event }) => STATE_ACTIONS.has(event.action))
    .map((event): Change => ({ at: event['@timestamp'], action: event.event.action, event }));
  const inspected: Change[] = [
    ...untold('create', container?.createdAt, told),
    ...untold('start', container?.startedAt, told),
    ...untold('die', hasEnded(container) ? container?.finishedAt : null, told),
    ...(container?.state === 'removed' ? untoldEnd(container, told) : []),
  ];
  const inSpan = ({ at }: Change) => at >= span.from && at < span.to;
  return withMissedStarts(
    [...told, ...inspected].filter(inSpan).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  );
}

/** What died was started before, even when nobody saw it: inspection only tells of the newest start. */
const withMissedStarts = (changes: readonly Change[]): Change[] =>
  changes.flatMap((change, place) => {
    const before = changes[place - 1];
    const isMissed = change.action === 'die' && before?.action === 'create';
    return isMissed ? [{ at: before.at, action: 'start' }, change] : [change];
  });

const STATE_ACTIONS = new Set(['create', 'start', 'die', 'pause', 'unpause', 'health_status', 'destroy']);

function untold(action: string, time: string | null | undefined, told: readonly Change[]): Change[] {
  if (time === null || time === undefined || isNever(time)) return [];
  const isTold = told.some(
    change => change.action === action && Math.abs(msOf(change.at) - msOf(time)) <= SAME_MS,
  );
  return isTold ? [] : [{ at: toStamp(time), action }];
}

const untoldEnd = ({ observedAt }: Container, told: readonly Change[]): Change[] =>
  told.some(({ action }) => action === 'destroy') ? [] : [{ at: toStamp(observedAt), action: 'destroy' }];

const hasEnded = (container: Container | undefined): boolean =>
  container !== undefined && ['exited', 'dead', 'removed', 'removing'].includes(container.state);

function walk(container: Container | undefined, changes: readonly Change[], options: BarOptions): Bar[] {
  const { span } = options;
  const bars = initialBars(container, changes[0], options);
  let open = bars.pop() ?? null;
  const hasCheck = hasHealthCheck(container, changes);
  changes.forEach((change, place) => {
    const state = stateAfter(change, { next: changes[place + 1], open, container, hasCheck });
    if (state === open?.state) return;
    if (open && open.from < change.at) bars.push({ ...open, to: change.at });
    open = state === null ? null : { state, from: change.at, to: null };
  });
  if (open) bars.push(closed(open, span));
  return bars;
}

/** What is still so when the span ends in the past ends with the span. */
const closed = (bar: Bar, { to, now }: Span): Bar => (to < now ? { ...bar, to } : bar);

type Step = {
  next: Change | undefined;
  open: Bar | null;
  container: Container | undefined;
  hasCheck: boolean;
};

function stateAfter(change: Change, step: Step): Bar['state'] | null {
  switch (change.action) {
    case 'create':
      return 'created';
    case 'start':
      return stateOnceStarted(step);
    case 'die':
      return isRestarting(change, step.next, step.container) ? 'restarting' : 'stopped';
    case 'pause':
      return 'paused';
    case 'unpause':
      return 'running';
    case 'health_status':
      return HEALTH_STATES.get(change.event?.health?.status ?? '') ?? step.open?.state ?? 'running';
    default:
      return null;
  }
}

/** After the last change it is as it is now: the health event may have come while nobody watched. */
function stateOnceStarted({ next, container, hasCheck }: Step): Bar['state'] {
  if (!next && container?.state === 'running') return lastingState(container) ?? 'running';
  return hasCheck ? 'starting' : 'running';
}

const HEALTH_STATES = new Map<string, Bar['state']>([
  ['healthy', 'running'],
  ['unhealthy', 'unhealthy'],
  ['starting', 'starting'],
]);

/** Between a death that nobody meant and the engine's next start of the same container. */
function isRestarting(
  { at, event }: Change,
  next: Change | undefined,
  container: Container | undefined,
): boolean {
  const policy = container?.restartPolicy ?? '';
  if (policy === '' || policy === 'no') return false;
  if (!next) return container?.state === 'restarting';
  const deathClass = event?.death?.class ?? '';
  const isEndOfIt = MEANT.has(deathClass) || (deathClass === 'clean' && policy === 'on-failure');
  return next.action === 'start' && !isEndOfIt && msOf(next.at) - msOf(at) <= RESTART_WITHIN_MS;
}

const hasHealthCheck = (container: Container | undefined, changes: readonly Change[]): boolean =>
  (container !== undefined && container.health !== 'none') ||
  changes.some(({ action }) => action === 'health_status');

/**
 * The state at the beginning of the span: the first change says what was before it; without one it is as it is now. That it
 * was stopped before a start is said only as far back as somebody watched.
 */
function initialBars(
  container: Container | undefined,
  first: Change | undefined,
  options: BarOptions,
): Bar[] {
  const { span, gaps } = options;
  const state = stateBefore(container, first);
  if (state === undefined) return [];
  const watchedFrom = gaps
    .map(({ to }) => (to === null ? '' : toStamp(to)))
    .filter(to => first !== undefined && to <= first.at)
    .reduce((a, b) => (a > b ? a : b), span.from);
  if (state !== 'stopped' || !first || watchedFrom === span.from)
    return [{ state, from: span.from, to: null }];
  return [
    { state: 'nodata', from: span.from, to: watchedFrom },
    { state, from: watchedFrom, to: null },
  ];
}

function stateBefore(container: Container | undefined, first: Change | undefined): Bar['state'] | undefined {
  if (!first) return lastingState(container);
  if (first.action === 'create') return undefined;
  const isOnlyInspected = first.event === undefined;
  return isOnlyInspected && first.action === 'start' ? 'nodata' : BEFORE.get(first.action);
}

const BEFORE = new Map<string, Bar['state']>([
  ['start', 'stopped'],
  ['die', 'running'],
  ['pause', 'running'],
  ['unpause', 'paused'],
  ['health_status', 'running'],
  ['destroy', 'stopped'],
]);

function lastingState(container: Container | undefined): Bar['state'] | undefined {
  if (!container || container.state === 'removed') return undefined;
  if (container.state === 'running' && container.health === 'unhealthy') return 'unhealthy';
  if (container.state === 'running' && container.health === 'starting') return 'starting';
  return LASTING[container.state];
}

const LASTING: Record<Container['state'], Bar['state'] | undefined> = {
  created: 'created',
  running: 'running',
  paused: 'paused',
  restarting: 'restarting',
  removing: 'stopped',
  exited: 'stopped',
  dead: 'stopped',
  removed: undefined,
};

/** Nothing is claimed about a time when nobody watched, unless inspection says that nothing changed since before it. */
function withGap(
  bars: readonly Bar[],
  gap: Gap,
  { container, span }: { container: Container | undefined; span: Span },
): Bar[] {
  const gapTo = gap.to === null ? null : toStamp(gap.to);
  const from = [toStamp(gap.from), span.from].reduce((a, b) => (a > b ? a : b));
  if (gapTo !== null && gapTo <= from) return [...bars];
  return bars.flatMap((bar, place) => {
    const isCertain = gapTo !== null && place === bars.length - 1 && isSameSince(container, bar, gap);
    return isCertain ? [bar] : cut(bar, from, gapTo);
  });
}

function isSameSince(container: Container | undefined, bar: Bar, gap: Gap): boolean {
  if (!container) return false;
  const since = bar.state === 'stopped' ? container.finishedAt : container.startedAt;
  const isNowSo = lastingState(container) === bar.state;
  return (
    isNowSo && !isNever(since) && toStamp(since ?? '') <= toStamp(gap.from < bar.from ? bar.from : gap.from)
  );
}

/** A bar around `nodata` from `from` to `to` (null: for good). */
function cut(bar: Bar, from: string, to: string | null): Bar[] {
  const endsBefore = bar.to !== null && bar.to <= from;
  const beginsAfter = to !== null && bar.from >= to;
  if (endsBefore || beginsAfter) return [bar];
  const begin = bar.from > from ? bar.from : from;
  const end = to !== null && (bar.to === null || bar.to > to) ? to : bar.to;
  return [
    ...(bar.from < begin ? [{ ...bar, to: begin }] : []),
    { state: 'nodata' as const, from: begin, to: end },
    ...(end !== bar.to && end !== null ? [{ ...bar, from: end }] : []),
  ];
}

/** Neighbours of one state as one bar. */
function merged(bars: readonly Bar[]): Bar[] {
  return bars.reduce<Bar[]>((list, bar) => {
    const last = list.at(-1);
    if (last?.state !== bar.state || last.to !== bar.from) return [...list, bar];
    return [...list.slice(0, -1), { ...last, to: bar.to }];
  }, []);
}
