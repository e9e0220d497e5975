/** Whether a container is collected and how its lines are treated, and by which rule, in words for people. Pure. */
import type { WireContainer } from '#contract/batch.ts';
import { PLAIN_TREATMENT, type Treatment } from './treatment.ts';

export type PlanOptions = {
  collectSelf: boolean;
  /** The container this collector itself runs in; null when it does not run in one. */
  ownContainerId: string | null;
};

/** `mistakes`: labels that could not be understood, one sentence each. `wire`: what the indexer is told about its lines. */
export type ContainerPlan = {
  collected: boolean;
  reason: string;
  mistakes: string[];
  wire: Pick<WireContainer, 'parse' | 'service'>;
  treatment: Treatment;
};

/** Set on the containers of Quaylog by its own deployment files. */
const ROLE_LABEL = 'quaylog.role';
const ENABLED_LABEL = 'quaylog.enabled';

export type Subject = { id: string; labels: Record<string, string> };

export function planContainer(container: Subject, options: PlanOptions): ContainerPlan {
  const { id, labels } = container;
  const isOurs = labels[ROLE_LABEL] !== undefined || id === options.ownContainerId;
  if (isOurs && !options.collectSelf)
    return no('a container of Quaylog itself; set QUAYLOG_COLLECT_SELF=true to collect it');
  if (labels[ENABLED_LABEL]?.toLowerCase() === 'false')
    return no(`switched off by its label ${ENABLED_LABEL}=false`);
  return {
    collected: true,
    reason: 'every container is collected unless a rule says otherwise',
    mistakes: [],
    wire: {},
    treatment: PLAIN_TREATMENT,
  };
}

const no = (reason: string): ContainerPlan => ({
  collected: false,
  reason,
  mistakes: [],
  wire: {},
  treatment: PLAIN_TREATMENT,
});
