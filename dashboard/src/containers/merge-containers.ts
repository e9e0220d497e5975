import type { Container, ContainerList } from '#contract/container.ts';

/** Pushed containers over known ones by id; an older observation never overwrites a newer one. */
export function mergeContainers(list: ContainerList, pushed: readonly Container[]): ContainerList {
  const byId = new Map(list.containers.map(container => [container.id, container]));
  for (const container of pushed) {
    const known = byId.get(container.id);
    if (known === undefined || known.observedAt <= container.observedAt) byId.set(container.id, container);
  }
  return { containers: [...byId.values()] };
}
