import { setTimeout as delay } from 'node:timers/promises';

export type Wait = { what: string; withinMs?: number; everyMs?: number };

/**
 * The first answer of `probe` that is neither null, undefined nor false. Rejects at the deadline, naming what did not happen
 * and the probe's last error. The deadline bounds a hang; it is not a measure of speed.
 */
export async function eventually<T>(
  probe: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  { what, withinMs = 30_000, everyMs = 50 }: Wait,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > deadline)
      throw new Error(`did not happen within ${withinMs} ms: ${what}`, { cause: lastError });
    await delay(everyMs);
  }
}
