/** Whose logs are collected, and the reason in words for people who miss a container. Pure. */

export type FilterOptions = {
  collectSelf: boolean;
  /** The container this collector itself runs in; null when it does not run in one. */
  ownContainerId: string | null;
};

export type FilterVerdict = { collected: boolean; reason: string };

/** Set on the containers of Quaylog by its own deployment files. */
const ROLE_LABEL = 'quaylog.role';
const ENABLED_LABEL = 'quaylog.enabled';

type Subject = { id: string; labels: Record<string, string>; logDriver: string };

export function filterContainer(container: Subject, options: FilterOptions): FilterVerdict {
  const { id, labels, logDriver } = container;
  const isOurs = labels[ROLE_LABEL] !== undefined || id === options.ownContainerId;
  if (isOurs && !options.collectSelf)
    return no('a container of Quaylog itself; set QUAYLOG_COLLECT_SELF=true to collect it');
  if (labels[ENABLED_LABEL]?.toLowerCase() === 'false')
    return no(`switched off by its label ${ENABLED_LABEL}=false`);
  if (logDriver === 'none') return no('its log driver is none: the engine keeps no logs of it');
  return { collected: true, reason: 'every container is collected unless a rule says otherwise' };
}

const no = (reason: string): FilterVerdict => ({ collected: false, reason });
