/** What a container was doing around an event, told from the events themselves: the strip under the memory curve. */
import type { ContainerEvent } from '#contract/container-event.ts';
import type { BarState } from '#contract/query.ts';

export type StripBar = { state: BarState; fromMs: number; toMs: number };

/** Bars without holes from `fromMs` to `toMs`. Before the first telling event the state is what that event implies. */
export function stripOf(events: readonly ContainerEvent[], fromMs: number, toMs: number): StripBar[] {
  const steps = events
    .map(event => ({
      atMs: Date.parse(event['@timestamp']),
      state: stateAfter(event),
      before: stateBefore(event),
    }))
    .filter(step => step.state !== null || step.before !== null)
    .sort((left, right) => left.atMs - right.atMs);
  let state: BarState = steps.find(step => step.before !== null)?.before ?? 'nodata';
  let sinceMs = fromMs;
  const bars: StripBar[] = [];
  for (const step of steps) {
    if (step.state === null || step.state === state) continue;
    const atMs = Math.min(Math.max(step.atMs, fromMs), toMs);
    if (atMs > sinceMs) bars.push({ state, fromMs: sinceMs, toMs: atMs });
    state = step.state;
    sinceMs = atMs;
  }
  if (toMs > sinceMs) bars.push({ state, fromMs: sinceMs, toMs });
  return bars;
}

function stateAfter(event: ContainerEvent): BarState | null {
  switch (event.event.action) {
    case 'start':
    case 'unpause':
      return 'running';
    case 'pause':
      return 'paused';
    case 'die':
    case 'destroy':
      return 'stopped';
    case 'create':
      return 'created';
    case 'health_status':
      return event.health?.status === 'unhealthy' ? 'unhealthy' : 'running';
    default:
      return null;
  }
}

function stateBefore(event: ContainerEvent): BarState | null {
  switch (event.event.action) {
    case 'die':
    case 'oom':
    case 'kill':
    case 'pause':
    case 'health_status':
      return 'running';
    case 'unpause':
      return 'paused';
    case 'start':
    case 'destroy':
      return 'stopped';
    case 'create':
      return 'nodata';
    default:
      return null;
  }
}
