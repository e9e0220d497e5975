/**
 * How a run of a container ended, and why, in one sentence for people. Pure, and independent of the order of the events:
 * the same events in any order give the same answer. An operator's stop is not a crash, and an OOM kill is never taken
 * for either.
 */
import type { ContainerEvent, DeathClass } from '#contract/container-event.ts';
import { readDeathFacts, type DeathFacts, type MemoryReading } from './death-facts.ts';
import { exitMeaning, SIGNAL, signalName, signalOf } from './exit-code.ts';

export type Death = { class: DeathClass; cause: string; hint?: string };

/** Memory this close to its limit just before a SIGKILL that nobody sent: the kernel's doing, although no event says so. */
const SUSPICIOUS_SHARE = 0.95;
const MAX_ENGINE_TEXT = 300;

/**
 * `neighbours`: the container's events in `deathWindow(die)` with the previous start, and, to recognise a redeploy or an
 * engine restart, `create` and reconciled `die` events of other containers of the host; anything more does no harm.
 * `sample`: its last reading before the death.
 */
export function classifyDeath(
  die: ContainerEvent,
  neighbours: readonly ContainerEvent[],
  sample?: MemoryReading,
): Death {
  const facts = readDeathFacts(die, neighbours, sample);
  for (const rule of RULES) {
    const death = rule(facts);
    if (death) return death;
  }
  return crash(facts);
}

/** The first that answers decides. */
const RULES: ((facts: DeathFacts) => Death | null)[] = [
  oom,
  redeploy,
  operatorKill,
  operatorStop,
  startFailed,
  oomSuspected,
  engineRestart,
  unseenStop,
  unseenEnd,
  clean,
];

const isMeant = (facts: DeathFacts): boolean => facts.endingSignals.length > 0 || facts.isStopped;
const isTerminated = (facts: DeathFacts): boolean => facts.exitCode === 128 + SIGNAL.TERM;
const isKilled = (facts: DeathFacts): boolean => facts.exitCode === 128 + SIGNAL.KILL;

/**
 * A meant end is an OOM death only if the process ended on a SIGKILL that no person sent. `OOMKilled` alone is
 * true for a child that was killed long ago as well, so it does not make an orderly end (exit 0) an OOM death, nor one on
 * SIGTERM that nobody saw being sent.
 */
function oom(facts: DeathFacts): Death | null {
  const sentKill = facts.endingSignals.includes(SIGNAL.KILL);
  if (isMeant(facts) && (sentKill || !isKilled(facts))) return null;
  const isElse = facts.exitCode === 0 || (facts.isReconciled && isTerminated(facts));
  const isOom = facts.hasOomEvent || (facts.isOomKilled && !isElse);
  if (!isOom) return null;
  const limit =
    facts.memoryLimitBytes === null
      ? 'the host ran out of memory'
      : `memory reached its ${inMiB(facts.memoryLimitBytes)} limit`;
  if (isKilled(facts)) {
    return {
      class: 'oom',
      cause: `Killed by the kernel: ${limit}. ${exit(facts)}`,
      hint: 'Give it more memory, or find out what it keeps: the memory curve tells a leak from a burst.',
    };
  }
  return {
    class: 'oom',
    cause: `The kernel killed one of its processes: ${limit}; then its main process ended. ${exit(facts)}`,
    hint: 'Its main process lived on without the one that was killed, and then gave up by itself.',
  };
}

function redeploy(facts: DeathFacts): Death | null {
  if (!facts.isReplaced || !(isMeant(facts) || facts.exitCode === 0)) return null;
  return { class: 'redeploy', cause: `Replaced by a new container of the same service. ${exit(facts)}` };
}

function operatorKill(facts: DeathFacts): Death | null {
  const isKillOnly = facts.endingSignals.length > 0 && facts.endingSignals.every(s => s === SIGNAL.KILL);
  if (!isKillOnly || facts.isStopped) return null;
  const how = facts.isDestroyed ? 'Removed by force (docker rm -f)' : 'Killed by someone (docker kill)';
  return { class: 'operator_kill', cause: `${how}. ${exit(facts)}` };
}

function operatorStop(facts: DeathFacts): Death | null {
  if (!isMeant(facts)) return null;
  const asked = facts.endingSignals.find(signal => signal !== SIGNAL.KILL);
  if (facts.endingSignals.includes(SIGNAL.KILL)) {
    return {
      class: 'operator_stop',
      cause: `Stopped by someone; it did not end in time and was killed. ${exit(facts)}`,
      hint: `It does not end on ${signalName(asked ?? SIGNAL.TERM)}: a shell as its first process does not pass signals on (use exec, or docker run --init).`,
    };
  }
  const by = asked === undefined ? '' : ` with ${signalName(asked)}`;
  return { class: 'operator_stop', cause: `Stopped by someone${by}. ${exit(facts)}` };
}

function startFailed(facts: DeathFacts): Death | null {
  const { exitCode, evidence } = facts;
  if (exitCode === undefined || exitCode < 125 || exitCode > 127) return null;
  const said = engineText(evidence.error);
  const hasRun = said === '' && (facts.hasEvidence || facts.hasStarted);
  if (hasRun) return null;
  const why = said === '' ? sentence(exitMeaning(exitCode).replace(/^\d+ = /, '')) : sentence(said);
  return { class: 'start_failed', cause: `It could not start. ${why} Exit ${exitCode}.` };
}

function oomSuspected(facts: DeathFacts): Death | null {
  const { memoryLimitBytes: limit, memoryBytes: used } = facts;
  if (!isKilled(facts) || limit === null || used === null || used < limit * SUSPICIOUS_SHARE) return null;
  return {
    class: 'oom_suspected',
    cause: `Probably killed by the kernel: nobody sent SIGKILL, and memory was at ${inMiB(used)} of its ${inMiB(limit)} limit. ${exit(facts)}`,
    hint: 'Some engines and kernels do not report OOM kills; dmesg on the host does.',
  };
}

/** 255 is what an engine writes for a container that it finds dead when it starts. */
function engineRestart(facts: DeathFacts): Death | null {
  const isTaken = facts.exitCode === 255 || (facts.endedWithOthers && endedOnStopSignal(facts));
  if (!facts.isReconciled || !isTaken) return null;
  return { class: 'daemon_restart', cause: `It ended with its engine, which was stopped. ${exit(facts)}` };
}

/** Ended on SIGTERM or SIGKILL while no events were read: somebody sent it, we do not know who. */
function unseenStop(facts: DeathFacts): Death | null {
  if (!facts.isReconciled || !endedOnStopSignal(facts)) return null;
  return {
    class: isKilled(facts) ? 'operator_kill' : 'operator_stop',
    cause: `Ended by ${isKilled(facts) ? 'SIGKILL' : 'SIGTERM'} while the engine’s events were not read: most likely it was stopped. ${exit(facts)}`,
  };
}

const endedOnStopSignal = (facts: DeathFacts): boolean => isKilled(facts) || isTerminated(facts);

/** After a restart that nobody saw, the engine has forgotten how the run before it ended: no alarm on a guess. */
function unseenEnd(facts: DeathFacts): Death | null {
  if (!facts.isReconciled || facts.exitCode !== undefined) return null;
  return {
    class: 'clean',
    cause: 'It ended while the engine’s events were not read; how is not known any more.',
  };
}

function clean(facts: DeathFacts): Death | null {
  if (facts.exitCode !== 0) return null;
  const child = facts.isOomKilled
    ? ' Earlier in this run the kernel killed one of its processes for memory.'
    : '';
  return { class: 'clean', cause: `It ended by itself. Exit 0.${child}` };
}

function crash(facts: DeathFacts): Death {
  const signal = facts.exitCode === undefined ? undefined : signalOf(facts.exitCode);
  if (signal !== undefined && facts.otherSignals.includes(signal)) {
    return {
      class: 'crash',
      cause: `${signalName(signal)} was sent to it, and it does not handle that signal. ${exit(facts)}`,
      hint: 'A reload or a rotation of logs sends this signal; the application has to expect it.',
    };
  }
  if (signal === SIGNAL.KILL) {
    return {
      class: 'crash',
      cause: `Killed by SIGKILL, not sent through the engine. ${exit(facts)}`,
      hint: 'Something on the host sent it: kill -9, a supervisor, or the kernel when the whole host ran out of memory (dmesg).',
    };
  }
  const how = signal === undefined ? 'It ended with an error' : `It crashed on ${signalName(signal)}`;
  return { class: 'crash', cause: `${how}. ${exit(facts)}` };
}

const exit = ({ exitCode }: DeathFacts): string =>
  exitCode === undefined ? 'The engine gave no exit code.' : `Exit ${exitCode}.`;

/** 25165824 → `24 MiB`; whole numbers without decimals. */
function inMiB(bytes: number): string {
  const mib = bytes / 1024 ** 2;
  const [value, unit] = mib >= 1024 ? [mib / 1024, 'GiB'] : [mib, 'MiB'];
  return `${Number(value.toFixed(1))} ${unit}`;
}

/** The engine repeats the container's command in its words, so it is text from outside: one line, bounded. */
function engineText(text = ''): string {
  const line = text.replace(/\p{C}+/gu, ' ').trim();
  return line.length > MAX_ENGINE_TEXT ? `${line.slice(0, MAX_ENGINE_TEXT)}…` : line;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.\s]+$/, '')}.`;
}
