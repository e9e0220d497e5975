/** All containers of the engine: which are collected, how, and what puts their lines at risk. */
import type { CheckSection, Finding } from '#contract/check-report.ts';
import type { CollectorConfig } from '../config.ts';
import { createCounters } from '../counters.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { ContainerDetails } from '../engine/engine.ts';
import { planContainer, type ContainerPlan } from '../plan/container-plan.ts';
import { planOptions } from '../plan/plan-options.ts';
import { createSlots } from '../slots.ts';
import { createSourceChooser } from '../source/choose-source.ts';
import type { LogSource, SourceChoice } from '../source/log-source.ts';
import type { AskedEngine } from './check-engine.ts';
import { note, ok, risk, trouble } from './finding.ts';
import { logRisks } from './log-risks.ts';

const CONCURRENT_INSPECTS = 8;
/** Of each kind; the rest is a number. */
const MAX_LISTED = 30;

export type SeenContainer = {
  details: ContainerDetails;
  plan: ContainerPlan;
  source: Pick<LogSource, 'kind' | 'reason' | 'joiner'> | { unreadable: string };
};

/** By name. Opens no log. */
export async function lookAtContainers(
  { engine, facts }: AskedEngine,
  config: CollectorConfig,
): Promise<SeenContainer[]> {
  const options = planOptions(config);
  const chooseSource = createSourceChooser({
    engine,
    source: config.source as SourceChoice,
    containersDir: config.containersDir || facts.containersDir,
    attach: { engine, maxLineBytes: config.maxLineBytes, counters: createCounters() },
  });
  const slots = createSlots(CONCURRENT_INSPECTS);
  const look = async ({ id }: { id: string }): Promise<SeenContainer | null> => {
    const details = await slots.run(() => engine.inspect(id)).catch(ignoreGone);
    if (details === null) return null;
    const plan = planContainer(details, options);
    const asked = { because: plan.attachedBecause, lastStamp: null, known: undefined };
    const source = chooseSource(details, asked);
    if (!('unreadable' in source)) source.close();
    return { details, plan, source };
  };
  const seen = await Promise.all((await engine.list()).map(look));
  return seen
    .filter(container => container !== null)
    .toSorted((a, b) => (a.details.name < b.details.name ? -1 : 1));
}

function ignoreGone(cause: unknown): null {
  if (cause instanceof EngineError && cause.code === 'not_found') return null;
  throw cause;
}

export function checkContainers(seen: SeenContainer[]): CheckSection[] {
  return [
    { title: 'Containers', findings: [...countCollected(seen), ...listLeftOut(seen), ...listUnread(seen)] },
    { title: 'Sources', findings: countSources(seen) },
    { title: 'Risks', findings: listRisks(seen) },
  ].filter(({ findings }) => findings.length > 0);
}

const isCollected = ({ plan, source }: SeenContainer): boolean => plan.collected && !('unreadable' in source);

function countCollected(seen: SeenContainer[]): Finding[] {
  const count = seen.filter(isCollected).length;
  return [
    count > 0
      ? ok(`${count} of ${seen.length} are collected`)
      : note(seen.length === 0 ? 'the engine has none' : `none of ${seen.length} is collected`),
  ];
}

const listLeftOut = (seen: SeenContainer[]): Finding[] =>
  bounded(
    seen
      .filter(({ plan }) => !plan.collected)
      .map(({ details, plan }) => note(`${details.name} is not: ${plan.reason}`)),
  );

const listUnread = (seen: SeenContainer[]): Finding[] =>
  bounded(
    seen.flatMap(({ details, plan, source }) =>
      plan.collected && 'unreadable' in source
        ? [trouble(`${details.name} cannot be read: ${source.unreadable}`)]
        : [],
    ),
  );

/** One line for each way of reading and each log driver, with the reason where all of them share it. */
function countSources(seen: SeenContainer[]): Finding[] {
  const ways = new Map<string, { count: number; reasons: Set<string> }>();
  for (const { details, plan, source } of seen) {
    if (!plan.collected || 'unreadable' in source) continue;
    const way = `${WAYS[source.kind]}, log driver ${details.logDriver}`;
    const known = ways.get(way) ?? { count: 0, reasons: new Set() };
    known.count++;
    if (source.kind !== 'file') known.reasons.add(source.reason.replaceAll(details.id, '<id>'));
    ways.set(way, known);
  }
  return [...ways].map(([way, { count, reasons }]) =>
    ok(`${count} ${way}${reasons.size === 1 ? `: ${[...reasons].join('')}` : ''}`),
  );
}

const WAYS: Record<LogSource['kind'], string> = {
  api: "through the engine's API",
  file: "from the engine's own files",
  attach: 'attached, as it comes',
};

function listRisks(seen: SeenContainer[]): Finding[] {
  return bounded(
    seen.filter(isCollected).flatMap(({ details, plan }) => [
      ...logRisks(details)
        .filter(({ verdict }) => verdict === 'risk' || verdict === 'trouble')
        .map(finding => ({ ...finding, text: `${details.name}: ${finding.text}` })),
      ...plan.mistakes.map(mistake =>
        risk(
          `${details.name}: the label ${mistake}`,
          'It is ignored. docs/labels.md lists what can be written.',
        ),
      ),
    ]),
  );
}

function bounded(findings: Finding[]): Finding[] {
  const [first] = findings;
  if (first === undefined || findings.length <= MAX_LISTED) return findings;
  const rest = findings.length - MAX_LISTED;
  return [...findings.slice(0, MAX_LISTED), { verdict: first.verdict, text: `… and ${rest} more` }];
}
