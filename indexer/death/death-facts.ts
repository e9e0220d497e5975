/**
 * What the events around a death say, as facts. Nothing here depends on the order in which events come: engines differ in it
 * (`stop` follows `die` up to 28.x and precedes it from 29.x), so only stamps and the bounds of the run count.
 */
import type { ContainerEvent, Evidence } from '#contract/container-event.ts';
import { shiftStamp } from '#contract/stamp.ts';
import { SIGNAL } from './exit-code.ts';

/** How long the engine waits between asking and killing, unless the container says otherwise. */
const DEFAULT_STOP_TIMEOUT_S = 10;
const MAX_STOP_TIMEOUT_S = 3_600;
/** A stop may take this much longer than its timeout until the engine reports the death. */
const SLACK_MS = 10_000;
/** `stop`, `oom` and `destroy` may be stamped up to this long after the death they belong to. */
export const AFTERMATH_MS = 3_000;
/** A replaced container: `destroy` of the old and `create` of the new within this time. */
export const REDEPLOY_MS = 60_000;
/** Containers that an engine takes down with it end within this time of one another. */
const ENGINE_STOP_MS = 15_000;

export type MemoryReading = { memoryBytes: number; memoryLimitBytes: number | null };

export type DeathFacts = {
  exitCode: number | undefined;
  /** Signals sent by people that are meant to end it, in this run and in time. */
  endingSignals: number[];
  /** Other signals: a reload, a log rotation. */
  otherSignals: number[];
  /** The engine said `stop`. */
  isStopped: boolean;
  isDestroyed: boolean;
  /** An `oom` event of this run, seen when it happened, lies in the window. */
  hasOomEvent: boolean;
  /** The kernel killed a process at some time of this run: inspection says so long after, too. */
  isOomKilled: boolean;
  hasStarted: boolean;
  isReplaced: boolean;
  /** Seen by inspection after a gap: events before it may be missing. */
  isReconciled: boolean;
  /** Another container of the host ended unseen at the same time. */
  endedWithOthers: boolean;
  memoryLimitBytes: number | null;
  memoryBytes: number | null;
  evidence: Evidence;
  hasEvidence: boolean;
};

/** Half-open range of stamps in which this container's events speak of this death. */
export function deathWindow(die: ContainerEvent): { from: string; to: string } {
  const asked = die.evidence?.stopTimeoutSeconds ?? DEFAULT_STOP_TIMEOUT_S;
  const seconds = asked < 0 ? MAX_STOP_TIMEOUT_S : Math.min(asked, MAX_STOP_TIMEOUT_S);
  const at = die['@timestamp'];
  return { from: shiftStamp(at, -(seconds * 1_000 + SLACK_MS)), to: shiftStamp(at, AFTERMATH_MS) };
}

export function readDeathFacts(
  die: ContainerEvent,
  neighbours: readonly ContainerEvent[],
  sample?: MemoryReading,
): DeathFacts {
  const own = neighbours.filter(event => event.container.id === die.container.id);
  const run = eventsOfRun(die, own);
  const signals = run.filter(isAction('kill')).map(event => event.process?.signal ?? SIGNAL.TERM);
  const evidence = die.evidence ?? {};
  const isEnding = (signal: number) => ENDING.has(signal) || signal === evidence.stopSignal;
  return {
    exitCode: die.process?.exit_code ?? evidence.exitCode,
    endingSignals: signals.filter(isEnding),
    otherSignals: signals.filter(signal => !isEnding(signal)),
    isStopped: run.some(isAction('stop')),
    isDestroyed: run.some(isAction('destroy')),
    hasOomEvent: run.some(event => isAction('oom')(event) && !event.event.reconciled),
    isOomKilled: evidence.oomKilled === true || run.some(isAction('oom')),
    hasStarted: run.some(isAction('start')),
    isReplaced: isReplaced(die, neighbours),
    isReconciled: die.event.reconciled === true,
    endedWithOthers: endedWithOthers(die, neighbours),
    memoryLimitBytes: evidence.memoryLimitBytes ?? limitOf(run) ?? sample?.memoryLimitBytes ?? null,
    memoryBytes: sample?.memoryBytes ?? null,
    evidence,
    hasEvidence: die.evidence !== undefined,
  };
}

const ENDING = new Set<number>([SIGNAL.TERM, SIGNAL.INT, SIGNAL.QUIT, SIGNAL.KILL]);

const isAction = (action: string) => (event: ContainerEvent) => event.event.action === action;

/** From the last `start` before the death to the first after it, within the window. */
export function eventsOfRun(die: ContainerEvent, own: readonly ContainerEvent[]): ContainerEvent[] {
  const at = die['@timestamp'];
  const { from, to } = deathWindow(die);
  const starts = own.filter(isAction('start')).map(event => event['@timestamp']);
  const begin = starts.filter(start => start <= at).reduce((a, b) => (a > b ? a : b), from);
  const end = starts.filter(start => start > at).reduce((a, b) => (a < b ? a : b), to);
  return own.filter(
    ({ '@timestamp': stamp }) => stamp >= from && stamp <= to && stamp >= begin && stamp < end,
  );
}

const limitOf = (run: readonly ContainerEvent[]): number | undefined =>
  run.map(event => event.evidence?.memoryLimitBytes).find(limit => limit !== undefined);

function isReplaced(die: ContainerEvent, neighbours: readonly ContainerEvent[]): boolean {
  const isNear = within(die, REDEPLOY_MS);
  const isGone = neighbours.some(
    event =>
      event.container.id === die.container.id &&
      event.event.action === 'destroy' &&
      event['@timestamp'] >= die['@timestamp'] &&
      isNear(event),
  );
  return isGone && neighbours.some(event => isSuccessor(die, event) && isNear(event));
}

function isSuccessor(die: ContainerEvent, { event, container, host, compose }: ContainerEvent): boolean {
  return (
    event.action === 'create' &&
    container.id !== die.container.id &&
    host.id === die.host.id &&
    die.compose !== undefined &&
    compose?.project === die.compose.project &&
    compose.service === die.compose.service
  );
}

function endedWithOthers(die: ContainerEvent, neighbours: readonly ContainerEvent[]): boolean {
  const isNear = within(die, ENGINE_STOP_MS);
  return neighbours.some(
    other =>
      other.event.action === 'die' &&
      other.event.reconciled === true &&
      other.container.id !== die.container.id &&
      other.host.id === die.host.id &&
      isNear(other),
  );
}

function within(die: ContainerEvent, ms: number): (event: ContainerEvent) => boolean {
  const from = shiftStamp(die['@timestamp'], -ms);
  const to = shiftStamp(die['@timestamp'], ms);
  return ({ '@timestamp': stamp }) => stamp >= from && stamp <= to;
}
