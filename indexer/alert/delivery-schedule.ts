/** Whether and when to try a delivery again. Pure. */
import type { Delivery } from '#contract/rule.ts';
import type { Attempt } from './notifier/notifier.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Waits after the first, second … failed attempt. The first are quick, for a receiver that restarts; the rest are those that
 * Standard Webhooks recommends. Some three days in all, and never more than ten attempts in an hour.
 */
export const RETRY_AFTER_MS = [
  SECOND,
  5 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** Each wait is longer by up to this share, so that many deliveries do not come back at once. */
const JITTER = 0.2;

/** Statuses of 4xx that may pass: timeout, conflict, too early, too many. */
const PASSING_4XX = new Set([408, 409, 425, 429]);

export type Decision = { status: Delivery['status']; retryInMs: number | null; outcome: string };

/** `attempts`: how many there were, with this one. `random`: 0 ≤ random < 1. */
export function decide(
  attempt: Attempt,
  context: { attempts: number; random: number; retryAfterMs?: readonly number[] },
): Decision {
  const outcome = inWords(attempt);
  if (isDelivered(attempt)) return { status: 'delivered', retryInMs: null, outcome };
  const wait = (context.retryAfterMs ?? RETRY_AFTER_MS)[context.attempts - 1];
  if (isFinal(attempt) || wait === undefined) return { status: 'failed', retryInMs: null, outcome };
  const asked = attempt.kind === 'answered' ? (attempt.retryAfterMs ?? 0) : 0;
  const retryInMs = Math.round(Math.max(wait * (1 + JITTER * context.random), asked));
  return { status: 'pending', retryInMs, outcome };
}

const isDelivered = (attempt: Attempt): boolean =>
  attempt.kind === 'answered' && attempt.statusCode >= 200 && attempt.statusCode < 300;

/** A redirect is not followed, 410 means never again, and other 4xx stay as they are. A refused address is a setting to mend. */
function isFinal(attempt: Attempt): boolean {
  if (attempt.kind !== 'answered') return attempt.kind === 'refused';
  const { statusCode } = attempt;
  return statusCode < 500 && !PASSING_4XX.has(statusCode);
}

function inWords(attempt: Attempt): string {
  if (attempt.kind !== 'answered') return `${attempt.kind}: ${attempt.reason}`;
  if (isDelivered(attempt)) return 'delivered';
  const said = attempt.text === '' ? '' : `: ${attempt.text}`;
  const redirect =
    attempt.statusCode >= 300 && attempt.statusCode < 400 ? ' (redirects are not followed)' : '';
  return `answered ${attempt.statusCode}${redirect}${said}`;
}
