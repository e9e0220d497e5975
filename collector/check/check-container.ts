/** One container: is it collected and by which rule, from where, how its lines are treated, and how far they were taken. */
import { join } from 'node:path';
import type { CheckSection, Finding } from '#contract/check-report.ts';
import { stampOf } from '#contract/stamp.ts';
import type { CollectorConfig } from '../config.ts';
import type { LogCursor } from '../cursor/cursor.ts';
import { peekCursor } from '../cursor/peek-cursor.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { ContainerDetails, Engine } from '../engine/engine.ts';
import { createLineJoiner, type Line } from '../engine/lines.ts';
import type { AskedEngine } from './check-engine.ts';
import type { SeenContainer } from './check-containers.ts';
import { note, ok, risk, trouble } from './finding.ts';
import { logRisks } from './log-risks.ts';

/** A collector that works has everything acknowledged that is older than this. */
const LATE_AFTER_MS = 60_000;
const ANSWER_WITHIN_MS = 10_000;
const MIN_ID_CHARS = 4;

/** By name, by compose service, or by the beginning of the id, whichever fits first. */
export function findContainers(seen: SeenContainer[], asked: string): SeenContainer[] {
  const ways: ((container: SeenContainer) => boolean)[] = [
    ({ details }) => details.name === asked,
    ({ details }) => details.labels['com.docker.compose.service'] === asked,
    ({ details }) => asked.length >= MIN_ID_CHARS && details.id.startsWith(asked),
  ];
  return ways.map(fits => seen.filter(fits)).find(found => found.length > 0) ?? [];
}

export async function checkContainer(
  seen: SeenContainer,
  asked: AskedEngine,
  config: CollectorConfig,
): Promise<CheckSection> {
  const { details, plan, source } = seen;
  const isRead = plan.collected && !('unreadable' in source);
  return {
    title: `${details.name} (${details.id.slice(0, 12)}, ${details.status})`,
    findings: [
      ...sayWhether(seen),
      ...logRisks(details),
      ...sayLabels(seen),
      ...sayTreatment(seen),
      ...(isRead ? await sayProgress(seen, asked, config) : []),
    ],
  };
}

function sayWhether({ plan, source }: SeenContainer): Finding[] {
  if (!plan.collected) return [note(`not collected: ${plan.reason}`)];
  if ('unreadable' in source) return [trouble(`cannot be read: ${source.unreadable}`)];
  return [ok(`collected: ${plan.reason}`), ok(`source ${source.kind}: ${source.reason}`)];
}

const sayLabels = ({ plan }: SeenContainer): Finding[] => [
  ...plan.applied.map(({ what, label, family }) => ok(`${what}: label ${label} (${family})`)),
  ...plan.mistakes.map(mistake =>
    risk(`the label ${mistake}`, 'It is ignored. docs/labels.md lists what can be written.'),
  ),
];

/** What holds where no label says otherwise. */
function sayTreatment({ details, plan }: SeenContainer): Finding[] {
  const has = (words: RegExp): boolean => plan.applied.some(({ what }) => words.test(what));
  return [
    ...(has(/record begins|goes on|every line is a record/)
      ? []
      : [ok('lines of one stack trace are one record')]),
    ...(has(/^lines are/) ? [] : [ok('lines are read as JSON, logfmt or a known format, whichever fits')]),
    ...(details.tty ? [note('it has a terminal: its stderr comes as stdout')] : []),
  ];
}

async function sayProgress(
  { details, source }: SeenContainer,
  { engine, facts }: AskedEngine,
  config: CollectorConfig,
): Promise<Finding[]> {
  const place = { dir: join(config.data, 'collector'), engineId: facts.id };
  const isAttached = 'kind' in source && source.kind === 'attach';
  try {
    const last = isAttached ? null : await readLastLine(engine, details, config.maxLineBytes);
    const acknowledged = sayCursor(await peekCursor(place, details.id), last);
    return isAttached ? [acknowledged] : [sayLast(last), acknowledged];
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    return [trouble(`its log cannot be read: ${cause.message}`)];
  }
}

type Last = Pick<Line, 'stamp' | 'stream'> | null;

async function readLastLine(
  engine: Engine,
  { id, tty }: ContainerDetails,
  maxLineBytes: number,
): Promise<Last> {
  const joiner = createLineJoiner({ tty, maxLineBytes });
  let last: Last = null;
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const onBytes = (bytes: Buffer): undefined => {
    last = joiner.push(bytes).at(-1) ?? last;
  };
  await engine.readLogs(id, { since: null, follow: false, last: 1, signal, onBytes });
  return joiner.end().at(-1) ?? last;
}

const sayLast = (last: Last): Finding =>
  last === null
    ? note('it has no lines yet')
    : ok(`its last line is of ${last.stamp}, on ${STREAMS[last.stream]}`);

const STREAMS = { 1: 'stdout', 2: 'stderr' } as const;

/** A collector at work has acknowledged everything but the last moments. */
function sayCursor(cursor: LogCursor | null, last: Last): Finding {
  const isLate = last !== null && last.stamp < stampOf(Date.now() - LATE_AFTER_MS);
  const advice = 'Is the collector running, with the same data folder and the same settings?';
  if (cursor === null) {
    const text = 'no line of it is acknowledged yet';
    return isLate ? risk(text, advice) : note(text);
  }
  const reached = ([1, 2] as const)
    .filter(stream => cursor[stream] !== undefined)
    .map(stream => `${STREAMS[stream]} up to ${cursor[stream]?.stamp ?? ''}`)
    .join(', ');
  const isBehind = last !== null && last.stamp > (cursor[last.stream]?.stamp ?? '');
  return isLate && isBehind
    ? risk(`its last line is not acknowledged, only ${reached}`, advice)
    : ok(`acknowledged: ${reached}`);
}
