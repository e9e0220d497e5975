/** Whether a container printed while nobody was attached to it. Pure: from what the engine says of its runs, and when we were there. */
import type { ContainerDetails } from '../../engine/engine.ts';

/**
 * The engine says that a container has started a little after its process has: 16 ms were seen, on a busy machine. Who was attached by
 * less than this before that stamp may have come too late.
 */
const START_IS_TOLD_LATE_MS = 100;

type Runs = Pick<ContainerDetails, 'running' | 'startedAt' | 'finishedAt'>;

/**
 * When nobody was attached any more. `ended`: since the engine said that a run was over. `cut`: since the connection broke.
 * `new`: this collector never was; `knownEnd` is the last end of the container that was told of, undefined if none of its states was.
 */
export type Absence =
  | { kind: 'ended' | 'cut'; since: string }
  | { kind: 'new'; wasRunning: boolean; knownEnd: string | null | undefined };

/** `runs`: as inspected once we were attached. `attachedMs`: when that was, by our clock. */
export function hasMissed(absence: Absence, runs: Runs, attachedMs: number): boolean {
  const { running, startedAt, finishedAt } = runs;
  if (startedAt === null) return false;
  const startedBefore = Date.parse(startedAt) - START_IS_TOLD_LATE_MS < attachedMs;
  switch (absence.kind) {
    case 'ended':
      // The same run goes on: the engine ended no more than the connection, as when it is restarted beneath its containers.
      return startedAt > absence.since ? startedBefore : running;
    case 'cut':
      return running ? startedBefore : finishedAt === null || finishedAt > absence.since;
    case 'new':
      return running ? absence.wasRunning || startedBefore : finishedAt !== absence.knownEnd;
  }
}
