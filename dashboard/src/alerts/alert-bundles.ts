import type { Alert } from '#contract/rule.ts';

/** The newest alert of a rule about a container, how many of them fire, and since when. */
export type AlertBundle = { newest: Alert; count: number; since: string };

/** Newest first, one by one. */
export function eachAlert(alerts: readonly Alert[]): AlertBundle[] {
  return [...alerts].sort(newestFirst).map(alert => ({ newest: alert, count: 1, since: alert.firedAt }));
}

/** What fires now: a crash loop is one line with a number, not a page of its own. */
export function firingBundles(alerts: readonly Alert[]): AlertBundle[] {
  const bundles = new Map<string, AlertBundle>();
  for (const alert of [...alerts].sort(newestFirst)) {
    if (alert.resolvedAt !== null) continue;
    const key = JSON.stringify([alert.ruleId, alert.host, alert.container.name]);
    const bundle = bundles.get(key) ?? { newest: alert, count: 0, since: alert.firedAt };
    bundles.set(key, { ...bundle, count: bundle.count + 1, since: alert.firedAt });
  }
  return [...bundles.values()];
}

const newestFirst = (left: Alert, right: Alert): number => right.firedAt.localeCompare(left.firedAt);
