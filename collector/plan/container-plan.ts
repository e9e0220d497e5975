/** Whether a container is collected and how its lines are treated, and by which rule, in words for people. Pure. */
import type { WireContainer } from '#contract/batch.ts';
import type { Filter, Subject } from './filter.ts';
import { readLabels, type AppliedLabel, type AskedByLabels } from './labels/read-labels.ts';
import { treatmentOf, type Treatment } from './treatment.ts';

export type PlanOptions = {
  collectSelf: boolean;
  /** Of containers whose log the engine does not keep, what they print is taken as it comes. */
  attach?: boolean;
  /** The container this collector itself runs in; null when it does not run in one. */
  ownContainerId: string | null;
  /** Settings of the same names; without any, every container is collected. */
  include?: readonly Filter[];
  exclude?: readonly Filter[];
};

/** `mistakes`: labels that could not be understood, one sentence each. `wire`: what the indexer is told about its lines. */
export type ContainerPlan = {
  collected: boolean;
  reason: string;
  mistakes: string[];
  applied: AppliedLabel[];
  wire: Pick<WireContainer, 'parse' | 'service'>;
  treatment: Treatment;
  /** By which rule it may be attached to if the engine keeps no log of it; null: it may not. */
  attachedBecause: string | null;
  /** How far back its log is read when it is seen for the first time; null: all of it; undefined: as the settings say. */
  historyAgeMs?: number | null;
};

/** Set on the containers of Quaylog by its own deployment files. */
const ROLE_LABEL = 'quaylog.role';

export function planContainer(container: Subject & { id: string }, options: PlanOptions): ContainerPlan {
  const asked = readLabels(container.labels);
  const { applied, mistakes, wishes } = asked;
  return {
    ...decide(container, asked, options),
    mistakes,
    applied,
    wire: wireOf(asked),
    treatment: treatmentOf(wishes),
    attachedBecause: attachedBecause(container, asked, options),
    ...(wishes.historyAgeMs === undefined ? {} : { historyAgeMs: wishes.historyAgeMs.value }),
  };
}

type Decision = Pick<ContainerPlan, 'collected' | 'reason'>;

/** The settings of the host come first; of what they let through, labels may switch off more. */
function decide(container: Subject & { id: string }, asked: AskedByLabels, options: PlanOptions): Decision {
  const bySetting = decideBySetting(container, options);
  if (bySetting?.collected === false) return bySetting;
  const byLabel = decideByLabel(container, asked);
  if (byLabel?.collected === false) return byLabel;
  return bySetting ?? byLabel ?? yes('every container is collected unless a rule says otherwise');
}

function decideBySetting(
  container: Subject & { id: string },
  { collectSelf, ownContainerId, include = [], exclude = [] }: PlanOptions,
): Decision | null {
  const isOurs = container.labels[ROLE_LABEL] !== undefined || container.id === ownContainerId;
  if (isOurs && !collectSelf)
    return no('a container of Quaylog itself; set QUAYLOG_COLLECT_SELF=true to collect it');
  const unwanted = exclude.find(({ fits }) => fits(container));
  if (unwanted !== undefined) return no(`QUAYLOG_EXCLUDE has ${unwanted.text}, which fits it`);
  if (include.length === 0) return null;
  const wanted = include.find(({ fits }) => fits(container));
  return wanted === undefined
    ? no(`nothing in QUAYLOG_INCLUDE fits it (${include.map(({ text }) => text).join(', ')})`)
    : yes(`QUAYLOG_INCLUDE has ${wanted.text}, which fits it`);
}

function decideByLabel({ labels }: Subject, { wishes, applied }: AskedByLabels): Decision | null {
  if (wishes.enabled === undefined) return null;
  const { value, label } = wishes.enabled;
  const said = `its label ${label}=${labels[label] ?? ''}`;
  const family = applied.find(({ label: from }) => from === label)?.family ?? '';
  return value ? yes(`${said} (${family}) says so`) : no(`switched off by ${said} (${family})`);
}

/** Of one container its label says it, whichever way; of the others, the host's setting. */
function attachedBecause(
  { labels }: Subject,
  { wishes: { attach } }: AskedByLabels,
  options: PlanOptions,
): string | null {
  if (attach === undefined) return options.attach === true ? 'QUAYLOG_ATTACH=true' : null;
  return attach.value ? `its label ${attach.label}=${labels[attach.label] ?? ''}` : null;
}

const no = (reason: string): Decision => ({ collected: false, reason });
const yes = (reason: string): Decision => ({ collected: true, reason });

function wireOf({ wishes: { parse, serviceName, serviceVersion } }: AskedByLabels): ContainerPlan['wire'] {
  const service = {
    ...(serviceName === undefined ? {} : { name: serviceName.value }),
    ...(serviceVersion === undefined ? {} : { version: serviceVersion.value }),
  };
  return {
    ...(parse === undefined || parse.value === 'auto' ? {} : { parse: parse.value }),
    ...(Object.keys(service).length === 0 ? {} : { service }),
  };
}
