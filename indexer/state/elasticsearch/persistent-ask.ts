/** Requests about the state, repeated while that may help. Each of them is harmless when it is sent again. */
import { setTimeout as delay } from 'node:timers/promises';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { blocked } from '../../store/elasticsearch/write/bulk.ts';
import { failureOf, outcomeOf, type BulkItem } from '../../store/elasticsearch/server/bulk-outcome.ts';
import { reasonOf, retryAfterOf, statusOf } from '../../store/elasticsearch/server/explain.ts';
import { retryAfterMs, waitMs } from '../../store/elasticsearch/server/pace.ts';
import type { Ask } from './journal.ts';

export type Persistence = {
  ask: Ask;
  /** The server takes nothing from us. Answers what to tell. */
  onAway: (error: unknown) => QuaylogError;
  /** False: the first failure is the answer. */
  isPatient: () => boolean;
};

/** As the store has it: after so many attempts without any answer the server is away. */
const AWAY_AFTER = 4;
/** A server that answers, but has no room, is asked so long. A collector waits 25 s for its answer. */
const GIVE_UP_AFTER_MS = 15_000;
/** What the caller decides about: it is there already, or not there. */
const ANSWERS = new Set([404, 409]);

/** Rejects with the client's error where that is an answer, else with `store_failed` or `store_full`. */
export function createPersistentAsk({ ask, onAway, isPatient }: Persistence): Ask {
  return async <T>(request: Parameters<Ask>[0]): Promise<T> => {
    const startedAt = performance.now();
    for (let attempts = 1; ; attempts++) {
      try {
        return await ask<T>(request);
      } catch (error) {
        const status = statusOf(error);
        if (status !== null && ANSWERS.has(status)) throw error;
        throwBlocked(error, attempts);
        const failure = failureOf(status);
        // It is the request that is wrong, or too large.
        if (failure === 'split') throw error;
        const isAway = status !== 429 && attempts >= AWAY_AFTER;
        if (failure === 'away' || isAway || !isPatient()) throw onAway(error);
        const waited = performance.now() - startedAt;
        if (waited > GIVE_UP_AFTER_MS) throw tooSlow(error);
        const askedMs = retryAfterMs(retryAfterOf(error), new Date());
        await delay(Math.min(waitMs(attempts, Math.random(), askedMs), GIVE_UP_AFTER_MS - waited + 1));
      }
    }
  };
}

/** Writes that are not allowed until somebody does something. */
function throwBlocked(error: unknown, attempts: number): void {
  const status = statusOf(error);
  const { body } = error as { body?: { error?: BulkItem['error'] } };
  if (status === null || status === 401 || typeof body?.error !== 'object') return;
  const outcome = outcomeOf({ status, error: body.error }, attempts);
  if (outcome.is === 'blocked') throw blocked(outcome);
}

const tooSlow = (error: unknown): QuaylogError =>
  new QuaylogError(
    'store_failed',
    `Elasticsearch did not take a change of the state within ${GIVE_UP_AFTER_MS / 1_000} s (${reasonOf(error)}).`,
    { hint: 'It is overloaded: give it more, or send less.', cause: error },
  );
