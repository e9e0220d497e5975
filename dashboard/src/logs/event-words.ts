/** Container events as rows and flags: which are worth one, what they say, and how loud. */
import type { ContainerEvent } from '#contract/container-event.ts';
import { formatBytes, formatDuration } from '../ui/format.ts';
import type { Zone } from '../ui/zone.ts';
import { gapInWords } from './gap-words.ts';

export type EventTone = 'fatal' | 'error' | 'warn' | 'ok' | 'quiet';
export type EventWords = { glyph: string; tone: EventTone; text: string };

/** Deaths that are anyone's alarm. */
const TROUBLE = new Set(['oom', 'oom_suspected', 'crash', 'start_failed']);
const SHOWN = new Set([
  'die',
  'oom',
  'start',
  'pause',
  'unpause',
  'health_status',
  'rename',
  'destroy',
  'log-gap',
]);
/** The engine's oom event and the death it causes are one thing to a reader. */
const OOM_TO_DEATH_MS = 10_000;
const MINUTE_MS = 60_000;
/** Deaths closer than this count as one series: `3rd in 2 min`. */
const SERIES_MS = 10 * MINUTE_MS;

const millis = (event: ContainerEvent): number => Date.parse(event['@timestamp']);
/** Health checks report `health_status: healthy` as one word in some engines. */
const actionOf = (event: ContainerEvent): string => event.event.action.split(':')[0] ?? '';
const isTrouble = (event: ContainerEvent): boolean =>
  event.death ? TROUBLE.has(event.death.class) : (event.process?.exit_code ?? 0) !== 0;

/** Events that deserve a row: kills and stops are told by the death that follows, and so is an oom. */
export function worthARow(events: readonly ContainerEvent[]): ContainerEvent[] {
  return events.filter(event => {
    const action = actionOf(event);
    if (!SHOWN.has(action)) return false;
    return action !== 'oom' || !events.some(other => isDeathAfter(event, other));
  });
}

function isDeathAfter(oom: ContainerEvent, other: ContainerEvent): boolean {
  const after = millis(other) - millis(oom);
  return (
    actionOf(other) === 'die' &&
    other.container.id === oom.container.id &&
    after >= 0 &&
    after <= OOM_TO_DEATH_MS
  );
}

export const isGap = (event: ContainerEvent): boolean => actionOf(event) === 'log-gap';

/** Events that deserve a flag on the histogram. */
export const isFlag = (event: ContainerEvent): boolean => {
  const { tone } = eventWords(event, []);
  return tone !== 'quiet' && tone !== 'ok' && actionOf(event) !== 'rename';
};

/**
 * Without the container's name.
 * @param known events to count earlier deaths of the same container among.
 * @param zone of the times in a text.
 */
export function eventWords(
  event: ContainerEvent,
  known: readonly ContainerEvent[],
  zone: Zone = 'utc',
): EventWords {
  const words = (glyph: string, tone: EventTone, text: string): EventWords => ({ glyph, tone, text });
  switch (actionOf(event)) {
    case 'die':
      return deathWords(event, known);
    case 'oom':
      return words('✖', 'fatal', 'ran out of memory: the kernel killed a process in it');
    case 'start':
      return words('▶', 'quiet', 'started');
    case 'pause':
      return words('❚❚', 'quiet', 'paused');
    case 'unpause':
      return words('▶', 'quiet', 'goes on');
    case 'destroy':
      return words('□', 'quiet', 'removed');
    case 'rename':
      return words('→', 'quiet', `renamed from ${event.rename?.from ?? 'another name'}`);
    case 'health_status':
      return healthWords(event);
    case 'log-gap':
      return words('≠', 'warn', gapInWords(event.gap, zone));
    default:
      return words('·', 'quiet', event.event.action);
  }
}

function healthWords({ health, event }: ContainerEvent): EventWords {
  const status = health?.status ?? event.action.split(':')[1]?.trim() ?? 'unknown';
  if (status === 'healthy') return { glyph: '●', tone: 'ok', text: 'healthy' };
  return {
    glyph: '▲',
    tone: status === 'unhealthy' ? 'warn' : 'quiet',
    text: status,
  };
}

const DEATHS: Record<string, [glyph: string, tone: EventTone, text: string]> = {
  oom: ['✖', 'fatal', 'OOM-killed'],
  oom_suspected: ['✖', 'fatal', 'probably OOM-killed'],
  crash: ['✖', 'error', 'crashed'],
  start_failed: ['✖', 'error', 'failed to start'],
  operator_stop: ['■', 'quiet', 'stopped'],
  operator_kill: ['■', 'quiet', 'killed by hand'],
  clean: ['■', 'quiet', 'finished'],
  redeploy: ['↻', 'quiet', 'replaced'],
  daemon_restart: ['■', 'quiet', 'stopped with the engine'],
};

function deathWords(event: ContainerEvent, known: readonly ContainerEvent[]): EventWords {
  const code = event.process?.exit_code;
  const fallback: [string, EventTone, string] = isTrouble(event)
    ? ['✖', 'error', 'exited']
    : ['■', 'quiet', 'exited'];
  const [glyph, tone, verb] = DEATHS[event.death?.class ?? ''] ?? fallback;
  const limit = event.evidence?.memoryLimitBytes ?? 0;
  const parts = [
    verb,
    tone === 'fatal' && limit > 0 ? `limit ${formatBytes(limit)}` : '',
    code === undefined ? '' : `exit ${code}`,
    isTrouble(event) ? series(event, known) : '',
  ];
  return { glyph, tone, text: parts.filter(part => part !== '').join(' · ') };
}

/** `3rd in 2 min`: which death of this container by name in the last ten minutes; empty for the first. */
function series(event: ContainerEvent, known: readonly ContainerEvent[]): string {
  const at = millis(event);
  const earlier = known
    .filter(other => actionOf(other) === 'die' && other.container.name === event.container.name)
    .map(millis)
    .filter(other => other < at && at - other <= SERIES_MS);
  if (earlier.length === 0) return '';
  const span = at - Math.min(...earlier);
  return `${ordinal(earlier.length + 1)} in ${formatDuration(span > MINUTE_MS ? Math.round(span / MINUTE_MS) * MINUTE_MS : span)}`;
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}
