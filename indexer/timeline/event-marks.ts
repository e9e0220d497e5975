/** The marks on a container's row: what happened at a moment. Pure. */
import { GAP_REASONS, type GapReason } from '#contract/constants.ts';
import type { ContainerEvent } from '#contract/container-event.ts';
import type { Timeline } from '#contract/query.ts';
import { msOf } from '#contract/stamp.ts';

export type Mark = Timeline['rows'][number]['marks'][number];

/** The engine's `oom` and the `die` that it causes are one mark when they lie this close together. */
const OOM_TO_DEATH_MS = 20_000;
/** A start this soon after a death is a restart. */
const RESTART_MS = 120_000;

/** In the order of time. `die` events carry their `death` where it is known. */
export function buildMarks(events: readonly ContainerEvent[]): Mark[] {
  const ordered = [...events].sort((a, b) => (a['@timestamp'] < b['@timestamp'] ? -1 : 1));
  const marks: Mark[] = [];
  let lastDeath: ContainerEvent | undefined;
  for (const event of ordered) {
    if (event.event.action === 'oom' && isToldByDeath(event, ordered)) continue;
    const mark = markOf(event, lastDeath);
    if (mark) marks.push(mark);
    if (event.event.action === 'die') lastDeath = event;
    if (event.event.action === 'start') lastDeath = undefined;
  }
  return marks;
}

function isToldByDeath(oom: ContainerEvent, events: readonly ContainerEvent[]): boolean {
  const at = msOf(oom['@timestamp']);
  return events.some(die => {
    const distance = msOf(die['@timestamp']) - at;
    return die.death?.class === 'oom' && distance > -3_000 && distance <= OOM_TO_DEATH_MS;
  });
}

function markOf(event: ContainerEvent, lastDeath: ContainerEvent | undefined): Mark | null {
  const drawn = DRAWN.get(event.event.action)?.(event, lastDeath);
  return drawn ? { eventId: event.event.id, at: event['@timestamp'], ...drawn } : null;
}

type Drawn = Omit<Mark, 'eventId' | 'at'> | null;
const DRAWN = new Map<string, (event: ContainerEvent, lastDeath?: ContainerEvent) => Drawn>([
  ['oom', () => ({ kind: 'oom', label: 'A process was killed by the kernel: memory limit reached' })],
  ['die', drawDeath],
  ['kill', ({ process }) => ({ kind: 'kill', label: `Signal ${process?.signal ?? 'sent'}` })],
  ['start', drawStart],
  ['restart', () => ({ kind: 'restart', label: 'Restarted by someone' })],
  ['health_status', drawHealth],
  ['log-gap', ({ gap }) => ({ kind: 'gap', label: gapLabel(gap) })],
  ['rename', ({ rename }) => ({ kind: 'rename', label: `Renamed from ${rename?.from ?? 'another name'}` })],
  ['destroy', () => ({ kind: 'removed', label: 'Removed' })],
]);

/** A reason of a newer collector is told as it came. */
function gapLabel(gap: ContainerEvent['gap']): string {
  if (!gap) return 'Lines are missing';
  const { reason } = gap;
  return `Lines are missing: ${Object.hasOwn(GAP_REASONS, reason) ? GAP_REASONS[reason as GapReason] : reason}`;
}

function drawDeath({ death, process, evidence }: ContainerEvent): Drawn {
  const exitCode = process?.exit_code ?? evidence?.exitCode;
  return {
    kind: death?.class === 'oom' ? 'oom' : 'die',
    label: death?.cause ?? (exitCode === undefined ? 'Ended' : `Exit ${exitCode}`),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(death ? { class: death.class } : {}),
  };
}

function drawStart({ '@timestamp': at }: ContainerEvent, lastDeath?: ContainerEvent): Drawn {
  const isRestart = lastDeath !== undefined && msOf(at) - msOf(lastDeath['@timestamp']) <= RESTART_MS;
  return isRestart ? { kind: 'restart', label: 'Started again' } : { kind: 'start', label: 'Started' };
}

function drawHealth({ health }: ContainerEvent): Drawn {
  if (health?.status === 'unhealthy') return { kind: 'unhealthy', label: 'Health check fails' };
  return health?.status === 'healthy' ? { kind: 'healthy', label: 'Health check passes' } : null;
}
