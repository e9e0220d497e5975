import { parseFilter, type Filter } from './filter.ts';
import type { PlanOptions } from './container-plan.ts';
import { findOwnContainerId } from './own-container.ts';

/** What the settings say about which containers are collected. Filters that are none were refused when the settings were read. */
export const planOptions = (settings: {
  collectSelf: boolean;
  attach: boolean;
  include: readonly string[];
  exclude: readonly string[];
}): PlanOptions => ({
  collectSelf: settings.collectSelf,
  attach: settings.attach,
  ownContainerId: findOwnContainerId(),
  include: filtersOf(settings.include),
  exclude: filtersOf(settings.exclude),
});

const filtersOf = (texts: readonly string[]): Filter[] =>
  texts.map(parseFilter).filter(filter => filter !== null);
