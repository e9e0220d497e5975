/** One word, one shape and one colour for what a container is doing: never colour alone. */
import type { ComponentProps } from 'react';
import type { Container } from '#contract/container.ts';
import type { StatusMark } from '../ui/status-mark.tsx';

type Mark = Pick<ComponentProps<typeof StatusMark>, 'tone' | 'shape'>;
export type ShownState = Mark & {
  /** Stable key: sorts and filters use it, `state:oom` in the filter box too. */
  key:
    | 'oom'
    | 'dead'
    | 'restarting'
    | 'unhealthy'
    | 'failed'
    | 'starting'
    | 'paused'
    | 'running'
    | 'created'
    | 'stopped'
    | 'removed';
  word: string;
};

const SHOWN: Record<ShownState['key'], Omit<ShownState, 'key'>> = {
  oom: { shape: 'cross', tone: 'fatal', word: 'OOM-killed' },
  dead: { shape: 'cross', tone: 'error', word: 'dead' },
  restarting: { shape: 'loop', tone: 'warn', word: 'restarting' },
  unhealthy: { shape: 'triangle', tone: 'warn', word: 'unhealthy' },
  failed: { shape: 'square', tone: 'error', word: 'failed' },
  starting: { shape: 'half', tone: 'busy', word: 'starting' },
  paused: { shape: 'pause', tone: 'busy', word: 'paused' },
  running: { shape: 'dot', tone: 'ok', word: 'running' },
  created: { shape: 'ring', tone: 'idle', word: 'created' },
  stopped: { shape: 'square', tone: 'idle', word: 'stopped' },
  removed: { shape: 'ring', tone: 'idle', word: 'removed' },
};

/** Worst first: the order of a table sorted by state. */
export const STATE_ORDER = Object.keys(SHOWN) as ShownState['key'][];

type StateFacts = Pick<Container, 'state' | 'health' | 'oomKilled' | 'exitCode' | 'lastDeath'>;

export function shownState(container: StateFacts): ShownState {
  const key = stateKey(container);
  return { key, ...SHOWN[key] };
}

function stateKey(container: StateFacts): ShownState['key'] {
  switch (container.state) {
    case 'running':
      if (container.health === 'unhealthy' || container.health === 'starting') return container.health;
      return 'running';
    case 'exited':
      if (diedOfMemory(container)) return 'oom';
      return isBadEnd(container) ? 'failed' : 'stopped';
    case 'removing':
    case 'removed':
      return 'removed';
    default:
      return container.state;
  }
}

/** The engine's flag is lost on some cgroup v1 engines; the class of the last death is not. */
export function diedOfMemory(container: Pick<Container, 'oomKilled' | 'lastDeath'>): boolean {
  return container.oomKilled || container.lastDeath?.class === 'oom';
}

/** A stop that somebody asked for is no failure, whatever its exit code (143 after SIGTERM, 137 after SIGKILL). */
export function isBadEnd(container: Pick<Container, 'exitCode' | 'oomKilled' | 'lastDeath'>): boolean {
  if (container.lastDeath !== null) return isDeathAlarming(container.lastDeath.class);
  return (
    container.oomKilled || (container.exitCode !== null && ![0, 130, 137, 143].includes(container.exitCode))
  );
}

/** True while the engine can sample it: a number from an earlier run is not shown as live. */
export function isLive(container: Pick<Container, 'state'>): boolean {
  return container.state === 'running' || container.state === 'paused';
}

const DEATH_WORDS: Record<string, string> = {
  clean: 'finished',
  operator_stop: 'stopped by request',
  operator_kill: 'killed by request',
  oom: 'out of memory',
  oom_suspected: 'out of memory (suspected)',
  crash: 'crashed',
  start_failed: 'failed to start',
  daemon_restart: 'engine restarted',
  redeploy: 'replaced by a new one',
};

/** A death class in words; an unknown class is shown as it came. */
export function deathInWords(deathClass: string): string {
  return DEATH_WORDS[deathClass] ?? deathClass;
}

export function isDeathAlarming(deathClass: string): boolean {
  return ['oom', 'oom_suspected', 'crash', 'start_failed'].includes(deathClass);
}
